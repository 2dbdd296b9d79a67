"""How a patron pays in by bank transfer: what he writes, and the code he scans."""

from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup
from schwifty import IBAN
from segno import helpers

from overallt.protocol.ids import UserId
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.money import Money, exponent
from overallt_server.core.references import means_reference, readable
from overallt_server.web.drawings import drawing


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the page shows; ``code`` is the drawing of the QR code."""

    name: str
    iban: str
    bic: str
    reference: str
    amount: Money
    code: Markup


def transfer(account: BankAccount, patron: UserId, amount: Money) -> Transfer:
    """Return how *patron* transfers *amount* to *account*."""
    reference = means_reference(patron)
    return Transfer(
        name=account.name,
        iban=IBAN(account.iban).formatted,
        bic=account.bic,
        reference=readable(reference),
        amount=amount,
        code=_epc_code(account, reference, amount),
    )


def _epc_code(account: BankAccount, reference: str, amount: Money) -> Markup:
    # European Payments Council, EPC069-12, "Quick Response Code: Guidelines".
    return drawing(
        helpers.make_epc_qr(
            name=account.name,
            iban=account.iban,
            amount=Decimal(amount.minor).scaleb(-exponent(amount.currency)),
            reference=reference,
            bic=account.bic or None,
            encoding="utf-8",
        )
    )
