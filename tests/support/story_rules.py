"""The figures of all stories: Flattr's own fee, and a slice for each patron."""

from typing import Final

from overallt_server.core.rules import Rules

RULES: Final = Rules(
    currency="EUR",
    min_budget_minor=200,
    max_budget_minor=10_000,
    max_means_minor=100_000,
    max_means_unverified_minor=100_000,
    verify_from_minor=100_000,
    min_card_minor=1000,
    fee_bps=1000,
    hold_days=9,
    card_hold_days=60,
    slice_patrons=1,
    min_payout_minor=1000,
    new_iban_hours=72,
)
