"""Sessions of signed-in people as they are stored: never the token, only its hash."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.access_schema import sessions
from overallt_server.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class StoredSession:
    """Who signed in with it, when, and until when it counts."""

    user: UserId
    signed_in_at: datetime
    expires_at: datetime


async def add(tx: Transaction, token_hash: bytes, session: StoredSession) -> None:
    """Store a new *session* under the hash of its token."""
    await tx.execute(
        sa.insert(sessions).values(
            token_hash=token_hash,
            user_id=session.user,
            signed_in_at=session.signed_in_at,
            expires_at=session.expires_at,
        )
    )


async def get(tx: Transaction, token_hash: bytes) -> StoredSession | None:
    """Return the session of the token with *token_hash*, expired ones too."""
    rows = await tx.execute(
        sa.select(sessions).where(sessions.c.token_hash == token_hash)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    return StoredSession(UserId(row.user_id), row.signed_in_at, row.expires_at)


async def remove(tx: Transaction, token_hash: bytes) -> None:
    """Forget the session of the token with *token_hash*, if there is one."""
    await tx.execute(sa.delete(sessions).where(sessions.c.token_hash == token_hash))


async def remove_all(tx: Transaction, user: UserId, *, but: bytes | None) -> None:
    """Forget the sessions of *user*, *but* the one of the token with that hash."""
    of_user = sa.delete(sessions).where(sessions.c.user_id == user)
    if but is not None:
        of_user = of_user.where(sessions.c.token_hash != but)
    await tx.execute(of_user)


async def remove_expired(tx: Transaction, *, now: datetime) -> None:
    """Forget all sessions that no longer count at *now*."""
    await tx.execute(sa.delete(sessions).where(sessions.c.expires_at <= now))
