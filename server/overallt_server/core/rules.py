"""The figures an operator may choose within the rules of money."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """One server's figures; every amount is in minor units of ``currency``.

    ``fee_bps`` is frozen into each period as it is closed, ``hold_days`` are
    counted from the period's end, ``slice_patrons`` is how many patrons are
    settled in one database transaction, ``new_iban_hours`` is how long no payout goes
    to an account that an owner has named. ``card_hold_days`` are counted from the
    period's end, too, and frozen with it; 0 holds nothing that a card has paid.
    """

    currency: str
    min_budget_minor: int
    max_budget_minor: int
    max_means_minor: int
    max_means_unverified_minor: int
    verify_from_minor: int
    min_card_minor: int
    fee_bps: int
    hold_days: int
    card_hold_days: int
    slice_patrons: int
    min_payout_minor: int
    new_iban_hours: int
