"""Intents: a flattr for an address that nobody has claimed yet.

::

            intend                       claim, by one who can give
   nothing ───────▶ waiting ──────────────────────────────────────▶ claimed
                    │     │                                            │
          take back │     │ 90 days                                    │ its period
                    ▼     ▼                                            ▼ is closed
                     gone                                             gone

An intent is not money: no pot and no ledger account knows of it. It waits until there
is a thing at its address whose owner has proved that the address's host is his; only
then it becomes a flattr, of the period in which that happens or of the next one, and
from there on that flattr is all that counts. A patron who has nothing to give at that
moment is passed over, and tried again whenever a period is closed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.budgets import Budget, pot
from overallt_server.core.money import Money
from overallt_server.core.periods import Period, open_at
from overallt_server.core.refusals import AlreadyFlattred, NoMeans, OwnThing

KEPT_FOR: Final = timedelta(days=90)

# With less of a period left, its patrons could hardly undo what was claimed in it.
TIME_TO_UNDO: Final = timedelta(hours=72)

_HTTP, _HTTPS = "http:", "https:"


@dataclass(frozen=True, slots=True)
class Claim:
    """The *thing* that has claimed an intent, and the *period* in which it counts."""

    thing: ThingId
    period: Period


@dataclass(frozen=True, slots=True)
class Intent:
    """What *patron* means to give for *url*; ``claim`` is ``None`` while it waits."""

    patron: UserId
    url: str
    made_at: datetime
    claim: Claim | None

    @property
    def expires_at(self) -> datetime:
        """From when on it counts no more, unless it was claimed before."""
        return self.made_at + KEPT_FOR


def counts_in(now: datetime, *, closed: Period | None) -> Period:
    """Return the period in which counts what is claimed at *now*.

    That is the open one, or the next one if that ends too soon; *closed* is the period
    that was closed last.
    """
    period = open_at(now, closed=closed)
    return period if period.end - now > TIME_TO_UNDO else period.next


def host_to_prove(url: str) -> str:
    """Return which host an owner has to prove, to claim intents for *url*.

    With a port of its own it is another server: that is no name of a host, and nobody
    can prove it.
    """
    return urlsplit(url).netloc


def claimable_by(url: str) -> tuple[str, ...]:
    """Return the addresses of which a thing may claim *url*, the nearest one first.

    Most old buttons name their pages by http, which have moved to https since.
    """
    if url.startswith(_HTTP):
        return url, _HTTPS + url.removeprefix(_HTTP)
    return (url,)


def refuse_intent(
    *, is_own_host: bool, is_kept: bool, budget: Budget | None, means: Money
) -> None:
    """Refuse an intent that a patron may not have, in the order of precedence.

    *is_own_host* if the address's host is proved for a thing by which he earns,
    *is_kept* if he has an intent for the address already.

    Raises:
        OwnThing: the address is his own.
        AlreadyFlattred: there is one.
        NoMeans: he has no active budget, or no means above zero.
    """
    if is_own_host:
        raise OwnThing
    if is_kept:
        raise AlreadyFlattred(
            "You have already flattred this address: it waits for its owner."
        )
    if pot(budget, means).minor <= 0:
        raise NoMeans
