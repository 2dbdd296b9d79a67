"""What is ordered by hand is done once, by two, and wholly or not at all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pytest
from story_people import add_user

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.deeds import AddEquity, AddMeans, Deed
from overallt_server.core.money import Money
from overallt_server.core.orders import ALONE, TOGETHER, HandOrder, Verdict
from overallt_server.core.refusals import Forbidden, InvalidRequest, NotFound
from overallt_server.core.rules import Rules
from overallt_server.storage import journal
from overallt_server.storage.database import Database
from overallt_server.use_cases.adding_equity import AddingEquity
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.appointing import Appointing
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.ordering import Done, Ordering

ADA, ANNA, BERT = UserId(1), UserId(2), UserId(3)
NOW: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
A_COIN: Final = AddMeans(ADA, Money(1000, "EUR"), "X 1")


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it."""


@dataclass(frozen=True, slots=True)
class Office:
    """Two operators, anna and bert, at one database."""

    database: Database
    rules: Rules

    async def order(self, deed: Deed = A_COIN, operator: UserId = ANNA) -> HandOrder:
        return await Ordering(self.database).order(
            deed, reason="a coin", needed=TOGETHER, operator=operator, now=NOW
        )

    async def confirm(self, number: int = 1, operator: UserId | None = BERT) -> Done:
        return await Ordering(self.database).confirm(
            number, operator=operator, now=NOW, carry_out=self.carry_out
        )

    async def refuse(self, number: int = 1, reason: str = "not so") -> None:
        await Ordering(self.database).refuse(
            number, operator=ANNA, reason=reason, now=NOW
        )

    async def do_alone(self, deed: Deed = A_COIN) -> Done:
        return await Ordering(self.database).do_alone(
            deed, reason="a coin", operator=None, now=NOW, carry_out=self.carry_out
        )

    async def carry_out(self, database: Database, deed: Deed, reason: str) -> Done:
        if isinstance(deed, AddEquity):
            is_new = await AddingEquity(database).add(
                amount=deed.amount, reference=deed.reference, reason=reason, now=NOW
            )
        else:
            assert isinstance(deed, AddMeans)
            is_new = await AddingMeans(database, self.rules).add(
                patron=deed.patron,
                amount=deed.amount,
                provider="by_hand",
                reference=deed.reference,
                reason=reason,
                now=NOW,
            )
        return Done("It is done." if is_new else "It was done before.")

    async def means(self) -> int:
        async with self.database.snapshot() as tx:
            return (await journal.balance(tx, chart.means(ADA), "EUR")).minor

    async def verdicts(self) -> list[Verdict | None]:
        every = await Ordering(self.database).every()
        return [None if outcome is None else outcome.verdict for _, outcome in every]

    async def findings(self) -> list[str]:
        found = await Auditing(self.database, self.rules).audit()
        return [str(each) for each in found]


@pytest.fixture
async def office(any_database: Database, rules: Rules) -> Office:
    for user, name in ((ADA, "ada"), (ANNA, "anna"), (BERT, "bert")):
        await add_user(any_database, user, name, now=NOW)
    for user in (ANNA, BERT):
        await Appointing(any_database).add(user=user, now=NOW)
    return Office(any_database, rules)


@pytest.fixture
async def elsewhere(any_database_url: str, rules: Rules) -> AsyncIterator[Office]:
    """The same office, as another program sees it."""
    database = Database(any_database_url)
    yield Office(database, rules)
    await database.close()


async def test_what_is_ordered_is_done_when_another_confirms_it(office: Office) -> None:
    order = await office.order()
    before = await office.means()
    done = await office.confirm()

    assert (1, 0) == (order.number, before)
    assert "It is done." == done.said
    assert 1000 == await office.means()
    assert [Verdict.CONFIRMED] == await office.verdicts()
    assert [] == await office.findings()


async def test_nobody_confirms_what_he_ordered_himself(office: Office) -> None:
    await office.order()

    with pytest.raises(Forbidden, match="You ordered 1 yourself"):
        await office.confirm(operator=ANNA)
    assert 0 == await office.means()
    assert [None] == await office.verdicts()


async def test_nobody_orders_or_confirms_what_concerns_himself(office: Office) -> None:
    of_bert = AddMeans(BERT, Money(1000, "EUR"), "X 1")

    with pytest.raises(Forbidden, match="concerns your own account"):
        await office.order(of_bert, operator=BERT)
    await office.order(of_bert)
    with pytest.raises(Forbidden, match="concerns your own account"):
        await office.confirm()
    assert [None] == await office.verdicts()


async def test_who_does_not_say_who_he_is_confirms_nothing(office: Office) -> None:
    await office.order()

    with pytest.raises(Forbidden, match="needs a second operator"):
        await office.confirm(operator=None)


