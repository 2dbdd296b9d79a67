"""An audit names the intent that outlived its time, or was claimed for nothing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core.audit import Finding
from overallt_server.core.periods import Period
from overallt_server.core.rules import Rules
from overallt_server.storage import schema
from overallt_server.storage.database import Database
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.proving_hosts import ProvingHosts
from overallt_server.use_cases.registering_things import RegisteringThings

# February was closed at two o'clock of this day.
MARCH: Final = datetime(2026, 3, 1, tzinfo=UTC)
CLOSED_AT: Final = MARCH + timedelta(hours=2)
MADE_AT: Final = MARCH + timedelta(days=2)
CLAIMED_AT: Final = MARCH + timedelta(days=5)
AFTERWARDS: Final = CLAIMED_AT + timedelta(seconds=1)
WAITS: Final = "https://blog.test/waits"
CLAIMED: Final = "https://blog.test/claimed"
# The first number behind those that the other things' program has leased.
POEM: Final = 17
ADA: Final = UserId(3)

type Audit = Callable[[Database], Awaitable[list[Finding]]]


async def intend(database: Database, rules: Rules) -> None:
    """Let one intent of ada's wait and another be claimed."""
    for url in (CLAIMED, WAITS):
        await Intending(database, rules).intend(patron=ADA, url=url, now=MADE_AT)
    poem = await RegisteringThings(database).register(
        owner=UserId(1), url=CLAIMED, title="The poem", now=CLAIMED_AT
    )
    await ProvingHosts(database).note(thing=poem.id, host="blog.test", now=CLAIMED_AT)


async def change(database: Database, url: str, **values: Any) -> None:
    update = schema.intents.update().where(schema.intents.c.url == url)
    async with database.transaction() as tx:
        await tx.execute(update.values(values))


async def test_intents_in_order_are_passed_over(
    books: Database, rules: Rules, audit: Audit
) -> None:
    await intend(books, rules)

    assert [] == await audit(books)


async def test_so_they_are_on_postgresql(
    postgres_books: Database, rules: Rules, audit: Audit
) -> None:
    await intend(postgres_books, rules)

    assert [] == await audit(postgres_books)


@pytest.mark.parametrize(
    ("url", "values", "finding"),
    [
        pytest.param(
            WAITS,
            {"host": "evil.test"},
            ("its host is not that of its address", "blog.test", "evil.test"),
            id="a host",
        ),
        pytest.param(
            WAITS,
            {"made_at": CLOSED_AT - timedelta(days=90)},
            (
                "it has expired and is still there",
                f"nothing after {CLOSED_AT}",
                f"closed at {CLOSED_AT}",
            ),
            id="one that has expired",
        ),
        pytest.param(
            WAITS,
            {"thing_id": POEM, "period": Period(2026, 3)},
            (
                "it was claimed by a thing at another address",
                WAITS,
                CLAIMED,
            ),
            id="a claim that never was",
        ),
        pytest.param(
            CLAIMED,
            {"thing_id": 99},
            ("it was claimed by a thing at another address", CLAIMED, ""),
            id="its thing",
        ),
        pytest.param(
            CLAIMED,
            {"period": Period(2026, 4)},
            ("it was claimed and there is no flattr", f"{POEM} in 2026-04", ""),
            id="its period",
        ),
        pytest.param(
            CLAIMED,
            {"period": Period(2026, 2)},
            ("its period is closed and it is still there", "", "2026-02"),
            id="its period, a closed one",
        ),
        pytest.param(
            CLAIMED,
            {"made_at": CLAIMED_AT - timedelta(days=90)},
            (
                "its flattr is of another time",
                f"{CLAIMED_AT - timedelta(days=90)} to {CLAIMED_AT}",
                str(CLAIMED_AT),
            ),
            id="when it was made: too early",
        ),
        pytest.param(
            CLAIMED,
            {"made_at": AFTERWARDS},
            (
                "its flattr is of another time",
                f"{AFTERWARDS} to {AFTERWARDS + timedelta(days=90)}",
                str(CLAIMED_AT),
            ),
            id="when it was made: too late",
        ),
    ],
)
async def test_a_changed_cell_is_told_exactly(
    books: Database,
    rules: Rules,
    audit: Audit,
    url: str,
    values: dict[str, Any],
    finding: tuple[str, str, str],
) -> None:
    await intend(books, rules)
    await change(books, url, **values)

    assert [Finding("intents", f"patron_id=3 url={url}", *finding)] == await audit(
        books
    )


async def test_of_many_none_is_passed_over(
    books: Database, rules: Rules, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("overallt_server.use_cases.auditing_intents.INTENTS_AT_ONCE", 1)
    await intend(books, rules)
    for url in (WAITS, CLAIMED):
        await change(books, url, host="evil.test")

    assert 2 == len(await audit(books))
