"""A town whose people have cards, at a Stripe of our own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fake_stripe import KEY, SECRET, FakeStripe, signed

from overallt.protocol.ids import UserId
from overallt_server.core import chart
from overallt_server.core.cards import CASH_AT_PROVIDER, CardAccount
from overallt_server.core.money import Money
from overallt_server.payments.stripe import Stripe
from overallt_server.use_cases.auditing import Auditing
from overallt_server.use_cases.paying_by_card import Looked, PayingByCard

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town

SERVER: Final = "https://overallt.test"
ACCOUNT: Final = CardAccount(
    KEY, SECRET, is_live=False, currency="EUR", server=SERVER, api=""
)


@dataclass
class Cards:
    """A town whose people have cards."""

    town: "Town"
    stripe: FakeStripe
    provider: Stripe
    paying: PayingByCard

    async def pay(self, patron: UserId, minor: int) -> str:
        """Pay by card and come back; return the payment's name."""
        session = await self.begin(patron, minor)
        self.stripe.pay(session)
        looked = await self.paying.come_back(session=session, now=self.town.now)
        assert looked.payment is not None
        return looked.payment.key

    async def begin(self, patron: UserId, minor: int) -> str:
        url = await self.paying.begin(
            patron=patron,
            amount=Money(minor, "EUR"),
            back=f"{SERVER}/card",
            cancelled=f"{SERVER}/budget",
            now=self.town.now,
        )
        return url.rpartition("/")[2]

    async def hear(self, event: Any, **how: Any) -> Looked | None:
        body, signature = signed(event, **how)
        return await self.paying.hear(body=body, signature=signature, now=self.town.now)

    async def faults(self) -> list[str]:
        """Audit, but for the provider's fees, which an operator has to cover."""
        found = await Auditing(self.town.database, self.town.rules).audit()
        return [each.problem for each in found if "not cover" not in each.problem]

    async def cash(self) -> int:
        return await self.town.balance(CASH_AT_PROVIDER)

    async def owed(self, patron: UserId) -> int:
        return await self.town.balance(chart.receivable(patron))