async def test_what_is_refused_is_never_done(office: Office) -> None:
    await office.order()
    await office.refuse()

    with pytest.raises(InvalidRequest, match="Order 1 was refused: not so"):
        await office.confirm()
    with pytest.raises(InvalidRequest, match="Order 1 is refused already"):
        await office.refuse()
    assert 0 == await office.means()
    assert [Verdict.REFUSED] == await office.verdicts()
    assert [] == await office.findings()


async def test_what_is_confirmed_cannot_be_refused(office: Office) -> None:
    await office.order()
    await office.confirm()

    with pytest.raises(InvalidRequest, match="Order 1 is confirmed already"):
        await office.refuse()


async def test_what_is_confirmed_twice_is_done_once(office: Office) -> None:
    await office.order()
    await office.confirm()
    again = await office.confirm()

    assert "Order 1 was confirmed before: nothing was done again." == again.said
    assert 1000 == await office.means()


async def test_confirmed_by_two_at_once_it_is_done_once(
    office: Office, elsewhere: Office
) -> None:
    await office.order()
    done = await asyncio.gather(office.confirm(), elsewhere.confirm())

    assert {"It is done.", "Order 1 was confirmed before: nothing was done again."} == {
        each.said for each in done
    }
    assert 1000 == await office.means()
    assert [] == await office.findings()


@pytest.mark.parametrize("at", ["before the deed", "after the deed"])
async def test_killed_in_between_neither_deed_nor_outcome_is_there(
    office: Office, at: str
) -> None:
    await office.order()

    async def killed(database: Database, deed: Deed, reason: str) -> Done:
        if at == "after the deed":
            await office.carry_out(database, deed, reason)
        raise Killed

    with pytest.raises(Killed):
        await Ordering(office.database).confirm(
            1, operator=BERT, now=NOW, carry_out=killed
        )
    after = (await office.means(), await office.verdicts(), await office.findings())
    await office.confirm()

    assert (0, [None], []) == after
    assert 1000 == await office.means()
    assert [] == await office.findings()


async def test_a_deed_that_is_refused_leaves_its_order_open(office: Office) -> None:
    await office.order(AddMeans(ADA, Money(100_001, "EUR"), "X 1"))

    with pytest.raises(InvalidRequest, match="would exceed"):
        await office.confirm()
    assert [None] == await office.verdicts()
    assert [] == await office.findings()


async def test_an_order_of_what_is_booked_already_books_nothing(
    office: Office,
) -> None:
    await office.do_alone()
    await office.order()

    with pytest.raises(InvalidRequest, match="Order 2 would book nothing: refuse it"):
        await office.confirm(2)
    assert [Verdict.CONFIRMED, None] == await office.verdicts()


async def test_the_same_deed_is_ordered_once_while_it_is_open(office: Office) -> None:
    first, second = await office.order(), await office.order()
    await office.refuse()
    third = await office.order()

    assert first == second
    assert [1, 2] == [first.number, third.number]


async def test_an_order_needs_a_reason_and_so_does_its_refusal(office: Office) -> None:
    with pytest.raises(InvalidRequest, match="needs a reason"):
        await Ordering(office.database).order(
            A_COIN, reason=" ", needed=TOGETHER, operator=ANNA, now=NOW
        )
    await office.order()
    with pytest.raises(InvalidRequest, match="Say why"):
        await office.refuse(reason=" ")


async def test_an_order_that_is_not_there_is_neither_confirmed_nor_refused(
    office: Office,
) -> None:
    with pytest.raises(NotFound, match="There is no order 1"):
        await office.confirm()
    with pytest.raises(NotFound, match="There is no order 1"):
        await office.refuse()


async def test_who_works_alone_does_at_once_what_is_kept_as_ordered(
    office: Office,
) -> None:
    done = await office.do_alone()
    ((order, outcome),) = await Ordering(office.database).every()

    assert "It is done." == done.said
    assert (A_COIN, "a coin", ALONE, None) == (
        order.deed,
        order.reason,
        order.needed,
        order.operator,
    )
    assert outcome is not None
    assert (Verdict.CONFIRMED, 1) == (outcome.verdict, outcome.entry)
    assert [] == await office.findings()


async def test_who_works_alone_leaves_no_order_of_what_was_booked_before(
    office: Office,
) -> None:
    await office.do_alone()
    again = await office.do_alone()

    assert "It was done before." == again.said
    assert [Verdict.CONFIRMED] == await office.verdicts()


async def test_the_operators_own_money_concerns_nobody(
    office: Office,
) -> None:
    await office.order(AddEquity(Money(500, "EUR"), "E 1"))
    await office.confirm()

    assert [Verdict.CONFIRMED] == await office.verdicts()
    assert [] == await office.findings()


async def test_open_orders_are_listed_and_no_others(office: Office) -> None:
    for number in range(1, 4):
        await office.order(AddMeans(ADA, Money(1000, "EUR"), f"X {number}"))
    await office.confirm(1)
    await office.refuse(2)

    assert [3] == [each.number for each in await Ordering(office.database).open_()]
