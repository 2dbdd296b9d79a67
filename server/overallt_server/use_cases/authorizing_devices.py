"""Authorizing devices: programs without a browser of their own (RFC 8628).

The program shows a short code; the user types it on our page, sees who asks for
what, and decides. Meanwhile the program asks again and again for its token:

    waiting ──approved──▶ approved ──fetched──▶ gone
       │  └───denied────▶ denied ───────────▶ gone
       └──ten minutes──▶ expired
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.grants import (
    App,
    GrantError,
    GrantRefused,
    Scopes,
    parse_scopes,
)
from overallt_server.core.limits import (
    DEVICE_CODES_BY_ONE_USER,
    DEVICE_CODES_FROM_ONE_NETWORK,
    DEVICES_FROM_ONE_NETWORK,
)
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.users import User
from overallt_server.storage import apps, device_codes
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.device_codes import StoredDeviceCode
from overallt_server.storage.tokens import StoredCode
from overallt_server.use_cases.authorizing import (
    Credentials,
    IssuedToken,
    issue,
    proven_app,
)
from overallt_server.use_cases.limiting import Limited, take, trying
from overallt_server.use_cases.secret_tokens import hash_of, new_token

LASTS: Final = timedelta(minutes=10)

# How often a device may ask. The server is usually near; a person waits for it.
INTERVAL: Final = timedelta(seconds=2)

# Consonants alone make no words, and none of them is taken for another (RFC 8628,
# 6.1); eight of twenty are 2.5e10 codes, far too many to guess in ten minutes.
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_HALF: Final = 4

# For a day an expired code is told to be expired; after that it is unknown.
_REMEMBERED: Final = timedelta(days=1)

_NOBODY_WAITS: Final = (
    "No program waits with this code. Look at it again; it lasts ten minutes."
)


@dataclass(frozen=True, slots=True)
class DeviceCodes:
    """A new pair: one code for the device, one for the person."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class AskingDevice:
    """Who asks for what, as the user sees it before he decides."""

    user_code: str
    app: App
    scopes: Scopes
    network: str


