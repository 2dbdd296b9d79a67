"""Users as they are stored; only here is a password's hash read or written."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.users import User
from overallt_server.storage.database import Transaction
from overallt_server.storage.schema import users
from overallt_server.storage.things import MANY_AT_ONCE
from overallt_server.storage.uniqueness import unique


@dataclass(frozen=True, slots=True)
class Login:
    """What it takes to sign a user in; the hash is argon2id's own text."""

    user: User
    password_hash: str


async def get(tx: Transaction, user: UserId) -> User | None:
    """Return the user with the id *user*, or ``None``."""
    rows = await tx.execute(sa.select(users).where(users.c.id == user))
    row = rows.one_or_none()
    return None if row is None else user_of(row)


async def many(tx: Transaction, ids: Iterable[UserId]) -> dict[UserId, User]:
    """Return the users of *ids* by their id; who does not exist is left out."""
    wanted = sorted(set(ids))
    found: dict[UserId, User] = {}
    for start in range(0, len(wanted), MANY_AT_ONCE):
        part = wanted[start : start + MANY_AT_ONCE]
        rows = await tx.execute(sa.select(users).where(users.c.id.in_(part)))
        found |= {UserId(row.id): user_of(row) for row in rows}
    return found


async def by_username(tx: Transaction, username: str) -> User | None:
    """Return the user called *username* (in any case), or ``None``."""
    rows = await tx.execute(
        sa.select(users).where(users.c.username == username.lower())
    )
    row = rows.one_or_none()
    return None if row is None else user_of(row)


async def by_email(tx: Transaction, email: str) -> User | None:
    """Return the user with the address *email* (lower case), or ``None``."""
    rows = await tx.execute(sa.select(users).where(users.c.email == email))
    row = rows.one_or_none()
    return None if row is None else user_of(row)


async def login(tx: Transaction, name: str) -> Login | None:
    """Return the login of who has the username or e-mail address *name*."""
    name = name.lower()
    column = users.c.email if "@" in name else users.c.username
    rows = await tx.execute(sa.select(users).where(column == name))
    row = rows.one_or_none()
    return None if row is None else Login(user_of(row), row.password_hash)


async def add(tx: Transaction, user: User, *, password_hash: str) -> None:
    """Store a new *user*.

    Raises:
        Taken: the id, the username or the address is taken.
    """
    with unique():
        await tx.execute(
            sa.insert(users).values(
                id=user.id,
                username=user.username,
                email=user.email,
                password_hash=password_hash,
                profile_thing_id=user.profile_thing,
                registered_at=user.registered_at,
            )
        )


async def change_password_hash(
    tx: Transaction, user: UserId, *, password_hash: str
) -> None:
    """Replace the hash of the password of *user*."""
    await tx.execute(
        sa.update(users).where(users.c.id == user).values(password_hash=password_hash)
    )


def user_of(row: sa.Row[Any]) -> User:
    """Return the user whose columns *row* has, maybe among others."""
    return User(
        id=UserId(row.id),
        username=row.username,
        email=row.email,
        registered_at=row.registered_at,
        profile_thing=ThingId(row.profile_thing_id),
    )
