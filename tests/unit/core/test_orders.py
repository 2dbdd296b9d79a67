"""Deeds say whom they concern and what they book; orders, who may decide on them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core.deeds import (
    DEEDS,
    AddEquity,
    AddMeans,
    AssignSuspense,
    Deed,
    GiveUpDebt,
    ImportStatements,
    MoveRevenue,
    NameAccount,
    OrderedFile,
    OrderPayouts,
    PayByHand,
    PayDebt,
    RefundMeans,
    RejectPayout,
    ReturnSuspense,
    TakeAnswers,
    UnderstandSuspense,
    booking_of,
    users_of,
)
from overallt_server.core.money import Money
from overallt_server.core.operators import Term, was_operator
from overallt_server.core.orders import HandOrder, OrderRow, refuse_own, refuse_same
from overallt_server.core.refusals import Forbidden
from overallt_server.storage.orders import arguments_of, deed_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)
ADA, ANNA = UserId(1), UserId(2)
FIVE = Money(500, "EUR")
# Each deed, whom it concerns, in whose chain it books, and how much is known before.
EVERY: list[tuple[Deed, tuple[int, ...], int | None, Money | None]] = [
    (AddMeans(ADA, FIVE, "X"), (1,), 1, FIVE),
    (RefundMeans(ADA, 1, FIVE, "X"), (1,), 1, FIVE),
    (MoveRevenue(ADA, FIVE, "X"), (1,), 1, FIVE),
    (AddEquity(FIVE, "X"), (), None, FIVE),
    (PayDebt(ADA, "X"), (1,), 1, None),
    (GiveUpDebt(ADA, "X"), (1,), 1, None),
    (AssignSuspense(7, ADA), (1,), 1, None),
    (ReturnSuspense(7), (), None, None),
    (UnderstandSuspense(7, "operator_equity"), (), None, None),
    (PayByHand("RF", ADA), (1,), None, None),
    (RejectPayout("RF", ADA), (1,), None, None),
]
WITHOUT_ENTRY: list[tuple[Deed, tuple[int, ...]]] = [
    (OrderPayouts((1, 2), (ADA, ANNA), FIVE, "/f.xml"), (1, 2)),
    (NameAccount(ADA, "SE1", "Ada"), (1,)),
    (TakeAnswers((OrderedFile("/f", "00"),), (1,), (ADA,)), (1,)),
    (ImportStatements((OrderedFile("/f", "00"),), ("k",), (ADA,)), (1,)),
]


@pytest.mark.parametrize(("deed", "users", "chain", "amount"), EVERY)
def test_a_deed_that_books_says_where_and_for_whom(
    deed: Deed, users: tuple[int, ...], chain: int | None, amount: Money | None
) -> None:
    booking = booking_of(deed)

    assert users == users_of(deed)
    assert booking is not None
    assert (chain, amount) == (booking.chain, booking.amount)


@pytest.mark.parametrize(("deed", "users"), WITHOUT_ENTRY)
def test_a_deed_without_an_entry_says_whom_it_concerns(
    deed: Deed, users: tuple[int, ...]
) -> None:
    assert users == users_of(deed)
    assert booking_of(deed) is None


@pytest.mark.parametrize(
    "deed", [each[0] for each in EVERY] + [each[0] for each in WITHOUT_ENTRY]
)
def test_a_deed_that_was_stored_is_the_same_deed(deed: Deed) -> None:
    assert deed == deed_of(deed.WORD, arguments_of(deed))
    assert DEEDS[deed.WORD] is type(deed)


def test_a_deed_is_stored_in_one_way() -> None:
    assert (
        '{"patron":1,"amount":{"minor":500,"currency":"EUR"},"reference":"X"}'
        == arguments_of(AddMeans(ADA, FIVE, "X"))
    )


@pytest.mark.parametrize("arguments", ["{}", "", '{"patron":"x"}'])
def test_what_is_no_deed_is_an_error(arguments: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        deed_of("means add", arguments)
    with pytest.raises(LookupError):
        deed_of("give it to me", arguments)


def test_nobody_has_a_hand_in_what_is_his_own() -> None:
    refuse_own(AddMeans(ADA, FIVE, "X"), ANNA)

    with pytest.raises(Forbidden):
        refuse_own(AddMeans(ANNA, FIVE, "X"), ANNA)


def test_nobody_is_the_second_after_himself() -> None:
    order = HandOrder(1, AddEquity(FIVE, "X"), "fees", 2, ANNA, NOW)
    refuse_same(order, ADA)

    with pytest.raises(Forbidden):
        refuse_same(order, ANNA)


def test_each_cell_of_an_order_and_the_order_before_it_is_in_its_hash() -> None:
    order = OrderRow(1, "means add", "{}", "why", 2, 3, NOW)
    others = [
        replace(order, number=2),
        replace(order, what="equity add"),
        replace(order, arguments="{ }"),
        replace(order, reason="why?"),
        replace(order, needed=1),
        replace(order, operator=None),
        replace(order, ordered_at=NOW.replace(day=6)),
    ]
    hashes = {each.digest(b"") for each in others} | {order.digest(b"1")}

    assert 8 == len(hashes - {order.digest(b"")})


def test_a_term_ends_in_the_second_in_which_it_is_taken_back() -> None:
    later = NOW.replace(day=9)
    terms = [Term(ANNA, NOW, later)]

    assert was_operator(ANNA, terms, at=NOW)
    assert was_operator(ANNA, terms, at=later)
    assert not was_operator(ANNA, terms, at=NOW.replace(day=10))
    assert not was_operator(ADA, terms, at=NOW)
