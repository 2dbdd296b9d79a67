"""Pausing: the patron's switch on the status page."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Final

from overallt.client.hosts import host_in, is_public_suffix, site_of
from overallt.gateway.browsers import BrowserId
from overallt.gateway.forms import SentForm
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.paused_sites import ALL_SITES, Pause, PausedSites
from overallt.gateway.tickets import Purpose, Tickets

A_WHILE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ListedPause:
    """A pause as the patron sees it; *site* ``None``: all sites."""

    name: str
    site: str | None
    until: datetime | None
    ticket: str


@dataclass(frozen=True, slots=True)
class Switch:
    """What the status page shows: the pauses, and the ticket for one more."""

    pauses: list[ListedPause]
    ticket: str


class Pausing:
    """Shows where the proxy pauses, and lets the patron change it."""

    def __init__(
        self, paused_sites: PausedSites, tickets: Tickets, pages: Pages
    ) -> None:
        self._paused_sites = paused_sites
        self._tickets = tickets
        self._pages = pages

    def switch(self, browser: BrowserId, *, now: datetime) -> Switch:
        """Return what the status page shows."""
        issue = partial(self._tickets.issue, browser, printed=None, now=now)
        pauses = [
            ListedPause(
                name=pause.site,
                site=None if pause.site == ALL_SITES else pause.site,
                until=pause.until,
                ticket=issue(Purpose.RESUME, pause.site),
            )
            for pause in self._paused_sites.listed(now)
        ]
        return Switch(pauses, issue(Purpose.PAUSE, ""))

    async def pause(self, form: SentForm) -> Answer:
        """Pause on the site that the form names, or on all."""
        now = form.sent_at
        named = (form.choice("site") or "").strip()
        host = host_in(named)
        if named and (host is None or is_public_suffix(host)):
            return self._pages.message(
                "That is no site",
                "Write its name as it stands in the address, such as example.org. "
                "Nothing was paused.",
                status=HTTPStatus.BAD_REQUEST,
            )
        site = ALL_SITES if host is None else site_of(host)
        until = now + A_WHILE if form.choice("lasts") == "hour" else None
        return await self._change(
            partial(self._paused_sites.pause, Pause(site, until), now)
        )

    async def resume(self, form: SentForm) -> Answer:
        """End the pause of a site, or of all."""
        site = form.ticket.subject
        return await self._change(
            partial(self._paused_sites.resume, site, form.sent_at)
        )

    async def _change(self, change: Callable[[], None]) -> Answer:
        try:
            await asyncio.to_thread(change)
        except OSError:
            return self._pages.message(
                "That could not be written down",
                "So nothing was changed. Is the disk full? Make room and try again.",
                status=HTTPStatus.INSUFFICIENT_STORAGE,
            )
        # Back to the status page, where it is seen.
        return self._pages.message(
            "Status",
            "This browser is paired.",
            status=HTTPStatus.SEE_OTHER,
            headers={"Location": "/"},
        )
