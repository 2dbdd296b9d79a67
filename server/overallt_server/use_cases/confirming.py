"""Confirming: whether the e-mail address that somebody has named is his own."""

from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.limits import CONFIRMATIONS_FOR_ONE_USER
from overallt_server.core.mails import MailKind, mail_to
from overallt_server.core.refusals import InvalidRequest, Unconfirmed
from overallt_server.core.users import User
from overallt_server.storage import confirmed_addresses, mails, one_time_tokens
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.limiting import Limited, take
from overallt_server.use_cases.secret_tokens import hash_of


class Confirming:
    """The use cases of confirmed addresses."""

    def __init__(self, database: Database, *, required: bool) -> None:
        """Ask who is to be paid for a confirmed address, if that is *required*."""
        self._database = database
        self._required = required

    async def is_confirmed(self, user: UserId) -> bool:
        """Tell whether the address that *user* has is known to be his."""
        async with self._database.snapshot() as tx:
            return await confirmed_addresses.has(tx, user)

    async def require(self, user: UserId) -> None:
        """Refuse who may be somebody else than he says.

        Raises:
            Unconfirmed: nobody has confirmed the address of *user*.
        """
        if self._required and not await self.is_confirmed(user):
            raise Unconfirmed

    async def ask_again(self, user: User, *, language: str, now: datetime) -> None:
        """Send *user* another mail to confirm his address with.

        Raises:
            RateLimited: he was sent enough of them for now.
        """
        subject = Limited(CONFIRMATIONS_FOR_ONE_USER, ("confirm", user.username))
        await take(self._database, [subject], now=now)
        async with self._database.transaction() as tx:
            await ask(tx, user, language=language, now=now)

    async def confirm(self, token: str, *, now: datetime) -> None:
        """Note that the address is its user's to which *token* was sent.

        Raises:
            InvalidRequest: the token was used before, is too old, or is none.
        """
        async with self._database.transaction() as tx:
            found = await one_time_tokens.take(
                tx, hash_of(token), purpose=MailKind.CONFIRM, now=now
            )
            if found is None:
                raise InvalidRequest(
                    "This link was used before, or is too old. Your account page "
                    "sends you another one."
                )
            await confirmed_addresses.put(tx, found.user, found.address, now=now)


async def ask(tx: Transaction, user: User, *, language: str, now: datetime) -> None:
    """Queue a mail by which *user* can confirm his address."""
    mail = mail_to(user, MailKind.CONFIRM, language=language, now=now)
    await mails.add(tx, mail)
