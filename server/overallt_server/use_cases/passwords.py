"""Passwords: which are refused, and how argon2id hashes the others."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from overallt_server.core.refusals import InvalidRequest, ServerBusy

PASSWORD_LENGTH: Final = range(10, 201)

# argon2id as RFC 9106, 4, recommends it where memory is dear.
HASHER: Final = PasswordHasher()

# Each hashing takes 64 MiB on purpose: more at once would let sign-ins use up all
# memory, so the others wait for their turn.
HASHINGS_AT_ONCE: Final = 2
# Each takes a twentieth of a second: who would wait longer than a second or two is told
# to come back.
HASHINGS_WAITING: Final = 40

# The commonest of ten letters and more; shorter ones are refused anyway.
_COMMON: Final = frozenset(
    {
        "0123456789",
        "1234567890",
        "1234567891",
        "12345678910",
        "123456789a",
        "1q2w3e4r5t",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "9876543210",
        "abcdefghij",
        "administrator",
        "basketball",
        "changeme123",
        "football123",
        "iloveyou12",
        "iloveyou123",
        "letmein123",
        "password12",
        "password123",
        "password1234",
        "passwordpassword",
        "q1w2e3r4t5",
        "qwerty1234",
        "qwerty12345",
        "qwertyuiop",
        "qwertzuiop",
        "sunshine123",
        "superman123",
        "welcome123",
        "zaq12wsxcde3",
    }
)
_FEWEST_LETTERS: Final = 4


def refuse_weak(password: str, *, username: str) -> None:
    """Refuse a *password* that others would try first.

    Raises:
        InvalidRequest: it is too short, too common, or the username again.
    """
    plain = password.lower()
    if len(password) not in PASSWORD_LENGTH:
        raise InvalidRequest(
            f"A password has {PASSWORD_LENGTH.start} to {PASSWORD_LENGTH.stop - 1} "
            "characters; a short sentence is a good one."
        )
    if plain in _COMMON or len(set(plain)) < _FEWEST_LETTERS:
        raise InvalidRequest("This password is one of those that are tried first.")
    if plain.replace(username.lower(), "") == "" or plain in username.lower():
        raise InvalidRequest("The password must not be the username.")


class Passwords:
    """Hashes and compares passwords, off the event loop and few at once."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._turns = asyncio.Semaphore(HASHINGS_AT_ONCE)
        self._waiting = 0
        self._nobodys_hash = ""

    async def hash(self, password: str) -> str:
        """Return the argon2id hash of *password*, salt and cost included.

        Raises:
            ServerBusy: too many wait for their turn already.
        """
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Tell whether *password* is the one of *password_hash*.

        ``None``, for a user that does not exist, is never fitted and takes just as
        long, so that the time of an answer tells nobody who has an account.

        Raises:
            ServerBusy: too many wait for their turn already.
        """
        if not self._nobodys_hash:
            self._nobodys_hash = await self.hash("the password of nobody at all")
        async with self._turn():
            fits = await asyncio.to_thread(
                self._verify, password_hash or self._nobodys_hash, _normal(password)
            )
        return fits and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether *password_hash* was made at another cost than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting >= HASHINGS_WAITING:
            raise ServerBusy
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except VerifyMismatchError:
            return False


def _normal(password: str) -> str:
    # The same letters typed on another keyboard may be other code points.
    return unicodedata.normalize("NFKC", password)
