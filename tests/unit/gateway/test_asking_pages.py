"""What is shown of a page that asks."""

from typing import Any

import pytest

from overallt.gateway.asking_pages import asking_page
from overallt.protocol.messages import MiniUser, Thing


def thing(hosts: list[str] | None) -> Thing:
    empty: Any = dict.fromkeys(
        ("resource", "link", "url", "title", "description", "language", "category"), ""
    )
    return Thing(
        id=7,
        tags=[],
        created_at=0,
        owner=MiniUser("", "", "ada"),
        hidden=False,
        image="",
        flattrs=0,
        flattrs_user_count=0,
        hosts=hosts,
        **empty,
    )


@pytest.mark.parametrize(
    ("address", "host", "rest"),
    [
        ("https://blog.test/", "blog.test", ""),
        ("https://Blog.Test/a?b", "blog.test", "/a?b"),
        ("http://\u0430pple.test:81/", "xn--pple-43d.test:81", ""),
    ],
)
def test_the_host_stands_apart(address: str, host: str, rest: str) -> None:
    page = asking_page(address)

    assert (host, rest) == (page.host, page.rest)


@pytest.mark.parametrize("address", ["https://blog.test/a", "http://blog.test/"])
def test_the_host_that_was_proved_is_confirmed(address: str) -> None:
    assert asking_page(address).is_confirmed(thing(["other.test", "blog.test"]))


@pytest.mark.parametrize("host", ["blog.test:8443", "a.blog.test", "test", "log.test"])
def test_no_other_host_is_confirmed(host: str) -> None:
    assert not asking_page(f"https://{host}/").is_confirmed(thing(["blog.test"]))


@pytest.mark.parametrize("hosts", [None, []])
def test_without_a_proof_nothing_is_confirmed(hosts: list[str] | None) -> None:
    assert not asking_page("https://blog.test/").is_confirmed(thing(hosts))
