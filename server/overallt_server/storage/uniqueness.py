"""What is unique, and already there: told by the database, which alone can know."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError


class Taken(Exception):  # noqa: N818 - it names what was found.
    """What must be unique is there already; the transaction is to be undone."""


@contextmanager
def unique() -> Iterator[None]:
    """Tell as ``Taken`` that a row's unique columns are there already."""
    try:
        yield
    except IntegrityError as error:
        raise Taken from error
