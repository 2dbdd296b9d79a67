"""The chart of accounts."""

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.chart import AccountKind, LedgerAccount, Side
from overallt_server.core.periods import Period

OCTOBER = Period(2026, 10)

ACCOUNTS = [
    (chart.cash("by_hand"), "cash:by_hand", AccountKind.ASSET, Side.DEBIT),
    (chart.means(UserId(17)), "means:17", AccountKind.LIABILITY, Side.CREDIT),
    (
        chart.reserved(UserId(17), OCTOBER),
        "reserved:17:2026-10",
        AccountKind.LIABILITY,
        Side.CREDIT,
    ),
    (
        chart.clearing(OCTOBER, 3),
        "clearing:2026-10:3",
        AccountKind.LIABILITY,
        Side.CREDIT,
    ),
    (chart.revenue(UserId(5)), "revenue:5", AccountKind.LIABILITY, Side.CREDIT),
    (chart.held(UserId(5)), "held:5", AccountKind.LIABILITY, Side.CREDIT),
    (chart.FEE_INCOME, "fee_income", AccountKind.INCOME, Side.CREDIT),
    (chart.SUSPENSE, "suspense", AccountKind.LIABILITY, Side.CREDIT),
    (
        chart.in_transit("RF52OV217"),
        "in_transit:RF52OV217",
        AccountKind.LIABILITY,
        Side.CREDIT,
    ),
    (chart.PAYMENT_COST, "payment_cost", AccountKind.EXPENSE, Side.DEBIT),
    (chart.receivable(UserId(17)), "receivable:17", AccountKind.ASSET, Side.DEBIT),
    (chart.CHARGEBACK_LOSS, "chargeback_loss", AccountKind.EXPENSE, Side.DEBIT),
    (chart.OPERATOR_EQUITY, "operator_equity", AccountKind.EQUITY, Side.CREDIT),
]


@pytest.mark.parametrize(("account", "text", "kind", "side"), ACCOUNTS)
def test_a_ledger_account_has_a_text_a_kind_and_a_side(
    account: LedgerAccount, text: str, kind: AccountKind, side: Side
) -> None:
    assert text == str(account)
    assert account == LedgerAccount.parse(text)
    assert kind == account.kind
    assert side == account.normal_side


def test_these_are_all_that_the_chart_has() -> None:
    assert {account.name for account, *_ in ACCOUNTS} == set(chart.CHART)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "means",
        "means:",
        "means:0",
        "means:07",
        "means:seventeen",
        "wallet:17",
        "reserved:17",
        "reserved:17:2026-13",
        "clearing:2026-10:-1",
        "cash:By Hand",
        "fee_income:",
        "fee_income:1",
    ],
)
def test_what_the_chart_does_not_know_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match="the chart knows no"):
        LedgerAccount.parse(text)
