"""How long mails are tried, and where they are handed in."""

from datetime import UTC, datetime, timedelta

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core.mail_accounts import mail_account
from overallt_server.core.mails import TRIED_FOR, Mail, MailKind, is_too_late, next_try
from overallt_server.outbound.smtp import TIMEOUT_SECONDS

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_each_wait_is_longer_than_the_one_before_up_to_a_quarter_of_a_day() -> None:
    waits = [next_try(tries, now=NOW) - NOW for tries in range(1, 6)]

    assert sorted(set(waits)) == waits
    assert timedelta(hours=6) == next_try(99, now=NOW) - NOW


def test_no_try_begins_before_the_one_before_has_ended() -> None:
    assert next_try(1, now=NOW) - NOW > timedelta(seconds=TIMEOUT_SECONDS)


@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_that_nobody_waits_for_any_more_is_too_late(kind: MailKind) -> None:
    mail = Mail("key", kind, UserId(1), "ada@example.org", "en", {}, NOW)
    end = NOW + TRIED_FOR[kind]

    assert not is_too_late(mail, now=end)
    assert is_too_late(mail, now=end + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("url", "place", "login", "tls_first", "is_here"),
    [
        ("smtp://mail.example", ("mail.example", 587), (None, None), False, False),
        ("smtps://mail.example", ("mail.example", 465), (None, None), True, False),
        ("smtp://127.0.0.1:25", ("127.0.0.1", 25), (None, None), False, True),
        ("smtp://localhost:25", ("localhost", 25), (None, None), False, True),
        ("smtp://[::1]:25", ("::1", 25), (None, None), False, True),
        (
            "smtp://a%40b:p%2Fw@mail.example:2525/",
            ("mail.example", 2525),
            ("a@b", "p/w"),
            False,
            False,
        ),
    ],
)
def test_a_mail_server_is_named_by_an_address(
    url: str,
    place: tuple[str, int],
    login: tuple[str | None, str | None],
    *,
    tls_first: bool,
    is_here: bool,
) -> None:
    account = mail_account(url, sender="post@example.org")

    assert place == (account.host, account.port)
    assert login == (account.username, account.password)
    assert (tls_first, is_here) == (account.tls_first, account.is_here)
    assert "p/w" not in repr(account)


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://mail.example", "smtp://", "smtp://a/b", "smtp://a:x"],
)
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        mail_account(url, sender="")
