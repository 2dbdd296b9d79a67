"""Mails: what people are told by e-mail, and for how long that is tried.

A mail is queued in the transaction of what it tells of, and sent afterwards, at least
once. Its link, if it has one, is made as it is sent and stands nowhere but in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.users import User

LANGUAGES: Final = ("en", "sv", "de", "ru")


class MailKind(StrEnum):
    """What a mail is about."""

    CONFIRM = "confirm"
    RESET = "reset"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - it is none.
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    PASSKEY_ADDED = "passkey_added"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to *user* at *address*; a second one of the same *key* is not made.

    Who is no user yet is the house's. *names* are what its sentences leave open.
    """

    key: str
    kind: MailKind
    user: UserId
    address: str
    language: str
    names: Mapping[str, str]
    made_at: datetime


# How long it is tried, since nobody waits for it any more afterwards ...
TRIED_FOR: Final[Mapping[MailKind, timedelta]] = {
    MailKind.CONFIRM: timedelta(days=2),
    MailKind.RESET: timedelta(hours=2),
    MailKind.PASSWORD_CHANGED: timedelta(days=7),
    MailKind.SECOND_FACTOR_ADDED: timedelta(days=7),
    MailKind.SECOND_FACTOR_REMOVED: timedelta(days=7),
    MailKind.PASSKEY_ADDED: timedelta(days=7),
    MailKind.INVITATION: timedelta(days=7),
}
# ... and how long its link, counted from when it is sent, opens what it is for.
LINK_LASTS: Final[Mapping[MailKind, timedelta]] = {
    MailKind.CONFIRM: timedelta(days=3),
    MailKind.RESET: timedelta(hours=2),
}

# The first one is longer than a try can take, so that no two are under way at once.
_WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


def mail_to(user: User, kind: MailKind, *, language: str, now: datetime) -> Mail:
    """Return what tells *user* of what happens *now*, once."""
    return Mail(
        key=f"{kind} {user.id} {int(now.timestamp())}",
        kind=kind,
        user=user.id,
        address=user.email,
        language=language,
        names={"username": user.username},
        made_at=now,
    )


def next_try(tries: int, *, now: datetime) -> datetime:
    """Return when to try again what was tried *tries* times, this one included."""
    return now + _WAITS[min(tries, len(_WAITS)) - 1]


def is_too_late(mail: Mail, *, now: datetime) -> bool:
    """Tell whether *mail* is of no use to anybody any more."""
    return now - mail.made_at > TRIED_FOR[mail.kind]
