"""One click on a site: the patron's own exception to being asked first.

He allows it on a consent page, for a site whose host the thing's owner has proved
there. From then on a button on that site shows the result at once: the click is held
for ten seconds in the queue, where he can stop it, and is sent by the proxy then, with
or without a browser.

A page may follow its own links once a person has touched it anywhere (see ``checks``).
So the site has to be worth the trust, and what it could cost is bounded: one click a
thing and month, and so many a day. Past that, and whatever else is in doubt, the
patron is asked as ever.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from overallt.client.queue import NotKept
from overallt.client.sending import Sending
from overallt.client.server import Refused
from overallt.gateway.asking_pages import asking_page
from overallt.gateway.browsers import BrowserId
from overallt.gateway.forms import SentForm
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.seals import Printed
from overallt.gateway.tickets import TICKET_BYTES, Purpose, Tickets
from overallt.gateway.trusted_sites import TrustedSites
from overallt.protocol.messages import Means, Thing

TIME_TO_STOP: Final = timedelta(seconds=10)
# The queue counts whole seconds, and the server needs a moment.
SECONDS_SHOWN: Final = int(TIME_TO_STOP.total_seconds()) + 2


class Trust(StrEnum):
    """What a consent page says of one click."""

    NONE = "none"
    OFFERED = "offered"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class ListedSite:
    """A trusted site as the patron sees it; *ticket* ends the trust."""

    host: str
    ticket: str


class OneClicks:
    """Gives by one click where the patron allows it, *most_a_day* times at most."""

    def __init__(
        self,
        sending: Sending,
        sites: TrustedSites,
        tickets: Tickets,
        pages: Pages,
        *,
        most_a_day: int,
    ) -> None:
        self._sending = sending
        self._sites = sites
        self._tickets = tickets
        self._pages = pages
        self._most_a_day = most_a_day

    async def trust(self, thing: Thing, printed: Printed | None) -> Trust:
        """Tell what to say of one click on a page that asks first."""
        host = _provable_host(thing, printed)
        if host is None or not self._most_a_day:
            return Trust.NONE
        if await asyncio.to_thread(self._sites.is_trusted, host):
            return Trust.USED_UP
        return Trust.OFFERED

    async def give(
        self,
        browser: BrowserId,
        tag_id: str,
        thing: Thing,
        means: Means,
        printed: Printed | None,
        *,
        now: datetime,
    ) -> Answer | None:
        """Hold a click and show how to stop it; ``None``: the patron is to be asked."""
        host = _provable_host(thing, printed)
        if host is None or not means.pot_minor:
            return None
        if not await asyncio.to_thread(self._sites.is_trusted, host):
            return None
        if not await asyncio.to_thread(
            self._sites.claim,
            period=means.period,
            thing_id=thing.id,
            most_a_day=self._most_a_day,
            now=now,
        ):
            return None
        click_id = secrets.token_urlsafe(TICKET_BYTES)
        try:
            await self._sending.hold(
                click_id=click_id, tag_id=tag_id, wait=TIME_TO_STOP
            )
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except NotKept:
            return self._pages.not_kept()
        ticket = self._tickets.issue(
            browser, Purpose.DROP, click_id, printed=None, now=now
        )
        return self._pages.show(
            "one_click.html",
            status=HTTPStatus.ACCEPTED,
            headers={"Refresh": f"{SECONDS_SHOWN}; url=/given/{tag_id}"},
            thing=thing,
            means=means,
            host=host,
            click_id=click_id,
            ticket=ticket,
        )

    async def listed(
        self, browser: BrowserId, *, now: datetime
    ) -> Sequence[ListedSite]:
        """List the trusted sites, in alphabetical order."""
        return [
            ListedSite(
                host,
                self._tickets.issue(
                    browser, Purpose.ASK_AGAIN, host, printed=None, now=now
                ),
            )
            for host in await asyncio.to_thread(self._sites.hosts)
        ]

    async def ask_again(self, form: SentForm) -> Answer:
        """Trust a site no longer."""
        await asyncio.to_thread(self._sites.ask_again, form.ticket.subject)
        return self._pages.message(
            "You are asked again",
            "From now on every button on that site asks you first.",
            status=HTTPStatus.OK,
        )


def site_to_trust(printed: Printed | None) -> str | None:
    """Return the page's host if one click there could be enough, once it is proved.

    Nobody on the way can have written the page, and no script can have fetched it.
    """
    if printed is None or not printed.in_document:
        return None
    page = asking_page(printed.page)
    return page.host if page.is_secure else None


def _provable_host(thing: Thing, printed: Printed | None) -> str | None:
    """Return the page's host if one click there can be told from anybody's writing."""
    host = site_to_trust(printed)
    return host if host in (thing.hosts or ()) else None
