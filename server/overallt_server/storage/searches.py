"""Searching things: by words, tags and whatever else describes them, in one order.

Every thing is looked at: there is no index of words. Hidden things are never found.
Case does not matter; which letters are the same says PostgreSQL's locale, or Python.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from overallt_server.core.searches import HEATS, Sort, ThingSearch, WantedTags
from overallt_server.core.things import Thing
from overallt_server.storage.database import Transaction
from overallt_server.storage.flattrs import IS_KEPT
from overallt_server.storage.schema import flattrs, things, users
from overallt_server.storage.things import thing_of

type _Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class FoundThings:
    """The things on one page of what was found, and how many were found in all."""

    total: int
    things: list[Thing]


async def search(
    tx: Transaction, wanted: ThingSearch, *, page: int, count: int, now: datetime
) -> FoundThings:
    """Return what is *wanted*; *page* counts from 1."""
    conditions = list(_conditions(tx, wanted))
    total = await tx.execute(
        sa.select(sa.func.count()).select_from(things).where(*conditions)
    )
    rows = await tx.execute(
        sa.select(things)
        .where(*conditions)
        .order_by(*_order(wanted, now=now), things.c.id.desc())
        .limit(count)
        .offset((page - 1) * count)
    )
    return FoundThings(int(total.scalar_one()), [thing_of(row) for row in rows])


def _conditions(tx: Transaction, wanted: ThingSearch) -> Iterator[_Condition]:
    yield sa.not_(things.c.hidden)
    for word in wanted.words:
        tag = _each_tag(tx)
        yield sa.or_(
            things.c.title.icontains(word, autoescape=True),
            things.c.description.icontains(word, autoescape=True),
            _among(tag, tag.c.value.icontains(word, autoescape=True)),
        )
    if wanted.url is not None:
        yield things.c.url == wanted.url
    if wanted.languages:
        yield things.c.language.in_(wanted.languages)
    if wanted.categories:
        yield things.c.category.in_(wanted.categories)
    if wanted.username is not None:
        named = sa.select(users.c.id).where(users.c.username == wanted.username)
        yield things.c.owner_id == named.scalar_subquery()
    yield from _tagged(tx, wanted.tags)


def _tagged(tx: Transaction, wanted: WantedTags) -> Iterator[_Condition]:
    if wanted.any_of:
        yield sa.or_(
            *(sa.and_(*(_has(tx, tag) for tag in tags)) for tags in wanted.any_of)
        )
    for tag in wanted.none_of:
        yield sa.not_(_has(tx, tag))


def _has(tx: Transaction, tag: str) -> _Condition:
    each = _each_tag(tx)
    return _among(each, sa.func.lower(each.c.value) == tag)


def _among(each: sa.TableValuedAlias, condition: _Condition) -> _Condition:
    return sa.select(1).select_from(each).where(condition).correlate(things).exists()


def _each_tag(tx: Transaction) -> sa.TableValuedAlias:
    # Both databases take a list in JSON apart, by names of their own.
    value = sa.column("value", sa.Text)
    if tx.dialect.name == "sqlite":
        return sa.func.json_each(things.c.tags).table_valued(value)
    listed = sa.func.json_array_elements_text(things.c.tags)
    return listed.table_valued(value).render_derived()


def _order(wanted: ThingSearch, *, now: datetime) -> Sequence[sa.ColumnElement[Any]]:
    heats = HEATS[wanted.sort]
    counted: sa.ColumnElement[Any] = sa.literal(1)
    if heats:
        counted = sa.case(
            *(
                (flattrs.c.flattred_at > now - each.within, each.weight)
                for each in heats
            ),
            else_=0,
        )
    flattred = (
        sa.select(sa.func.coalesce(sa.func.sum(counted), 0))
        .where(flattrs.c.thing_id == things.c.id, IS_KEPT)
        .correlate(things)
        .scalar_subquery()
    )
    if wanted.sort != Sort.RELEVANCE or not wanted.words:
        return [flattred.desc()]
    in_title = sum(
        (
            sa.case((things.c.title.icontains(word, autoescape=True), 1), else_=0)
            for word in wanted.words
        ),
        start=sa.literal(0),
    )
    return [in_title.desc(), flattred.desc()]
