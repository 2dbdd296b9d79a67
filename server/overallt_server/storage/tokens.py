"""Access tokens and authorization codes as they are stored: only their hashes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.grants import Grant, Scopes, parse_scopes, print_scopes
from overallt_server.storage.access_schema import access_tokens, authorization_codes
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import users
from overallt_server.storage.users import user_of

# Every request of a program asks this, so it is one statement, put together once.
_GRANTS: Final = (
    sa.select(
        users,
        access_tokens.c.token_hash,
        access_tokens.c.client_id,
        access_tokens.c.scopes,
        access_tokens.c.created_at,
    )
    .join(users, users.c.id == access_tokens.c.user_id)
    .where(access_tokens.c.token_hash.in_(sa.bindparam("hashes", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An access token: for whom, by which app, for what, since when."""

    token_hash: bytes
    user: UserId
    client_id: str
    scopes: Scopes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredCode:
    """An authorization code and what was asked for with it.

    ``redirect_uri`` is ``None`` if the app named none, ``code_challenge`` if it
    used no PKCE.
    """

    client_id: str
    user: UserId
    scopes: Scopes
    redirect_uri: str | None
    code_challenge: str | None
    expires_at: datetime


async def add(tx: Transaction, token: StoredToken) -> None:
    """Store a new access *token*."""
    await tx.execute(
        sa.insert(access_tokens).values(
            token_hash=token.token_hash,
            user_id=token.user,
            client_id=token.client_id,
            scopes=print_scopes(token.scopes),
            created_at=token.created_at,
        )
    )


async def grants(tx: Transaction, hashes: Collection[bytes]) -> Mapping[bytes, Grant]:
    """Return what the access tokens with *hashes* stand for; others are left out."""
    rows = await tx.execute(_GRANTS, {"hashes": list(hashes)})
    return {
        row.token_hash: Grant(
            user_of(row), row.client_id, parse_scopes(row.scopes), row.created_at
        )
        for row in rows
    }


async def of_user(tx: Transaction, user: UserId) -> list[StoredToken]:
    """List the access tokens of *user*, newest first."""
    rows = await tx.execute(
        sa.select(access_tokens)
        .where(access_tokens.c.user_id == user)
        .order_by(access_tokens.c.created_at.desc(), access_tokens.c.token_hash)
    )
    return [_token(row) for row in rows]


async def revoke(tx: Transaction, user: UserId, token_hash: bytes) -> bool:
    """Forget an access token of *user*; tell whether there was one."""
    removed = await tx.execute(
        sa.delete(access_tokens)
        .where(access_tokens.c.token_hash == token_hash)
        .where(access_tokens.c.user_id == user)
    )
    return removed.rowcount > 0


async def give_back(tx: Transaction, client_id: str, token_hash: bytes) -> None:
    """Forget an access token that was given to the app *client_id*, if it was."""
    await tx.execute(
        sa.delete(access_tokens)
        .where(access_tokens.c.token_hash == token_hash)
        .where(access_tokens.c.client_id == client_id)
    )


async def revoke_all(tx: Transaction, user: UserId) -> None:
    """Forget every access token of *user*, and the codes that would become some."""
    for table in (access_tokens, authorization_codes):
        await tx.execute(sa.delete(table).where(table.c.user_id == user))


async def add_code(tx: Transaction, code_hash: bytes, code: StoredCode) -> None:
    """Store a new authorization *code* under its hash."""
    await tx.execute(
        sa.insert(authorization_codes).values(
            code_hash=code_hash,
            client_id=code.client_id,
            user_id=code.user,
            scopes=print_scopes(code.scopes),
            redirect_uri=code.redirect_uri,
            code_challenge=code.code_challenge,
            expires_at=code.expires_at,
        )
    )


async def take_code(tx: Transaction, code_hash: bytes) -> StoredCode | None:
    """Remove and return the code with *code_hash*, expired or not.

    One statement, so that of two who bring the same code only one gets it.
    """
    rows = await tx.execute(
        sa.delete(authorization_codes)
        .where(authorization_codes.c.code_hash == code_hash)
        .returning(authorization_codes)
    )
    row = rows.one_or_none()
    if row is None:
        return None
    return StoredCode(
        client_id=row.client_id,
        user=UserId(row.user_id),
        scopes=parse_scopes(row.scopes),
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        expires_at=row.expires_at,
    )


async def remove_expired_codes(tx: Transaction, *, now: datetime) -> None:
    """Forget the codes that nobody fetched in time."""
    await tx.execute(
        sa.delete(authorization_codes).where(authorization_codes.c.expires_at <= now)
    )


def _token(row: sa.Row[Any]) -> StoredToken:
    return StoredToken(
        token_hash=row.token_hash,
        user=UserId(row.user_id),
        client_id=row.client_id,
        scopes=parse_scopes(row.scopes),
        created_at=row.created_at,
    )
