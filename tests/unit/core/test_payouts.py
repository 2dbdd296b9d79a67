"""What may be paid out, to whom and when; refused in a fixed order."""

from datetime import UTC, datetime, timedelta

import pytest
from story_rules import RULES

from overallt_server.core.money import Money
from overallt_server.core.payouts import (
    LONGEST_NAME,
    PayoutAccount,
    account_named,
    refuse_payout,
)
from overallt_server.core.refusals import (
    InvalidRequest,
    NewPayoutAccount,
    NoPayoutAccount,
    NoRevenue,
    PayoutTooSmall,
    Refusal,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
SWEDISH = "SE45 5000 0000 0583 9825 7466"
OLD = PayoutAccount("SE4550000000058398257466", "Mona", NOW - timedelta(hours=72))
NEW = PayoutAccount(OLD.iban, OLD.name, NOW - timedelta(hours=71, minutes=59))


def test_an_account_is_kept_as_the_bank_writes_it() -> None:
    assert PayoutAccount("SE4550000000058398257466", "Mona M", NOW) == account_named(
        SWEDISH, "  Mona \n M ", now=NOW
    )


@pytest.mark.parametrize(
    ("iban", "name", "said"),
    [
        ("SE46 5000 0000 0583 9825 7466", "Mona", "IBAN cannot be right"),
        ("nonsense", "Mona", "IBAN cannot be right"),
        ("", "Mona", "IBAN cannot be right"),
        ("BR1800360305000010009795493C1", "Mona", "is not within SEPA"),
        (SWEDISH, "", "as the bank knows him"),
        (SWEDISH, "--- 17", "as the bank knows him"),
        (SWEDISH, "Mona\x00", "as the bank knows him"),
        (SWEDISH, "M" * (LONGEST_NAME + 1), "at most 70"),
    ],
)
def test_an_account_that_cannot_be_is_refused(iban: str, name: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        account_named(iban, name, now=NOW)


def test_what_may_be_paid_out_goes_to_the_account_of_the_moment() -> None:
    account = refuse_payout(
        Money(1000, "EUR"),
        revenue=Money(1000, "EUR"),
        account=OLD,
        rules=RULES,
        now=NOW,
    )

    assert OLD == account


@pytest.mark.parametrize(
    ("account", "minor", "refusal"),
    [
        (None, 999, NoPayoutAccount),
        (NEW, 999, NewPayoutAccount),
        (OLD, 999, PayoutTooSmall),
        (OLD, 0, PayoutTooSmall),
        (OLD, -1000, PayoutTooSmall),
        (OLD, 1000, NoRevenue),
    ],
)
def test_refusals_come_in_a_fixed_order(
    account: PayoutAccount | None, minor: int, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        refuse_payout(
            Money(minor, "EUR"),
            revenue=Money(998, "EUR"),
            account=account,
            rules=RULES,
            now=NOW,
        )


def test_a_new_account_says_from_when_on_it_is_good() -> None:
    with pytest.raises(NewPayoutAccount, match="from 2026-01-05 12:01 UTC on"):
        refuse_payout(
            Money(1000, "EUR"),
            revenue=Money(1000, "EUR"),
            account=NEW,
            rules=RULES,
            now=NOW,
        )
