"""Second factors: codes that a program of the user's counts from a shared secret.

TOTP (RFC 6238) as every authenticator knows it: six digits, half a minute. A code is
good for its own step of time and the two beside it, and once: none that was used, or is
older than one that was, is taken again. Who has lost the program types one of ten
recovery codes instead, each good once; they are long and random, so their plain hash
is kept (``secret_tokens``). The secret itself has to be kept as it is: it is reckoned
with.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import pyotp

from overallt.protocol.ids import UserId
from overallt_server.core.limits import CODES_IN_A_DAY, CODES_IN_A_QUARTER
from overallt_server.core.mails import MailKind, mail_to
from overallt_server.core.refusals import InvalidRequest, NotSignedIn
from overallt_server.core.users import User
from overallt_server.storage import mails, patrons, second_factors
from overallt_server.storage.database import Database, Transaction
from overallt_server.use_cases.limiting import Limited, trying
from overallt_server.use_cases.secret_tokens import hash_of

RECOVERY_CODES: Final = 10
# 80 bits in letters that nobody takes for another, in fours.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
# Clocks differ, and people type slowly.
_STEPS_BESIDE: Final = (0, -1, 1)


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is to be scanned: *address* holds the *secret* and whose it is."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a second factor is asked for, and how many recovery codes are left."""

    active: bool
    recovery_codes: int


class SecondFactors:
    """The use cases of second factors."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, user: UserId) -> Standing:
        """Tell how it stands with the second factor of *user*."""
        async with self._database.snapshot() as tx:
            found = await second_factors.of_user(tx, user)
            left = await second_factors.recovery_codes_left(tx, user)
        return Standing(found is not None and found.active, left)

    async def begin(self, user: User) -> SetUp:
        """Return the secret that *user* sets up; the same until he has typed a code.

        Raises:
            InvalidRequest: he has a second factor already.
        """
        async with self._database.transaction() as tx:
            await patrons.lock(tx, user.id)
            found = await second_factors.of_user(tx, user.id)
            if found is not None and found.active:
                raise InvalidRequest("You have a second factor already.")
            secret = pyotp.random_base32() if found is None else found.secret
            if found is None:
                await second_factors.begin(tx, user.id, secret)
        address = pyotp.TOTP(secret).provisioning_uri(
            name=user.username, issuer_name="Överallt"
        )
        return SetUp(secret, address)

    async def activate(
        self, user: User, code: str, *, language: str, now: datetime
    ) -> list[str]:
        """Ask *user* for a code from now on, as he has typed a first one.

        Returns:
            His recovery codes, which are shown this once.

        Raises:
            InvalidRequest: nothing was begun, or it is active already.
            NotSignedIn: the code is wrong.
            RateLimited: too many were.
        """
        async with (
            trying(self._database, _guessing(user.id), now=now),
            self._database.transaction() as tx,
        ):
            await patrons.lock(tx, user.id)
            found = await second_factors.of_user(tx, user.id)
            if found is None or found.active:
                raise InvalidRequest("There is no second factor to be set up.")
            if not await _fits(tx, user.id, code, now=now):
                raise _wrong_code()
            await second_factors.activate(tx, user.id)
            codes = await _new_recovery_codes(tx, user.id)
            kind = MailKind.SECOND_FACTOR_ADDED
            await mails.add(tx, mail_to(user, kind, language=language, now=now))
        return codes

    async def remove(
        self, user: User, code: str, *, language: str, now: datetime
    ) -> None:
        """Ask *user*, who types a last *code*, for none any more.

        Raises:
            NotSignedIn: the code is wrong.
            RateLimited: too many were.
        """
        await self.check(user.id, code, now=now)
        async with self._database.transaction() as tx:
            await second_factors.remove(tx, user.id)
            kind = MailKind.SECOND_FACTOR_REMOVED
            await mails.add(tx, mail_to(user, kind, language=language, now=now))

    async def check(self, user: UserId, code: str, *, now: datetime) -> None:
        """Use *code* of *user* up, be it of the moment or for recovery.

        Raises:
            NotSignedIn: it is wrong, was used before, or he has no second factor.
            RateLimited: too many were wrong.
        """
        async with (
            trying(self._database, _guessing(user), now=now),
            self._database.transaction() as tx,
        ):
            found = await second_factors.of_user(tx, user)
            if found is None or not found.active:
                raise _wrong_code()
            if not await _fits(tx, user, code, now=now) and not (
                await second_factors.use_recovery_code(tx, user, _hash(code))
            ):
                raise _wrong_code()


async def _fits(tx: Transaction, user: UserId, code: str, *, now: datetime) -> bool:
    found = await second_factors.of_user(tx, user)
    if found is None:
        return False
    totp = pyotp.TOTP(found.secret)
    typed = "".join(code.split()).encode()
    for beside in _STEPS_BESIDE:
        step = totp.timecode(now) + beside
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed):
            return await second_factors.use_step(tx, user, step)
    return False


async def _new_recovery_codes(tx: Transaction, user: UserId) -> list[str]:
    codes = [
        "-".join(
            "".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(_GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]
    hashes = [_hash(code) for code in codes]
    await second_factors.replace_recovery_codes(tx, user, hashes)
    return codes


def _hash(recovery_code: str) -> bytes:
    # However it was typed: with blanks, without dashes, in capitals.
    plain = "".join(sign for sign in recovery_code.lower() if sign.isalnum())
    return hash_of(plain)


def _guessing(user: UserId) -> list[Limited]:
    return [
        Limited(CODES_IN_A_QUARTER, ("code of", str(user))),
        Limited(CODES_IN_A_DAY, ("codes of", str(user))),
    ]


def _wrong_code() -> NotSignedIn:
    return NotSignedIn(
        "This code is wrong, or was used before. Wait for the next one, or type one of "
        "your recovery codes."
    )
