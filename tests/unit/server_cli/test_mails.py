"""The command ``mail`` sends what is due, and says why it cannot."""

from typing import Any

import pytest


def test_without_a_mail_server_it_says_how_many_mails_wait(operator: Any) -> None:
    ran = operator.run("mail", "send")

    assert 1 == ran.status
    assert "Error: 0 mails wait: set OVERALLT_SMTP.\n" == ran.errors


def test_with_nothing_to_send_no_server_is_asked(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERALLT_SMTP", "smtp://mail.example")
    monkeypatch.setenv("OVERALLT_MAIL_FROM", "post@overallt.example")

    assert "Sent 0 mails; 0 wait.\n" == operator.run("mail", "send").out


@pytest.mark.parametrize(
    ("smtp", "sender", "said"),
    [
        ("http://mail.example", "a@b.example", "write smtp://HOST:PORT"),
        ("smtp://user:secret@mail.example", "", "OVERALLT_MAIL_FROM has to be"),
    ],
)
def test_a_mail_server_that_cannot_be_is_one_sentence(
    operator: Any, monkeypatch: pytest.MonkeyPatch, smtp: str, sender: str, said: str
) -> None:
    monkeypatch.setenv("OVERALLT_SMTP", smtp)
    monkeypatch.setenv("OVERALLT_MAIL_FROM", sender)

    ran = operator.run("settings")

    assert 1 == ran.status
    assert ran.errors.startswith("The setting OVERALLT_SMTP cannot be used: ")
    assert said in ran.errors
    assert "secret" not in ran.errors
