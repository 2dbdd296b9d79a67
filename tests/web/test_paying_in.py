"""The budget page says how to pay in by bank, where the operator has an account."""

from typing import TYPE_CHECKING

import pytest
import segno

from overallt.protocol.ids import UserId
from overallt_server.core.bank_accounts import BankAccount
from overallt_server.core.money import Money
from overallt_server.core.references import means_reference, readable
from overallt_server.web.transfers import transfer

if TYPE_CHECKING:
    from tests.web.conftest import World

IBAN = "DE89370400440532013000"
# EPC069-12, 4: one line for each field; the last is the reference.
SCANNED = """\
BCD
002
1
SCT
{bic}
Kassörens konto
DE89370400440532013000
EUR5

RF52OV217"""


@pytest.mark.parametrize("bic", ["", "COBADEFFXXX"])
def test_a_banks_app_reads_what_stands_beside_the_code(bic: str) -> None:
    account = BankAccount("Kassörens konto", IBAN, bic)

    shown = transfer(account, UserId(17), Money(500, "EUR"))

    code = segno.make(
        SCANNED.format(bic=bic), error="M", boost_error=False, encoding="utf-8"
    )
    assert code.svg_inline(scale=4, border=4, light="white") == shown.code
    assert "RF52 OV21 7" == shown.reference
    assert "DE89 3704 0044 0532 0130 00" == shown.iban


async def test_a_patron_sees_the_account_his_reference_and_his_budget(
    world: "World",
) -> None:
    world.settings.bank_name = "Kassörens <konto>"
    world.settings.bank_iban = IBAN
    ada = await world.user("ada")
    browser = await world.browser(ada)
    await browser.post("/budget", amount="7.00")

    page = await browser.text("/budget")

    assert '<code id="iban">DE89 3704 0044 0532 0130 00</code>' in page
    reference = readable(means_reference(ada.id))
    assert f'<code id="reference">{reference}</code>' in page
    assert "<dd>7.00 EUR</dd>" in page
    assert "Kassörens &lt;konto&gt;" in page
    assert 'role="img" aria-label="Code for your bank' in page


async def test_without_an_account_nothing_is_said_of_banks(world: "World") -> None:
    browser = await world.browser(await world.user("ada"))

    assert "bank" not in await browser.text("/budget")
