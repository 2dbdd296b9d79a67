"""The figures an operator may choose within the rules of money."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """One server's figures; every amount is in minor units of ``currency``.

    ``fee_bps`` is frozen into each period as it is closed, ``hold_days`` are
    counted from the period's end, ``slice_patrons`` is how many patrons are
    settled in one database transaction.
    """

    currency: str
    min_budget_minor: int
    max_budget_minor: int
    max_means_minor: int
    fee_bps: int
    hold_days: int
    slice_patrons: int
