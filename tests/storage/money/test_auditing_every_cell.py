"""An audit names the row of which any one cell was changed, and any row that is gone.

Every column of every table is changed in a town that has seen all there is, or it is
listed here with the reason why nobody has to see it. So is every column to come.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa
from bank_files import IBAN, Entry, statement
from card_payments import Cards

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.deeds import AddEquity, Deed
from overallt_server.core.money import Money
from overallt_server.core.orders import TOGETHER
from overallt_server.core.periods import Period
from overallt_server.payments.camt import read
from overallt_server.storage import (
    access_schema,
    mail_schema,
    proof_schema,
    proved_pages,
    schema,
    things,
)
from overallt_server.storage.database import Database
from overallt_server.storage.witnesses import key_of
from overallt_server.use_cases.adding_equity import AddingEquity
from overallt_server.use_cases.appointing import Appointing
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.importing_statements import ImportingStatements
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.marking import Marking
from overallt_server.use_cases.naming_teams import NamingTeams
from overallt_server.use_cases.ordering import Done, Ordering
from overallt_server.use_cases.ordering_payouts import OrderingPayouts
from overallt_server.use_cases.previewing import Previewing
from overallt_server.use_cases.proving_hosts import ProvingHosts
from overallt_server.use_cases.releasing_shares import ReleasingShares
from overallt_server.use_cases.subscribing import Subscribing

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

pytestmark = pytest.mark.long

ADA, BEN, CYD = UserId(1), UserId(2), UserId(3)
MONA, NINA = UserId(11), UserId(12)
OPA, OMA = UserId(21), UserId(22)
SONG, FILM, ESSAY = ThingId(31), ThingId(32), ThingId(33)
KASSA: Final = BankAccount("Kassa", IBAN, "")

# Nobody has to see a change here, in all of a table or in one column, and why.
_ACCESS: Final = "who is signed in, with which app: no money, and soon over"
_SECRET: Final = "how a user shows who he is, as his password: no money"
_GUEST: Final = "who may sign up: no money"
_WISH: Final = "what a patron wishes is told once, until a close freezes it"
_HIS: Final = "a user's own: he sees it, and no money goes by it"
UNSEEN_TABLES: Final[Mapping[sa.Table, str]] = {
    access_schema.sessions: _ACCESS,
    access_schema.apps: _ACCESS,
    access_schema.access_tokens: _ACCESS,
    access_schema.authorization_codes: _ACCESS,
    access_schema.device_codes: _ACCESS,
    access_schema.tries: "how often somebody guessed",
    access_schema.one_time_tokens: _ACCESS,
    access_schema.confirmed_addresses: "whether mails reach a user: no money",
    access_schema.second_factors: _SECRET,
    access_schema.recovery_codes: _SECRET,
    access_schema.passkeys: _SECRET,
    access_schema.invitations: _GUEST,
    access_schema.waiting_list: _GUEST,
    mail_schema.mails: "what a user is told; no link that does anything is kept",
    proof_schema.host_claims: "what was asked for; thing_hosts says what counts",
    schema.id_blocks: "an id that is given twice is refused by the key of its table",
    schema.idempotency_keys: "an answer to be given again; journal keys are unique",
    schema.intents: _WISH,
    schema.subscriptions: _WISH,
}
UNSEEN: Final[Mapping[str, str]] = {
    "budgets.patron_id": _WISH,
    "budgets.amount_minor": _WISH,
    "budgets.active": _WISH,
    "budgets (gone)": _WISH,
    "flattrs.flattred_at": "a moment within its month, in which all weigh the same",
    "users.username": _HIS,
    "users.email": _HIS,
    "users.password_hash": _HIS,
    "users.profile_thing_id": _HIS,
    "users.registered_at": _HIS,
    "things.title": _HIS,
    "things.description": _HIS,
    "things.language": _HIS,
    "things.category": _HIS,
    "things.tags": _HIS,
    "things.hidden": _HIS,
    "proved_pages.missing_since": "the check of each day tells it anew",
    "team_members.user_id": "of each month that is settled the shares are named",
    "slices.previewed_at": "that it is marked is seen, and nobody reads when",
    "bank_movements.closed_on": "the day that does not add up any more is named",
}
# Which row of a table is changed, where it is not the last: one that is booked.
CHOSEN: Final[Mapping[sa.Table, Mapping[str, object]]] = {
    schema.flattrs: {"patron_id": ADA, "thing_id": SONG},
    schema.pots: {"patron_id": ADA, "period": Period(2026, 1)},
    schema.things: {"id": FILM},
    schema.users: {"id": MONA},
}


def nothing(_done: int, _every: int) -> None:
    """Take no notice of how far it is."""


async def live(cards: Cards) -> None:
    """Let three months pass, with all that can happen in them."""
    town = cards.town
    for user in (MONA, NINA, OPA, OMA):
        await town.user(user)
    for thing, owner in ((SONG, MONA), (FILM, NINA), (ESSAY, NINA)):
        await town.thing(thing, owner=owner)
    await NamingTeams(town.database).name(
        thing=SONG, weights={"user11": 2, "user12": 1}, now=town.now
    )
    await town.patron(ADA, means=400, budget=1400)
    await town.patron(BEN, means=3000, budget=1000)
    await town.patron(CYD, means=0, budget=500)
    await cards.pay(ADA, 1500)
    await ProvingHosts(town.database).note(thing=SONG, host="example.org", now=town.now)
    async with town.database.transaction() as tx:
        page = await things.get(tx, FILM)
        assert page is not None
        await proved_pages.add(tx, page, at=town.now)
    await Marking(town.database).verify(patron=BEN, reason="a passport", now=town.now)
    await town.paying_out.name_account(
        owner=MONA, iban="SE4550000000058398257466", name="Mona", now=town.now
    )
    await town.flattr(ADA, SONG, key="a click")
    await town.flattr(ADA, FILM)
    await town.flattr(BEN, SONG)
    await Subscribing(town.database).subscribe(patron=BEN, thing=FILM, now=town.now)
    await town.close()
    await town.settle()
    await in_february(cards)
    await in_april(cards)


async def in_february(cards: Cards) -> None:
    """Pay in and out, give a gift, charge back, and close the month."""
    town = cards.town
    february = town.january.next
    now = february.start + timedelta(days=3)
    await GivingGifts(town.database, town.rules).give(
        patron=BEN, owner="user12", amount=Money(200, "EUR"), id_="g", now=now
    )
    await Intending(town.database, town.rules).intend(
        patron=BEN, url="https://blog.test/song", now=now
    )
    told = read(statement(Entry(500, ("who?",)))).statements
    await ImportingStatements(town.database, town.rules, KASSA).import_all(
        told, now=now, rehearse=False, progress=nothing
    )
    small = town.under(replace(town.rules, min_payout_minor=1)).paying_out
    sent = await small.request(owner=MONA, amount=Money(100, "EUR"), now=now)
    await OrderingPayouts(town.database).make_file(KASSA, [sent.number], now=now)
    gone = await small.request(owner=MONA, amount=Money(50, "EUR"), now=now)
    await small.reject(reference=gone.reference, reason="a mistake", now=now)
    await town.flattr(BEN, SONG, at=now)
    closing = february.end + timedelta(hours=1)
    await town.closing.close(period=february, now=closing)
    await Previewing(town.database).preview(
        period=february, now=closing, progress=nothing
    )


async def in_april(cards: Cards) -> None:
    """Release what was held, charge back, and let two operators do what they do."""
    town = cards.town
    now = town.january.end + timedelta(days=70)
    await ReleasingShares(town.database, town.rules).release(now=now)
    await cards.hear(cards.stripe.dispute(await cards.pay(CYD, 1000)))
    for operator in (OPA, OMA):
        await Appointing(town.database).add(user=operator, now=now)
    await Appointing(town.database).remove(user=OMA, now=now + timedelta(days=1))
    ordering = Ordering(town.database)
    for minor in (10_000, 500, 700):
        await ordering.order(
            AddEquity(Money(minor, "EUR"), f"E {minor}"),
            reason="a coin",
            needed=TOGETHER,
            operator=OPA,
            now=now,
        )

    async def carry_out(database: Database, deed: Deed, reason: str) -> Done:
        assert isinstance(deed, AddEquity)
        await AddingEquity(database).add(
            amount=deed.amount, reference=deed.reference, reason=reason, now=now
        )
        return Done("")

    await ordering.confirm(1, operator=OMA, now=now, carry_out=carry_out)
    await ordering.refuse(2, operator=OMA, reason="not so", now=now)


OTHER: Final = {
    "debit": "credit",
    "credit": "debit",
    "EUR": "SEK",
    "means_added": "patron_settled",
    "suspense": "cost",
    "sent": "paid",
    "rejected": "paid",
    "confirmed": "refused",
    "refused": "confirmed",
    "verified": "frozen",
    "frozen": "verified",
}
CHANGED: Final[Mapping[type, Callable[[Any], Any]]] = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    str: lambda value: OTHER.get(value, f"{value}x"),
    bytes: lambda value: bytes([value[0] ^ 1]) + value[1:],
    list: lambda value: [*value, "x"],
    Period: lambda value: Period(value.year + 5, value.month),
    date: lambda value: value + timedelta(days=1),
    datetime: lambda value: value + timedelta(seconds=1),
}


def changed(column: "sa.Column[Any]", value: Any) -> Any:
    if column.name == "ledger_account":
        return "means:99"
    if column.primary_key and isinstance(value, int):
        return value + 1000  # There is no such row.
    if value is not None:
        return CHANGED[type(value)](value)
    if type(column.type).__name__ == "PeriodNumber":
        return Period(2027, 1)
    return datetime(2027, 1, 1).astimezone() if "Instant" in repr(column.type) else 7


async def run(town: "Town", statement: sa.Executable) -> None:
    async with town.database.transaction() as tx:
        if not town.database.is_sqlite:
            await tx.execute(sa.text("SET LOCAL session_replication_role = replica"))
        await tx.execute(statement)


async def unguard(town: "Town") -> None:
    if town.database.is_sqlite:
        async with town.database.transaction() as tx:
            names = await tx.execute(
                sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            )
            for (name,) in names.all():
                await tx.execute(sa.text(f"DROP TRIGGER {name}"))


def this(table: sa.Table, row: Mapping[str, Any]) -> "list[sa.ColumnElement[bool]]":
    return [column == row[column.name] for column in table.primary_key]


async def find(town: "Town") -> set[tuple[str, str]]:
    """Audit; return table and row of all that is found."""
    found = await Auditing(town.database, town.rules).audit()
    return {(each.table, each.row) for each in found}


async def one_of(town: "Town", table: sa.Table) -> dict[str, Any]:
    """Return the row of *table* that is to be changed."""
    rows = [row._asdict() for row in await town.rows(table)]
    chosen = CHOSEN.get(table, {}).items()
    return [row for row in rows if row.items() >= chosen][-1]


async def put(
    town: "Town", table: sa.Table, old: dict[str, Any], new: dict[str, Any]
) -> None:
    await run(town, sa.update(table).where(*this(table, old)).values(new))


async def with_one_cell_changed(
    town: "Town", table: sa.Table, row: dict[str, Any], column: "sa.Column[Any]"
) -> bool:
    """Tell whether an audit names the *row* of which *column* is changed meanwhile."""
    forged = row | {column.name: changed(column, row[column.name])}
    await put(town, table, row, forged)
    found = await find(town)
    await put(town, table, forged, row)
    keys = {key_of(table, row), key_of(table, forged)}
    return not found.isdisjoint((table.name, key) for key in keys)


async def with_it_gone(town: "Town", table: sa.Table, row: dict[str, Any]) -> bool:
    """Tell whether an audit names the *row* that is away meanwhile."""
    await run(town, sa.delete(table).where(*this(table, row)))
    found = await find(town)
    await run(town, sa.insert(table).values(row))
    return (table.name, key_of(table, row)) in found


async def test_whatever_one_cell_is_changed_and_whatever_row_is_gone_is_named(
    cards: Cards,
) -> None:
    town = cards.town
    await live(cards)
    await unguard(town)
    assert set() == await find(town)
    unseen = set[str]()
    for table in schema.metadata.sorted_tables:
        if table in UNSEEN_TABLES:
            continue
        row = await one_of(town, table)
        for column in table.columns:
            if not await with_one_cell_changed(town, table, row, column):
                unseen.add(f"{table.name}.{column.name}")
        if not await with_it_gone(town, table, row):
            unseen.add(f"{table.name} (gone)")

    assert set(UNSEEN) == unseen
    assert set() == await find(town)
