"""Sessions of signed-in people as they are stored: never the token, only its hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.access_schema import sessions
from overallt_server.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class StoredSession:
    """Who signed in with it, when, until when it counts, and from where."""

    user: UserId
    signed_in_at: datetime
    expires_at: datetime
    network: str
    program: str


async def add(tx: Transaction, token_hash: bytes, session: StoredSession) -> None:
    """Store a new *session* under the hash of its token."""
    await tx.execute(
        sa.insert(sessions).values(
            token_hash=token_hash,
            user_id=session.user,
            signed_in_at=session.signed_in_at,
            expires_at=session.expires_at,
            network=session.network,
            program=session.program,
        )
    )


async def get(tx: Transaction, token_hash: bytes) -> StoredSession | None:
    """Return the session of the token with *token_hash*, expired ones too."""
    rows = await tx.execute(
        sa.select(sessions).where(sessions.c.token_hash == token_hash)
    )
    row = rows.one_or_none()
    return None if row is None else _session(row)


async def of_user(
    tx: Transaction, user: UserId, *, now: datetime
) -> list[tuple[bytes, StoredSession]]:
    """List the sessions of *user* that count, newest first, with their hashes."""
    rows = await tx.execute(
        sa.select(sessions)
        .where(sessions.c.user_id == user, sessions.c.expires_at > now)
        .order_by(sessions.c.signed_in_at.desc(), sessions.c.token_hash)
    )
    return [(row.token_hash, _session(row)) for row in rows]


async def remove(tx: Transaction, token_hash: bytes) -> None:
    """Forget the session of the token with *token_hash*, if there is one."""
    await tx.execute(sa.delete(sessions).where(sessions.c.token_hash == token_hash))


async def remove_of(tx: Transaction, user: UserId, token_hash: bytes) -> bool:
    """Forget a session of *user*; tell whether there was one."""
    removed = await tx.execute(
        sa.delete(sessions).where(
            sessions.c.token_hash == token_hash, sessions.c.user_id == user
        )
    )
    return removed.rowcount == 1


async def remove_all(tx: Transaction, user: UserId, *, but: bytes | None) -> None:
    """Forget the sessions of *user*, *but* the one of the token with that hash."""
    of_user = sa.delete(sessions).where(sessions.c.user_id == user)
    if but is not None:
        of_user = of_user.where(sessions.c.token_hash != but)
    await tx.execute(of_user)


async def remove_expired(tx: Transaction, *, now: datetime) -> None:
    """Forget all sessions that no longer count at *now*."""
    await tx.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))


def _session(row: sa.Row[Any]) -> StoredSession:
    return StoredSession(
        user=UserId(row.user_id),
        signed_in_at=row.signed_in_at,
        expires_at=row.expires_at,
        network=row.network,
        program=row.program,
    )
