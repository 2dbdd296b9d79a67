"""One-time tokens as they are stored: only their hashes, and until when they count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.storage.access_schema import one_time_tokens
from overallt_server.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """For whom and what it is good, until when; *address*: where it was sent, or ""."""

    user: UserId
    purpose: str
    address: str
    expires_at: datetime


async def add(tx: Transaction, token_hash: bytes, token: OneTimeToken) -> None:
    """Store a new *token* under its hash."""
    await tx.execute(
        sa.insert(one_time_tokens).values(
            token_hash=token_hash,
            user_id=token.user,
            purpose=token.purpose,
            address=token.address,
            expires_at=token.expires_at,
        )
    )


async def get(
    tx: Transaction, token_hash: bytes, *, purpose: str, now: datetime
) -> OneTimeToken | None:
    """Return the token with *token_hash* if it is good for *purpose*; it stays."""
    rows = await tx.execute(
        sa.select(one_time_tokens).where(*_good(token_hash, purpose, now))
    )
    return _token(rows.one_or_none())


async def take(
    tx: Transaction, token_hash: bytes, *, purpose: str, now: datetime
) -> OneTimeToken | None:
    """Remove and return the token with *token_hash* if it is good for *purpose*.

    One statement, so that of two who bring the same token only one gets it.
    """
    rows = await tx.execute(
        sa.delete(one_time_tokens)
        .where(*_good(token_hash, purpose, now))
        .returning(one_time_tokens)
    )
    return _token(rows.one_or_none())


async def remove_all(tx: Transaction, user: UserId) -> None:
    """Forget every token of *user*, whatever it is for."""
    await tx.execute(
        sa.delete(one_time_tokens).where(one_time_tokens.c.user_id == user)
    )


async def remove_expired(tx: Transaction, *, now: datetime) -> None:
    """Forget all tokens that no longer count at *now*."""
    await tx.execute(
        sa.delete(one_time_tokens).where(one_time_tokens.c.expires_at <= now)
    )


def _good(
    token_hash: bytes, purpose: str, now: datetime
) -> "tuple[sa.ColumnElement[bool], ...]":
    return (
        one_time_tokens.c.token_hash == token_hash,
        one_time_tokens.c.purpose == purpose,
        one_time_tokens.c.expires_at > now,
    )


def _token(row: sa.Row[Any] | None) -> OneTimeToken | None:
    if row is None:
        return None
    return OneTimeToken(UserId(row.user_id), row.purpose, row.address, row.expires_at)
