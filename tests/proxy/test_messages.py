"""Messages are made without a look at the types of their fields."""

import pytest
from mitmproxy.http import MessageData, Response

from overallt.proxy.messages import use_unchecked_messages


def test_no_field_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[MessageData] = []
    monkeypatch.setattr(MessageData, "__post_init__", looked_at.append)

    use_unchecked_messages()
    page = Response.make(200, b"<p>")

    assert b"<p>" == page.content
    assert [] == looked_at
