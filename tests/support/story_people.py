"""The people of stories and tests: users who never sign in."""

from datetime import datetime

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.users import User
from overallt_server.storage import users
from overallt_server.storage.database import Database


async def add_user(
    database: Database, user: UserId, name: str, *, now: datetime
) -> None:
    """Add a user without a password: to hash one takes longer than a story."""
    async with database.transaction() as tx:
        await users.add(
            tx,
            User(
                id=user,
                username=name,
                email=f"{name}@users.test",
                registered_at=now,
                profile_thing=ThingId(1_000_000 + user),
            ),
            password_hash="!",
        )
