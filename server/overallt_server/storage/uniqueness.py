"""What is unique, and already there: told by the database, which alone can know."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from overallt_server.storage.database import Transaction


class Taken(Exception):
    """What must be unique is there already; the transaction is to be undone."""


def inserting(tx: Transaction, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Begin an insert into *table* that says what becomes of a row that is there.

    Both databases know ``ON CONFLICT``, SQLAlchemy only by their own names.
    """
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    return insert(table)


@contextmanager
def unique() -> Iterator[None]:
    """Tell as ``Taken`` that a row's unique columns are there already."""
    try:
        yield
    except IntegrityError as error:
        raise Taken from error
