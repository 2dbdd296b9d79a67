"""Auditing intents: none outlives its time, and what was claimed has its flattr."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from overallt_server.core.audit import Finding, row
from overallt_server.core.intents import Claim, Intent, claimable_by, host_to_prove
from overallt_server.core.periods import Period


@dataclass(frozen=True, slots=True)
class StoredIntent:
    """A row of intents, and what its claim leads to: ``None`` where that is not there.

    ``thing_url`` is its thing's, ``flattred_at`` that of the flattr of its patron,
    period and thing.
    """

    intent: Intent
    host: str
    thing_url: str | None
    flattred_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastClose:
    """The period that was closed last, and when."""

    period: Period
    at: datetime


def audit_intent(stored: StoredIntent, *, last: LastClose | None) -> Iterator[Finding]:
    """Check one intent; *last* is ``None`` before the first close."""
    intent = stored.intent
    key = row(patron_id=intent.patron, url=intent.url)
    host = host_to_prove(intent.url)
    if stored.host != host:
        problem = "its host is not that of its address"
        yield Finding("intents", key, problem, host, stored.host)
    if intent.claim is not None:
        yield from _audit_claim(stored, intent.claim, key, last)
    elif last is not None and intent.expires_at <= last.at:
        problem = "it has expired and is still there"
        expected = f"nothing after {intent.expires_at}"
        yield Finding("intents", key, problem, expected, f"closed at {last.at}")


def _audit_claim(
    stored: StoredIntent, claim: Claim, key: str, last: LastClose | None
) -> Iterator[Finding]:
    intent = stored.intent
    if last is not None and claim.period <= last.period:
        problem = "its period is closed and it is still there"
        yield Finding("intents", key, problem, "", str(claim.period))
    elif stored.thing_url not in claimable_by(intent.url):
        problem = "it was claimed by a thing at another address"
        yield Finding("intents", key, problem, intent.url, stored.thing_url or "")
    elif stored.flattred_at is None:
        problem = "it was claimed and there is no flattr"
        yield Finding("intents", key, problem, f"{claim.thing} in {claim.period}", "")
    elif not intent.made_at <= stored.flattred_at < intent.expires_at:
        problem = "its flattr is of another time"
        expected = f"{intent.made_at} to {intent.expires_at}"
        yield Finding("intents", key, problem, expected, str(stored.flattred_at))
