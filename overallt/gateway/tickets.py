"""Tickets: one-time proof that the gateway's own page was confirmed.

```
            issue                            redeem
   GET ───────────────▶ outstanding ───────────────────────▶ gone, click allowed
                         │       │
                         │       └─ too early, or by another browser, for another
                         │          thing or purpose: gone, refused
                         └─ five minutes: gone
```

A ticket is bound to the paired browser that was shown the page, to its subject (a
thing, address, kept click or site), and to what is to be done. Whatever the outcome,
presenting it spends it: I9, a ticket is redeemed at most once. It also remembers the
page that asked and the click id, so that one consent is one click however often it
is sent on.
Tickets live in memory only: after a restart the patron is shown the page again.

A page may have the gateway's pages opened as often as a person touches it, and what is
kept is bounded. So the tickets of each browser for each purpose are kept apart, and
new ones push out only the oldest of their own kind: whatever a page opens, what the
patron is about to confirm or take back stays good.
"""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from overallt.gateway.browsers import BrowserId
from overallt.gateway.seals import Printed

LIFETIME: Final = timedelta(minutes=5)
# As long as the page's own script keeps the button dead.
EARLIEST: Final = timedelta(milliseconds=600)
# Of one browser, for one purpose.
MAX_OUTSTANDING: Final = 1000
TICKET_BYTES: Final = 24


class Purpose(StrEnum):
    """What a ticket allows."""

    GIVE = "give"
    UNDO = "undo"
    INTEND = "intend"
    TAKE_BACK = "take_back"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DROP = "drop"
    ASK_AGAIN = "ask_again"
    PAUSE = "pause"
    RESUME = "resume"


GIVING: Final = frozenset({Purpose.GIVE, Purpose.INTEND, Purpose.SUBSCRIBE})


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was shown to whom, and when; *printed* ``None``: unknown page."""

    browser: BrowserId
    purpose: Purpose
    subject: str
    printed: Printed | None
    click_id: str
    issued_at: datetime


class TicketRefused(Exception):
    """This page was used already, or is too old."""


class TooEarly(TicketRefused):
    """That was quicker than anybody reads."""


class Tickets:
    """The outstanding tickets of one gateway, by browser and purpose, oldest first."""

    def __init__(self) -> None:
        self._kept = defaultdict[tuple[BrowserId, Purpose], dict[str, Ticket]](dict)

    def issue(
        self,
        browser: BrowserId,
        purpose: Purpose,
        subject: str,
        *,
        printed: Printed | None,
        now: datetime,
    ) -> str:
        """Return the secret of a new ticket."""
        kept = self._kept[browser, purpose]
        if len(kept) >= MAX_OUTSTANDING:
            del kept[next(iter(kept))]
        secret = secrets.token_urlsafe(TICKET_BYTES)
        click_id = secrets.token_urlsafe(TICKET_BYTES)
        kept[secret] = Ticket(browser, purpose, subject, printed, click_id, now)
        return secret

    def redeem(
        self,
        secret: str | None,
        browser: BrowserId,
        purpose: Purpose,
        subject: str,
        *,
        now: datetime,
    ) -> Ticket:
        """Spend the ticket with this *secret* and return it.

        Raises:
            TooEarly: it allows to give and was shown less than 600 ms ago.
            TicketRefused: there is none, it is too old, or was for another
                browser, purpose or subject.
        """
        # It is spent also by a browser and for a purpose that it is not for.
        presented = (kept.pop(secret or "", None) for kept in self._kept.values())
        ticket = next(filter(None, presented), None)
        if ticket is None or now - ticket.issued_at > LIFETIME:
            raise TicketRefused
        if (ticket.browser, ticket.purpose, ticket.subject) != (
            browser,
            purpose,
            subject,
        ):
            raise TicketRefused
        # Only giving must not be hurried: who slips may take it back at once.
        if purpose in GIVING and now - ticket.issued_at < EARLIEST:
            raise TooEarly
        return ticket
