"""A Stripe of our own: exactly the calls that the server makes, and signed webhooks.

The official library talks to it over HTTP. What people and banks do at Stripe is done
by its methods: somebody pays, an operator refunds in Stripe's own pages, a bank takes
money back. Each returns the event that Stripe would tell of.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY: Final = "sk_test_madeup"
SECRET: Final = "whsec_madeup"

# What Stripe takes of a payment in the EEA, and of a dispute.
DISPUTE_FEE: Final = 2000


def fee_of(minor: int) -> int:
    return minor * 15 // 1000 + 25


# A session that is asked for otherwise is not what the tests are about.
_SESSION_FORM: Final = {
    "mode",
    "allowed_payment_method_types[0]",
    "adaptive_pricing[enabled]",
    "line_items[0][quantity]",
    "line_items[0][price_data][currency]",
    "line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][product_data][name]",
    "metadata[overallt_patron]",
    "metadata[overallt_server]",
    "payment_intent_data[metadata][overallt_patron]",
    "payment_intent_data[metadata][overallt_server]",
    "success_url",
    "cancel_url",
    "expires_at",
}

type Thing = dict[str, Any]


@dataclass
class FakeStripe:
    """One account; every object is kept as the API shows it."""

    api: str = ""
    livemode: bool = False
    # What the account is kept in; another than the payments' makes them unbookable.
    settles_in: str = "eur"
    is_away: bool = False
    sessions: dict[str, Thing] = field(default_factory=dict)
    intents: dict[str, Thing] = field(default_factory=dict)
    refunds: dict[str, Thing] = field(default_factory=dict)
    disputes: dict[str, Thing] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _answered: dict[str, Thing] = field(default_factory=dict)

    # --- What people and banks do -----------------------------------------------------

    def pay(self, session_id: str) -> Thing:
        """Pay at the page of a Checkout session."""
        session = self.sessions[session_id]
        charge = self.charge(session["amount_total"], session["metadata"])
        session["payment_intent"] = charge["payment_intent"]
        session["status"] = "complete"
        return self.event("checkout.session.completed", session)

    def charge(
        self, minor: int, metadata: dict[str, str], currency: str = "eur"
    ) -> Thing:
        """Charge a card of anybody, for anything."""
        charge: Thing = {
            "id": self._name("ch"),
            "object": "charge",
            "amount": minor,
            "balance_transaction": self._movement(minor, fee_of(minor)),
        }
        intent: Thing = {
            "id": self._name("pi"),
            "object": "payment_intent",
            "amount": minor,
            "amount_received": minor,
            "currency": currency,
            "livemode": self.livemode,
            "metadata": metadata,
            "status": "succeeded",
            "latest_charge": charge,
        }
        charge["payment_intent"] = intent["id"]
        self.intents[intent["id"]] = intent
        return charge

    def refund(self, intent_id: str, minor: int) -> Thing:
        """Refund in Stripe's own pages."""
        refund = self._add_refund(intent_id, minor)
        return self.event("charge.refunded", {"payment_intent": intent_id, **refund})

    def fail_refund(self, refund_id: str) -> Thing:
        """Let the bank of the card not take a refund."""
        refund = self.refunds[refund_id]
        refund["status"] = "failed"
        return self.event("refund.failed", refund)

    def dispute(self, intent_id: str, *, is_inquiry: bool = False) -> Thing:
        """Let the bank of the card take a payment back, or only ask about it."""
        minor = self.intents[intent_id]["amount"]
        taken = [] if is_inquiry else [self._movement(-minor, DISPUTE_FEE)]
        dispute: Thing = {
            "id": self._name("dp"),
            "object": "dispute",
            "amount": minor,
            "payment_intent": intent_id,
            "balance_transactions": taken,
            "status": "warning_needs_response" if is_inquiry else "needs_response",
        }
        self.disputes[dispute["id"]] = dispute
        return self.event("charge.dispute.created", dispute)

    def close_dispute(self, dispute_id: str, *, won: bool) -> Thing:
        """Let the bank decide."""
        dispute = self.disputes[dispute_id]
        dispute["status"] = "won" if won else "lost"
        if won:
            returned = self._movement(dispute["amount"], -DISPUTE_FEE)
            dispute["balance_transactions"].append(returned)
        return self.event("charge.dispute.closed", dispute)

    def event(self, type_: str, about: Thing) -> Thing:
        """Return the event that tells of it."""
        return {
            "id": self._name("evt"),
            "object": "event",
            "type": type_,
            "livemode": self.livemode,
            "data": {"object": dict(about)},
        }

    # --- What it answers --------------------------------------------------------------

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["FakeStripe"]:
        """Answer on 127.0.0.1."""
        app = web.Application(middlewares=[self._check])
        app.add_routes(
            [
                web.post("/v1/checkout/sessions", self._create_session),
                web.get("/v1/checkout/sessions/{id}", self._show(self.sessions)),
                web.get("/v1/payment_intents/{id}", self._show(self.intents)),
                web.post("/v1/refunds", self._create_refund),
                web.get("/v1/refunds", self._list(self.refunds)),
                web.get("/v1/disputes", self._list(self.disputes)),
            ]
        )
        async with TestServer(app) as server:
            self.api = str(server.make_url("")).rstrip("/")
            yield self

    @contextmanager
    def listening_apart(self) -> Iterator["FakeStripe"]:
        """Answer from a thread, for programs that bring their own loop."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()

        def run(task: Any) -> None:
            asyncio.run_coroutine_threadsafe(task, loop).result()

        listening = self.listening()
        try:
            run(listening.__aenter__())
            yield self
            run(listening.__aexit__(None, None, None))
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    @web.middleware
    async def _check(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.is_away:
            return _error(500, "api_error", "")
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_request_error", "")
        key = request.headers.get("Idempotency-Key", "")
        if request.method == "POST" and key in self._answered:
            return web.json_response(self._answered[key])
        response: web.StreamResponse = await handler(request)
        return response

    async def _create_session(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form.keys() != _SESSION_FORM:
            return _error(400, "invalid_request_error", "parameter_unknown")
        line = "line_items[0][price_data]"
        id_ = self._name("cs_test")
        self.sessions[id_] = {
            "id": id_,
            "object": "checkout.session",
            "url": f"https://checkout.stripe.com/c/pay/{id_}",
            "amount_total": int(str(form[f"{line}[unit_amount]"])),
            "currency": form[f"{line}[currency]"],
            "metadata": {
                name: str(form[f"payment_intent_data[metadata][{name}]"])
                for name in ("overallt_patron", "overallt_server")
            },
            "success_url": form["success_url"],
            "cancel_url": form["cancel_url"],
            "payment_intent": None,
            "status": "open",
        }
        return web.json_response(self.sessions[id_])

    async def _create_refund(self, request: web.Request) -> web.Response:
        form = await request.post()
        intent_id, minor = str(form["payment_intent"]), int(str(form["amount"]))
        if intent_id not in self.intents:
            return _error(404, "invalid_request_error", "resource_missing")
        gone = sum(
            each["amount"]
            for each in self.refunds.values()
            if each["payment_intent"] == intent_id and each["status"] == "succeeded"
        )
        if gone + minor > self.intents[intent_id]["amount"]:
            return _error(400, "invalid_request_error", "charge_already_refunded")
        refund = self._add_refund(intent_id, minor)
        self._answered[request.headers["Idempotency-Key"]] = refund
        return web.json_response(refund)

    def _show(self, things: dict[str, Thing]) -> Any:
        async def show(request: web.Request) -> web.Response:
            found = things.get(request.match_info["id"])
            if found is None:
                return _error(404, "invalid_request_error", "resource_missing")
            return web.json_response(found)

        return show

    def _list(self, things: dict[str, Thing]) -> Any:
        async def list_(request: web.Request) -> web.Response:
            of = request.query["payment_intent"]
            found = [each for each in things.values() if each["payment_intent"] == of]
            return web.json_response(
                {
                    "object": "list",
                    "url": request.path,
                    "has_more": False,
                    "data": found,
                }
            )

        return list_

    def _add_refund(self, intent_id: str, minor: int) -> Thing:
        refund: Thing = {
            "id": self._name("re"),
            "object": "refund",
            "amount": minor,
            "payment_intent": intent_id,
            "status": "succeeded",
            "balance_transaction": self._movement(-minor, 0),
        }
        self.refunds[refund["id"]] = refund
        return refund

    def _movement(self, minor: int, fee: int) -> Thing:
        return {
            "id": self._name("txn"),
            "object": "balance_transaction",
            "amount": minor,
            "fee": fee,
            "currency": self.settles_in,
        }

    def _name(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers)}"


def signed(
    event: Thing, *, secret: str = SECRET, at: float | None = None
) -> tuple[bytes, str]:
    """Return the body of a webhook and its Stripe-Signature.

    https://docs.stripe.com/webhooks#verify-manually.
    """
    body = json.dumps(event).encode()
    seconds = int(time.time() if at is None else at)
    text = f"{seconds}.".encode() + body
    signature = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return body, f"t={seconds},v1={signature}"


def _error(status: int, type_: str, code: str) -> web.Response:
    error = {"error": {"type": type_, "code": code or None, "message": "no"}}
    return web.json_response(error, status=status)