class AuthorizingDevices:
    """Gives devices access in the name of users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, *, client_id: str, scope: str, network: str, now: datetime
    ) -> DeviceCodes:
        """Begin to ask, from *network*, for the scopes in *scope*.

        Raises:
            RateLimited: that network has asked too often.
            GrantRefused: the app is unknown or not one of this server's own, or a
                scope is unknown.
        """
        scopes = parse_scopes(scope)
        codes = DeviceCodes(new_token(), _new_user_code())
        asking = Limited(DEVICES_FROM_ONE_NETWORK, ("device", network))
        await take(self._database, [asking], now=now)
        async with self._database.transaction() as tx:
            app = await apps.get(tx, client_id)
            if app is None:
                raise GrantRefused(GrantError.INVALID_CLIENT, "There is no such app.")
            if not app.first_party:
                # A code read out by a stranger could be anybody's program.
                raise GrantRefused(
                    GrantError.UNAUTHORIZED_CLIENT,
                    "Device codes are for this server's own programs.",
                )
            await device_codes.remove_expired(tx, before=now - _REMEMBERED)
            await device_codes.add(tx, _waiting(codes, app, scopes, network, now))
        return codes

    async def asking(
        self, typed: str, *, user: User, network: str, now: datetime
    ) -> AskingDevice:
        """Return who asks with the code that *user* has *typed* in *network*.

        Raises:
            InvalidRequest: nobody waits with such a code.
            RateLimited: too many wrong ones have been typed.
        """
        async with trying(self._database, _typing(user, network), now=now):
            async with self._database.snapshot() as tx:
                stored = await _waiting_with(tx, typed, now)
                app = await apps.get(tx, stored.client_id)
            if app is None:
                raise InvalidRequest("The program that showed this code is gone.")
        return AskingDevice(
            _shown(stored.user_code), app, stored.scopes, stored.network
        )

    async def decide(
        self, typed: str, *, user: User, network: str, approved: bool, now: datetime
    ) -> None:
        """Note what *user* decides about the device with the code *typed*.

        Raises:
            InvalidRequest: nobody waits with such a code (any more).
            RateLimited: too many wrong ones have been typed.
        """
        async with (
            trying(self._database, _typing(user, network), now=now),
            self._database.transaction() as tx,
        ):
            stored = await _waiting_with(tx, typed, now)
            # Two decisions at the same moment: the first one counts.
            if not await device_codes.decide(
                tx, stored.user_code, user=user.id, approved=approved
            ):
                raise InvalidRequest(_NOBODY_WAITS)

    async def redeem(
        self, *, credentials: Credentials, device_code: str, now: datetime
    ) -> IssuedToken:
        """Give the device its access token, once.

        Raises:
            GrantRefused: with the codes of RFC 8628, 3.5, while there is none.
        """
        async with self._database.transaction() as tx:
            app = await proven_app(tx, credentials)
            stored = await device_codes.get(tx, hash_of(device_code))
            if stored is None or stored.client_id != app.client_id:
                raise GrantRefused(
                    GrantError.INVALID_GRANT, "The device code is not valid."
                )
            outcome = _outcome(stored, now)
            if isinstance(outcome, StoredCode):
                await device_codes.remove(tx, stored.device_code_hash)
                return await issue(tx, outcome, now=now)
            await device_codes.polled(tx, stored.device_code_hash, at=now)
        # Only now, since an exception would undo the transaction.
        raise outcome


def _typing(user: User, network: str) -> list[Limited]:
    return [
        Limited(DEVICE_CODES_BY_ONE_USER, ("typed code of", str(user.id))),
        Limited(DEVICE_CODES_FROM_ONE_NETWORK, ("typed code", network)),
    ]


async def _waiting_with(tx: Transaction, typed: str, now: datetime) -> StoredDeviceCode:
    stored = await device_codes.by_user_code(tx, _normal_user_code(typed))
    if stored is None or stored.expires_at <= now:
        raise InvalidRequest(_NOBODY_WAITS)
    if stored.user is not None or stored.denied:
        raise InvalidRequest(_NOBODY_WAITS)
    return stored


def _outcome(stored: StoredDeviceCode, now: datetime) -> StoredCode | GrantRefused:
    if stored.expires_at <= now:
        return GrantRefused(GrantError.EXPIRED_TOKEN, "Ten minutes are over.")
    if stored.denied:
        return GrantRefused(GrantError.ACCESS_DENIED, "The user has declined.")
    if stored.user is not None:
        return StoredCode(
            client_id=stored.client_id,
            user=stored.user,
            scopes=stored.scopes,
            redirect_uri=None,
            code_challenge=None,
            expires_at=stored.expires_at,
        )
    if stored.polled_at is not None and now - stored.polled_at < INTERVAL:
        return GrantRefused(GrantError.SLOW_DOWN, "Ask less often.")
    return GrantRefused(
        GrantError.AUTHORIZATION_PENDING, "The user has not decided yet."
    )


def _waiting(
    codes: DeviceCodes, app: App, scopes: Scopes, network: str, now: datetime
) -> StoredDeviceCode:
    return StoredDeviceCode(
        device_code_hash=hash_of(codes.device_code),
        user_code=_normal_user_code(codes.user_code),
        client_id=app.client_id,
        scopes=scopes,
        user=None,
        denied=False,
        network=network,
        polled_at=None,
        expires_at=now + LASTS,
    )


def _new_user_code() -> str:
    return _shown("".join(secrets.choice(_LETTERS) for _ in range(2 * _HALF)))


def _shown(user_code: str) -> str:
    return f"{user_code[:_HALF]}-{user_code[_HALF:]}"


def _normal_user_code(typed: str) -> str:
    letters = (letter for letter in typed.upper() if letter.isalnum())
    return "".join(letters)
