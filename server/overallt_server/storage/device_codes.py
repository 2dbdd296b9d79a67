"""Device codes as they are stored: the device's own only as a hash.

The user's code is short-lived, is shown on a screen and typed by hand, and is
worth nothing without a signed-in user: it is stored as it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.grants import Scopes, parse_scopes, print_scopes
from overallt_server.storage.access_schema import device_codes
from overallt_server.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class StoredDeviceCode:
    """A device that waits for a user's decision.

    ``network`` is where it asked from, ``user`` is ``None`` until somebody approved it,
    ``polled_at`` until the device asked for the first time.
    """

    device_code_hash: bytes
    user_code: str
    client_id: str
    scopes: Scopes
    user: UserId | None
    denied: bool
    network: str
    polled_at: datetime | None
    expires_at: datetime


async def add(tx: Transaction, code: StoredDeviceCode) -> None:
    """Store a new device *code* that nobody has decided on."""
    await tx.execute(
        sa.insert(device_codes).values(
            device_code_hash=code.device_code_hash,
            user_code=code.user_code,
            client_id=code.client_id,
            scopes=print_scopes(code.scopes),
            user_id=code.user,
            denied=code.denied,
            network=code.network,
            polled_at=code.polled_at,
            expires_at=code.expires_at,
        )
    )


async def get(tx: Transaction, device_code_hash: bytes) -> StoredDeviceCode | None:
    """Return the device code with that hash, locked against another redeemer."""
    rows = await tx.execute(
        sa.select(device_codes)
        .where(device_codes.c.device_code_hash == device_code_hash)
        .with_for_update()
    )
    row = rows.one_or_none()
    return None if row is None else _code(row)


async def by_user_code(tx: Transaction, user_code: str) -> StoredDeviceCode | None:
    """Return the device code that shows *user_code*, or ``None``."""
    rows = await tx.execute(
        sa.select(device_codes).where(device_codes.c.user_code == user_code)
    )
    row = rows.one_or_none()
    return None if row is None else _code(row)


async def decide(
    tx: Transaction, user_code: str, *, user: UserId, approved: bool
) -> bool:
    """Note the decision of *user*; tell whether it was still open."""
    decided = await tx.execute(
        sa.update(device_codes)
        .where(device_codes.c.user_code == user_code)
        .where(device_codes.c.user_id.is_(None))
        .where(device_codes.c.denied.is_(False))
        .values(user_id=user if approved else None, denied=not approved)
    )
    return decided.rowcount > 0


async def polled(tx: Transaction, device_code_hash: bytes, *, at: datetime) -> None:
    """Note that the device asked at *at*."""
    await tx.execute(
        sa.update(device_codes)
        .where(device_codes.c.device_code_hash == device_code_hash)
        .values(polled_at=at)
    )


async def remove(tx: Transaction, device_code_hash: bytes) -> None:
    """Forget the device code with that hash."""
    await tx.execute(
        sa.delete(device_codes).where(
            device_codes.c.device_code_hash == device_code_hash
        )
    )


async def remove_all(tx: Transaction, user: UserId) -> None:
    """Forget the device codes that *user* has approved and no device has fetched."""
    await tx.execute(sa.delete(device_codes).where(device_codes.c.user_id == user))


async def remove_expired(tx: Transaction, *, before: datetime) -> None:
    """Forget the device codes that expired before *before*."""
    await tx.execute(sa.delete(device_codes).where(device_codes.c.expires_at < before))


def _code(row: sa.Row[Any]) -> StoredDeviceCode:
    return StoredDeviceCode(
        device_code_hash=row.device_code_hash,
        user_code=row.user_code,
        client_id=row.client_id,
        scopes=parse_scopes(row.scopes),
        user=None if row.user_id is None else UserId(row.user_id),
        denied=row.denied,
        network=row.network,
        polled_at=row.polled_at,
        expires_at=row.expires_at,
    )
