"""Apps as they are stored: never a secret, only its hash."""

from typing import Any

import sqlalchemy as sa

from overallt.protocol.ids import UserId
from overallt_server.core.grants import App
from overallt_server.storage.access_schema import apps
from overallt_server.storage.database import Transaction


async def get(tx: Transaction, client_id: str) -> App | None:
    """Return the app registered as *client_id*, or ``None``."""
    rows = await tx.execute(sa.select(apps).where(apps.c.client_id == client_id))
    row = rows.one_or_none()
    return None if row is None else _app(row)


async def secret_hash(tx: Transaction, client_id: str) -> bytes | None:
    """Return the hash of the app's secret; ``None`` for a public app."""
    rows = await tx.execute(
        sa.select(apps.c.secret_hash).where(apps.c.client_id == client_id)
    )
    stored: bytes | None = rows.scalar_one()
    return stored


async def of_owner(tx: Transaction, owner: UserId) -> list[App]:
    """List the apps that *owner* registered, by name."""
    rows = await tx.execute(
        sa.select(apps)
        .where(apps.c.owner_id == owner)
        .order_by(apps.c.name, apps.c.client_id)
    )
    return [_app(row) for row in rows]


async def names(tx: Transaction, client_ids: set[str]) -> dict[str, str]:
    """Return the names of the apps *client_ids* by client id."""
    rows = await tx.execute(
        sa.select(apps.c.client_id, apps.c.name).where(apps.c.client_id.in_(client_ids))
    )
    return {row.client_id: row.name for row in rows}


async def add(
    tx: Transaction, app: App, *, owner: UserId, secret_hash: bytes | None
) -> None:
    """Store a new *app* that *owner* registers."""
    await tx.execute(
        sa.insert(apps).values(
            client_id=app.client_id,
            name=app.name,
            secret_hash=secret_hash,
            redirect_uri=app.redirect_uri,
            owner_id=owner,
            first_party=app.first_party,
        )
    )


def _app(row: sa.Row[Any]) -> App:
    return App(
        client_id=row.client_id,
        name=row.name,
        public=row.secret_hash is None,
        redirect_uri=row.redirect_uri,
        first_party=row.first_party,
    )
