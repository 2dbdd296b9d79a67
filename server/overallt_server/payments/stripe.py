"""Cards by Stripe: what is asked of its API, and what its webhooks are worth.

A patron pays on Stripe's own page (Checkout), so no card number ever comes here. Of a
webhook only its signature and the payment it names are used; all else is fetched from
the API. The official library blocks, so each call is made in a thread of its own.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

import stripe
from stripe import BalanceTransaction, Charge, PaymentIntent
from stripe.params.checkout import SessionCreateParams

from overallt.protocol.ids import UserId
from overallt_server.core.cards import (
    CardAccount,
    CardPayment,
    Cause,
    Fee,
    Unbookable,
    Withdrawal,
)
from overallt_server.core.money import Money
from overallt_server.core.refusals import InvalidRequest, ServerBusy

TIMEOUT_SECONDS: Final = 10

# After these there may be something to book.
EVENTS: Final = frozenset(
    {
        "checkout.session.completed",
        "charge.updated",
        "charge.refunded",
        "charge.dispute.created",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "refund.failed",
    }
)

# Of a session or a payment: cs_…, pi_…
_NAME: Final = re.compile(r"(?:cs|pi)_[A-Za-z0-9_]+", re.ASCII)

# Stripe allows no less than half an hour, by its own clock.
_OPEN_FOR: Final = timedelta(minutes=32)

# What tells our payments from others in the same account.
_PATRON: Final = "overallt_patron"
_SERVER: Final = "overallt_server"

# https://docs.stripe.com/api/refunds/object, "status".
_NEVER_LEFT: Final = frozenset({"failed", "canceled"})

_logger: Final = logging.getLogger(__name__)


class Stripe:
    """Our *account* at Stripe."""

    def __init__(self, account: CardAccount) -> None:
        """Begin without a word to Stripe."""
        self._account = account
        self._client = stripe.StripeClient(
            account.key,
            base_addresses={"api": account.api} if account.api else None,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    async def begin(
        self,
        *,
        patron: UserId,
        amount: Money,
        back: str,
        cancelled: str,
        now: datetime,
    ) -> str:
        """Return the address of Stripe's page where *patron* pays *amount*.

        Raises:
            ServerBusy: Stripe does not answer.
        """
        wanted = self._checkout(patron, amount)
        wanted["success_url"] = f"{back}?session={{CHECKOUT_SESSION_ID}}"
        wanted["cancel_url"] = cancelled
        wanted["expires_at"] = int((now + _OPEN_FOR).timestamp())
        url = await _ask(lambda: self._client.v1.checkout.sessions.create(wanted).url)
        if not url:
            raise ServerBusy(_AWAY)
        return url

    async def payment_of(self, session: str) -> str | None:
        """Return the payment of a Checkout *session*; ``None`` if there is none (yet).

        Raises:
            ServerBusy: Stripe does not answer.
        """
        if not _NAME.fullmatch(session):
            return None

        def retrieve() -> str | None:
            paid = self._client.v1.checkout.sessions.retrieve(session).payment_intent
            return paid.id if isinstance(paid, PaymentIntent) else paid

        try:
            return await _ask(retrieve)
        except _Missing:
            return None

    async def payment(self, key: str) -> CardPayment | Unbookable:
        """Fetch the payment *key* and all that became of it.

        Raises:
            ServerBusy: Stripe does not answer.
        """
        if not _NAME.fullmatch(key):
            return Unbookable.UNKNOWN
        try:
            return await _ask(lambda: self._fetch(key))
        except _Missing:
            return Unbookable.UNKNOWN

    async def refund(self, key: str, amount: Money, *, reference: str) -> Withdrawal:
        """Give *amount* of the payment *key* back to its card.

        Whoever asks again under the same *reference* is told of the same refund.

        Raises:
            InvalidRequest: Stripe does not allow it.
            ServerBusy: Stripe does not answer; it may have done it or not.
        """
        try:
            made = await _ask(
                lambda: self._client.v1.refunds.create(
                    {"payment_intent": key, "amount": amount.minor},
                    {"idempotency_key": f"{key}:{reference}"},
                )
            )
        except _Missing as missing:
            raise InvalidRequest("Stripe does not know this payment.") from missing
        return Withdrawal(made.id, Cause.REFUND, amount, Money(0, amount.currency))

    def named_in(self, body: bytes, signature: str) -> str | None:
        """Return the payment that a webhook is about; ``None`` if it is about none.

        Raises:
            InvalidRequest: Stripe has not signed it just now, with our secret.
        """
        try:
            event = stripe.Webhook.construct_event(
                body, signature, self._account.webhook_secret
            )
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise InvalidRequest("Stripe has not signed this.") from error
        if event.type not in EVENTS or event.livemode != self._account.is_live:
            return None
        about = event.data.object.to_dict().get("payment_intent")
        return about if isinstance(about, str) else None

    def _checkout(self, patron: UserId, amount: Money) -> SessionCreateParams:
        ours = {_PATRON: str(patron), _SERVER: self._account.server}
        return {
            "mode": "payment",
            "allowed_payment_method_types": ["card"],
            "adaptive_pricing": {"enabled": False},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": amount.currency.lower(),
                        "unit_amount": amount.minor,
                        "product_data": {"name": "Means for flattrs"},
                    },
                }
            ],
            "metadata": ours,
            "payment_intent_data": {"metadata": ours},
        }

    def _fetch(self, key: str) -> CardPayment | Unbookable:
        intent = self._client.v1.payment_intents.retrieve(
            key, {"expand": ["latest_charge.balance_transaction"]}
        )
        because = self._unbookable(intent)
        if because is not None:
            return because
        moved: list[BalanceTransaction] = []
        if isinstance(intent.latest_charge, Charge):
            moved += _movement(intent.latest_charge.balance_transaction)
        withdrawals = [
            *self._refunds(key, moved),
            *self._disputes(key, moved),
        ]
        # Then it is another currency that we have at Stripe.
        if any(each.currency != intent.currency for each in moved):
            return Unbookable.OTHER_CURRENCY
        return CardPayment(
            key=intent.id,
            patron=UserId(int(intent.metadata[_PATRON])),
            amount=self._money(intent.amount_received),
            fees=tuple(
                Fee(each.id, self._money(each.fee)) for each in moved if each.fee
            ),
            withdrawals=tuple(withdrawals),
        )

    def _unbookable(self, intent: PaymentIntent) -> Unbookable | None:
        ours = intent.metadata.to_dict()
        if ours.get(_SERVER) != self._account.server or not _is_number(
            ours.get(_PATRON, "")
        ):
            return Unbookable.NOT_OURS
        if intent.livemode != self._account.is_live:
            return Unbookable.OTHER_MODE
        if intent.currency != self._account.currency.lower():
            return Unbookable.OTHER_CURRENCY
        if intent.status != "succeeded" or intent.amount_received <= 0:
            return Unbookable.NOT_PAID
        return None

    def _refunds(
        self, key: str, moved: list[BalanceTransaction]
    ) -> Iterator[Withdrawal]:
        found = self._client.v1.refunds.list(
            {"payment_intent": key, "expand": ["data.balance_transaction"]}
        )
        for refund in found.auto_paging_iter():
            if refund.status == "requires_action":
                continue  # Nothing has left yet.
            moved += _movement(refund.balance_transaction)
            returned = refund.amount if refund.status in _NEVER_LEFT else 0
            yield Withdrawal(
                refund.id,
                Cause.REFUND,
                self._money(refund.amount),
                self._money(returned),
            )

    def _disputes(
        self, key: str, moved: list[BalanceTransaction]
    ) -> Iterator[Withdrawal]:
        found = self._client.v1.disputes.list({"payment_intent": key})
        for dispute in found.auto_paging_iter():
            moved += dispute.balance_transactions
            amounts = [each.amount for each in dispute.balance_transactions]
            taken = -sum(each for each in amounts if each < 0)
            # A bank that only inquires takes nothing.
            if taken:
                yield Withdrawal(
                    dispute.id,
                    Cause.CHARGEBACK,
                    self._money(taken),
                    self._money(sum(each for each in amounts if each > 0)),
                )

    def _money(self, minor: int) -> Money:
        return Money(minor, self._account.currency)


_AWAY: Final = "The card provider does not answer just now: try again in a moment."


class _Missing(Exception):
    """Our account has nothing by that name."""


async def _ask[Answer](call: Callable[[], Answer]) -> Answer:
    try:
        return await asyncio.to_thread(call)
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise _Missing from error
        _log(error)
        raise InvalidRequest(
            f"The card provider refuses this ({error.code or 'without a reason'})."
        ) from error
    except stripe.StripeError as error:
        _log(error)
        raise ServerBusy(_AWAY) from error


def _log(error: stripe.StripeError) -> None:
    # Its message may name a person or an address.
    _logger.warning(
        "event=card_provider error=%s code=%s", type(error).__name__, error.code
    )


def _movement(of: "str | BalanceTransaction | None") -> list[BalanceTransaction]:
    # What is not known yet is told by a later event.
    return [of] if isinstance(of, BalanceTransaction) else []


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and not text.startswith("0")
