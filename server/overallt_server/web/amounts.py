"""Amounts as people write them in forms."""

from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest


def money(text: str, currency: str) -> Money:
    """Read an amount of *currency*, ``5.00`` or ``5,00``.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        # Most people in Europe write 5,00.
        return Money.parse(text.replace(",", "."), currency)
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
