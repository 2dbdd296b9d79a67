"""Signing in: sessions of people at a browser.

Who has a second factor is half in by his password: a token, good for one session and
for some minutes, says so, and a code of his makes a session of it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from overallt.protocol.ids import UserId
from overallt_server.core.limits import (
    PASSWORDS_FOR_ONE_USER,
    PASSWORDS_FROM_ONE_NETWORK,
)
from overallt_server.core.refusals import NotFound, NotSignedIn
from overallt_server.core.users import User
from overallt_server.storage import one_time_tokens, sessions, users
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.one_time_tokens import OneTimeToken
from overallt_server.storage.sessions import StoredSession
from overallt_server.storage.users import Login
from overallt_server.use_cases.limiting import Limited, trying
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.second_factors import SecondFactors
from overallt_server.use_cases.secret_tokens import hash_of, new_token

SESSION_LASTS: Final = timedelta(days=30)

# Long enough to look for the telephone.
HALF_WAY_LASTS: Final = timedelta(minutes=10)
_HALF_WAY: Final = "second factor"

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


@dataclass(frozen=True, slots=True)
class Place:
    """From where somebody signs in: his *network*, and the *program* he uses."""

    network: str
    program: str


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session as its user sees it; ``key`` names it and opens nothing."""

    key: str
    signed_in_at: datetime
    place: Place
    is_this_one: bool


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The password was right; the *token* asks for a code."""

    token: str = field(repr=False)


class SigningIn:
    """Makes, finds and ends sessions."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self._database = database
        self._passwords = passwords
        self._second_factors = SecondFactors(database)

    async def sign_in(
        self,
        *,
        name: str,
        password: str,
        former: str | None,
        place: Place,
        now: datetime,
    ) -> str | HalfWay:
        """Begin a session for who has the username or address *name*.

        Returns:
            The session's token, always a new one, and the session of the *former*
            token, if any, has ended; or that a code is needed.

        Raises:
            NotSignedIn: nobody has this name and this password.
            RateLimited: from this *place*, too many passwords have been wrong.
        """
        async with self._database.snapshot() as tx:
            login = await users.login(tx, name.strip())
        async with trying(
            self._database, _guessing(name, login, place.network), now=now
        ):
            password_hash = None if login is None else login.password_hash
            fits = await self._passwords.fits(password, password_hash)
            if login is None or not fits:
                raise NotSignedIn("There is no user with this name and this password.")
        better_hash = None
        if self._passwords.is_outdated(login.password_hash):
            better_hash = await self._passwords.hash(password)
        user = login.user.id
        needs_code = (await self._second_factors.standing(user)).active
        async with self._database.transaction() as tx:
            if better_hash is not None:
                await users.change_password_hash(tx, user, password_hash=better_hash)
            if needs_code:
                return await _half_way(tx, user, now=now)
            return await _session(tx, user, place, former=former, now=now)

    async def finish(
        self,
        *,
        half_way: str,
        code: str,
        former: str | None,
        place: Place,
        now: datetime,
    ) -> str:
        """Begin the session of who is half in by the token *half_way*, by his *code*.

        Returns:
            The session's token, as ``sign_in`` does.

        Raises:
            NotSignedIn: the code is wrong, or he was half in too long ago.
            RateLimited: too many codes were wrong.
        """
        async with self._database.snapshot() as tx:
            found = await one_time_tokens.get(
                tx, hash_of(half_way), purpose=_HALF_WAY, now=now
            )
        if found is None:
            raise _too_late()
        await self._second_factors.check(found.user, code, now=now)
        async with self._database.transaction() as tx:
            taken = await one_time_tokens.take(
                tx, hash_of(half_way), purpose=_HALF_WAY, now=now
            )
            if taken is None:
                raise _too_late()
            return await _session(tx, taken.user, place, former=former, now=now)

    async def enter(
        self, user: UserId, *, former: str | None, place: Place, now: datetime
    ) -> str:
        """Begin a session of *user*, who has shown who he is in another way.

        Returns:
            The session's token, as ``sign_in`` does.
        """
        async with self._database.transaction() as tx:
            return await _session(tx, user, place, former=former, now=now)

    async def session(self, token: str, *, now: datetime) -> Session | None:
        """Return the session of *token*; ``None`` if there is none or it is over."""
        async with self._database.snapshot() as tx:
            stored = await sessions.get(tx, hash_of(token))
            if stored is None or stored.expires_at <= now:
                return None
            user = await users.get(tx, stored.user)
        return None if user is None else Session(user, stored.signed_in_at)

    async def all_of(
        self, user: UserId, *, token: str, now: datetime
    ) -> list[OwnSession]:
        """List the sessions of *user*, newest first; *token* is the one he uses."""
        async with self._database.snapshot() as tx:
            found = await sessions.of_user(tx, user, now=now)
        return [
            OwnSession(
                key=token_hash.hex(),
                signed_in_at=each.signed_in_at,
                place=Place(each.network, each.program),
                is_this_one=token_hash == hash_of(token),
            )
            for token_hash, each in found
        ]

    async def end(self, user: UserId, key: str) -> None:
        """End the session *key* of *user* at once.

        Raises:
            NotFound: he has no such session.
        """
        try:
            token_hash = bytes.fromhex(key)
        except ValueError as error:
            raise NotFound from error
        async with self._database.transaction() as tx:
            if not await sessions.remove_of(tx, user, token_hash):
                raise NotFound

    async def sign_out(self, token: str) -> None:
        """End the session of *token*."""
        async with self._database.transaction() as tx:
            await sessions.remove(tx, hash_of(token))


async def _half_way(tx: Transaction, user: UserId, *, now: datetime) -> HalfWay:
    token = new_token()
    await one_time_tokens.remove_expired(tx, now=now)
    half = OneTimeToken(user, _HALF_WAY, "", now + HALF_WAY_LASTS)
    await one_time_tokens.add(tx, hash_of(token), half)
    return HalfWay(token)


async def _session(
    tx: Transaction,
    user: UserId,
    place: Place,
    *,
    former: str | None,
    now: datetime,
) -> str:
    token = new_token()
    if former is not None:
        await sessions.remove(tx, hash_of(former))
    await sessions.remove_expired(tx, now=now)
    session = StoredSession(
        user, now, now + SESSION_LASTS, place.network, place.program
    )
    await sessions.add(tx, hash_of(token), session)
    return token


def _too_late() -> NotSignedIn:
    return NotSignedIn("That took too long. Please sign in from the beginning.")


def _guessing(name: str, login: Login | None, network: str) -> list[Limited]:
    # A user is the same one by name and by address; nobody is limited as somebody is,
    # else the limit would tell who has an account.
    who = name.strip().lower() if login is None else login.user.username
    return [
        Limited(PASSWORDS_FOR_ONE_USER, ("password of", who, network)),
        Limited(PASSWORDS_FROM_ONE_NETWORK, ("password", network)),
    ]
