"""Changing passwords: by who knows the old one, or by who reads the user's mail.

Whoever asks for a new one is answered alike, whether there is such a user or not. A
password that was changed ends what was signed in by the old one.
"""

from dataclasses import dataclass
from datetime import datetime

from overallt_server.core.limits import (
    RESETS_FOR_ONE_ADDRESS,
    RESETS_FROM_ONE_NETWORK,
)
from overallt_server.core.mails import MailKind, mail_to
from overallt_server.core.refusals import InvalidRequest, RateLimited
from overallt_server.core.users import User
from overallt_server.storage import (
    confirmed_addresses,
    device_codes,
    mails,
    one_time_tokens,
    passkeys,
    sessions,
    tokens,
    users,
)
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.limiting import Limited, take
from overallt_server.use_cases.passwords import Passwords, refuse_weak
from overallt_server.use_cases.secret_tokens import hash_of


@dataclass(frozen=True, slots=True)
class Asker:
    """From where somebody asks, and in which language he is written to."""

    network: str
    language: str


class ChangingPasswords:
    """The use cases of new passwords."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def ask(self, address: str, *, asker: Asker, now: datetime) -> None:
        """Send who has the e-mail *address*, if anybody, a link to a new password.

        Raises:
            RateLimited: too much was asked from his network.
        """
        address = address.strip().lower()
        network = Limited(RESETS_FROM_ONE_NETWORK, ("reset", asker.network))
        await take(self._database, [network], now=now)
        try:
            one = Limited(RESETS_FOR_ONE_ADDRESS, ("reset of", address))
            await take(self._database, [one], now=now)
        except RateLimited:
            return  # To say so would be another answer; he has links enough.
        async with self._database.transaction() as tx:
            user = await users.by_email(tx, address)
            if user is not None:
                await _tell(tx, user, MailKind.RESET, language=asker.language, now=now)

    async def replace(
        self, token: str, password: str, *, language: str, now: datetime
    ) -> None:
        """Let *password* be that of the user to whom *token* was sent.

        All that is signed in as him is ended, and his address is known to be his.

        Raises:
            InvalidRequest: the token was used before, is too old, or is none; or the
                password is weak, and the token stays.
        """
        async with self._database.snapshot() as tx:
            found = await one_time_tokens.get(
                tx, hash_of(token), purpose=MailKind.RESET, now=now
            )
            user = None if found is None else await users.get(tx, found.user)
        if user is None:
            raise _no_link()
        refuse_weak(password, username=user.username)
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as tx:
            taken = await one_time_tokens.take(
                tx, hash_of(token), purpose=MailKind.RESET, now=now
            )
            if taken is None:
                raise _no_link()
            await one_time_tokens.remove_all(tx, user.id)
            await users.change_password_hash(tx, user.id, password_hash=password_hash)
            await sessions.remove_all(tx, user.id, but=None)
            await tokens.revoke_all(tx, user.id)
            await device_codes.remove_all(tx, user.id)
            await passkeys.remove_all(tx, user.id)
            await confirmed_addresses.put(tx, user.id, taken.address, now=now)
            await _tell(tx, user, MailKind.PASSWORD_CHANGED, language=language, now=now)

    async def change(
        self,
        user: User,
        *,
        password: str,
        session: str,
        language: str,
        now: datetime,
    ) -> None:
        """Let *password* be that of *user*, who has just signed in by the former one.

        Every session but the one of the token *session* is ended.

        Raises:
            InvalidRequest: it is weak.
        """
        refuse_weak(password, username=user.username)
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as tx:
            await users.change_password_hash(tx, user.id, password_hash=password_hash)
            await sessions.remove_all(tx, user.id, but=hash_of(session))
            await one_time_tokens.remove_all(tx, user.id)
            await _tell(tx, user, MailKind.PASSWORD_CHANGED, language=language, now=now)


def _no_link() -> InvalidRequest:
    return InvalidRequest("This link was used before, or is too old. Ask for another.")


async def _tell(
    tx: Transaction, user: User, kind: MailKind, *, language: str, now: datetime
) -> None:
    await mails.add(tx, mail_to(user, kind, language=language, now=now))
