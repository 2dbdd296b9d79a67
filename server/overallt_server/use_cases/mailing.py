"""Mailing: sends the mails that are due, each at least once.

A mail is put off before it is sent, and noted as sent afterwards, each in a transaction
of its own: who is killed between the two sends it again, with the same Message-ID. The
secret of its link is made as it is sent and stored as a hash; two that were sent for
one mail are both good, so it does not matter which of them is read.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.mails import LINK_LASTS, Mail, MailKind, is_too_late
from overallt_server.outbound.letters import Letters
from overallt_server.outbound.smtp import NotTaken, Smtp
from overallt_server.storage import invitations, mails, one_time_tokens
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.one_time_tokens import OneTimeToken
from overallt_server.storage.schema import HOUSE
from overallt_server.use_cases.secret_tokens import hash_of, new_token

_logger: Final = logging.getLogger(__name__)

# As long as anybody may ask what became of one.
KEPT_FOR: Final = timedelta(days=30)

# Where the link of a mail leads, with its secret.
PATHS: Final[Mapping[MailKind, str]] = {
    MailKind.CONFIRM: "/confirm?token=%s",
    MailKind.RESET: "/reset/password?token=%s",
    MailKind.INVITATION: "/signup?invitation=%s",
}


@dataclass(frozen=True, slots=True)
class Round:
    """What became of the mails that were due."""

    sent: int
    failed: int


class Mailing:
    """Sends what is queued."""

    def __init__(self, database: Database, letters: Letters, smtp: Smtp) -> None:
        self._database = database
        self._letters = letters
        self._smtp = smtp

    async def send_due(
        self, now: Callable[[], datetime], *, go_on: Callable[[], bool]
    ) -> Round:
        """Send each mail that is due, for as long as *go_on* says so.

        What is not taken waits for its next try.
        """
        sent = failed = 0
        async with self._database.snapshot() as tx:
            if not await mails.waiting(tx, now=now()):
                return Round(0, 0)
        while go_on():
            async with self._database.transaction() as tx:
                mail = await mails.take(tx, now=now())
                if mail is None:
                    await mails.forget(tx, before=now() - KEPT_FOR)
                    return Round(sent, failed)
                if is_too_late(mail, now=now()):
                    await mails.give_up(tx, mail.key)
                    failed += 1
                    continue
                path = await _path(tx, mail, now=now())
            if await self._send(mail, path, now=now()):
                sent += 1
            else:
                failed += 1
        return Round(sent, failed)

    async def _send(self, mail: Mail, path: str | None, *, now: datetime) -> bool:
        message = self._letters.write(mail, path=path, now=now)
        try:
            await self._smtp.send(message)
        except NotTaken as error:
            _logger.warning(
                "event=mail_not_taken kind=%s for_good=%s reason=%s",
                *(mail.kind, error.for_good, error),
            )
            if error.for_good:
                async with self._database.transaction() as tx:
                    await mails.give_up(tx, mail.key)
            return False
        async with self._database.transaction() as tx:
            await mails.note_sent(tx, mail.key, now=now)
        return True


async def waiting(database: Database) -> int:
    """Return how many mails are not sent yet."""
    async with database.snapshot() as tx:
        return await mails.waiting(tx)


async def _path(tx: Transaction, mail: Mail, *, now: datetime) -> str | None:
    if mail.kind not in PATHS:
        return None
    secret = new_token()
    if mail.kind is MailKind.INVITATION:
        await invitations.add(tx, hash_of(secret), HOUSE, now=now)
        return PATHS[mail.kind] % secret
    lasts = LINK_LASTS[mail.kind]
    token = OneTimeToken(mail.user, mail.kind, mail.address, now + lasts)
    await one_time_tokens.remove_expired(tx, now=now)
    await one_time_tokens.add(tx, hash_of(secret), token)
    return PATHS[mail.kind] % secret
