"""Signing in: sessions of people at a browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.limits import (
    PASSWORDS_FOR_ONE_USER,
    PASSWORDS_FROM_ONE_NETWORK,
)
from overallt_server.core.refusals import NotSignedIn
from overallt_server.core.users import User
from overallt_server.storage import sessions, users
from overallt_server.storage.database import Database
from overallt_server.storage.sessions import StoredSession
from overallt_server.storage.users import Login
from overallt_server.use_cases.limiting import Limited, trying
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.secret_tokens import hash_of, new_token

SESSION_LASTS: Final = timedelta(days=30)

# "Money needs the person": how long a sign-in counts as the person being there.
FRESH_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in, and since when."""

    user: User
    signed_in_at: datetime

    def is_fresh(self, *, now: datetime) -> bool:
        """Tell whether the password was typed recently enough to touch money."""
        return now - self.signed_in_at < FRESH_FOR


class SigningIn:
    """Makes, finds and ends sessions."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords

    async def sign_in(
        self,
        *,
        name: str,
        password: str,
        former: str | None,
        network: str,
        now: datetime,
    ) -> str:
        """Begin a session for who has the username or address *name*.

        Returns:
            The session's token, always a new one; the session of the *former*
            token, if any, has ended.

        Raises:
            NotSignedIn: nobody has this name and this password.
            RateLimited: from *network*, too many passwords have been wrong.
        """
        async with self._database.snapshot() as tx:
            login = await users.login(tx, name.strip())
        async with trying(self._database, _guessing(name, login, network), now=now):
            password_hash = None if login is None else login.password_hash
            fits = await self._passwords.fits(password, password_hash)
            if login is None or not fits:
                raise NotSignedIn("There is no user with this name and this password.")
        better_hash = None
        if self._passwords.is_outdated(login.password_hash):
            better_hash = await self._passwords.hash(password)
        token = new_token()
        session = StoredSession(login.user.id, now, now + SESSION_LASTS)
        async with self._database.transaction() as tx:
            if former is not None:
                await sessions.remove(tx, hash_of(former))
            await sessions.remove_expired(tx, now=now)
            await sessions.add(tx, hash_of(token), session)
            if better_hash is not None:
                await users.change_password_hash(
                    tx, login.user.id, password_hash=better_hash
                )
        return token

    async def session(self, token: str, *, now: datetime) -> Session | None:
        """Return the session of *token*; ``None`` if there is none or it is over."""
        async with self._database.snapshot() as tx:
            stored = await sessions.get(tx, hash_of(token))
            if stored is None or stored.expires_at <= now:
                return None
            user = await users.get(tx, stored.user)
        return None if user is None else Session(user, stored.signed_in_at)

    async def sign_out(self, token: str) -> None:
        """End the session of *token*."""
        async with self._database.transaction() as tx:
            await sessions.remove(tx, hash_of(token))


def _guessing(name: str, login: Login | None, network: str) -> list[Limited]:
    # A user is the same one by name and by address; nobody is limited as somebody is,
    # else the limit would tell who has an account.
    who = name.strip().lower() if login is None else login.user.username
    return [
        Limited(PASSWORDS_FOR_ONE_USER, ("password of", who, network)),
        Limited(PASSWORDS_FROM_ONE_NETWORK, ("password", network)),
    ]
