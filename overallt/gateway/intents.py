"""Intents at the gateway: flattrs for what nobody has claimed yet.

Where an old button's address has no owner, the patron may keep his flattr at the
server until it has one. The page says that no money is set aside, and until when; the
status page lists what waits and what was claimed, and takes either back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote, unquote

from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.asking_pages import AskingPage, asking_page
from overallt.gateway.browsers import BrowserId
from overallt.gateway.forms import SentForm
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.seals import Printed
from overallt.gateway.tickets import Purpose, Tickets
from overallt.protocol.messages import Intent, MiniThing
from overallt.protocol.refusals import RefusalCode


@dataclass(frozen=True, slots=True)
class ListedIntent:
    """An intent as the patron sees it.

    *address* is what he meant; *name* says the same in the path of the form that takes
    it back, with *ticket*. Once it was claimed, *thing* and *period* say by which
    thing and in which month it counts.
    """

    address: AskingPage
    name: str
    expires_at: datetime
    thing: MiniThing | None
    period: str | None
    ticket: str


class Intents:
    """Offers to keep a flattr until it has an owner, and takes it back."""

    def __init__(
        self, connect: Callable[[], Server], tickets: Tickets, pages: Pages
    ) -> None:
        self._connect = connect
        self._tickets = tickets
        self._pages = pages

    async def ask(
        self,
        server: Server,
        browser: BrowserId,
        url: str,
        printed: Printed | None,
        *,
        now: datetime,
    ) -> Answer:
        """Show the page that offers to keep a flattr for *url*, or that it is kept."""
        for intent in await server.intents():
            if intent.url == url and intent.thing is None:
                return self._kept(browser, intent, now=now)
        name = _name(url)
        return self._pages.show(
            "unclaimed.html",
            thing=asking_page(url),
            page=None if printed is None else asking_page(printed.page),
            name=name,
            ticket=self._tickets.issue(
                browser, Purpose.INTEND, name, printed=printed, now=now
            ),
        )

    async def keep(self, form: SentForm) -> Answer:
        """Keep a flattr at the server for whoever claims its address."""
        ticket, url = form.ticket, unquote(form.ticket.subject)
        try:
            async with self._connect() as server:
                intent = await server.intend(url, click_id=ticket.click_id)
        except Refused as refused:
            return self._refused(refused)
        except ServerUnreachable:
            return self._pages.nothing_changed()
        return self._kept(ticket.browser, intent, now=form.sent_at)

    async def take_back(self, form: SentForm) -> Answer:
        """Take a kept flattr back, or what it became."""
        try:
            async with self._connect() as server:
                await server.take_back(unquote(form.ticket.subject))
        except Refused as refused:
            # Whoever presses twice wants it no less.
            if refused.code != RefusalCode.NOT_FOUND:
                return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.nothing_changed()
        return self._pages.message(
            "No longer kept",
            "Nothing is given to whoever claims this address, unless you press its "
            "button again.",
            status=HTTPStatus.OK,
        )

    def listed(
        self, browser: BrowserId, intents: Sequence[Intent], *, now: datetime
    ) -> list[ListedIntent]:
        """Say of each intent what it waits for, or became, and how to take it back."""
        return [self._listed(browser, each, now) for each in intents]

    def _kept(self, browser: BrowserId, intent: Intent, *, now: datetime) -> Answer:
        listed = self._listed(browser, intent, now)
        return self._pages.show("intended.html", intent=listed)

    def _refused(self, refused: Refused) -> Answer:
        if refused.code == RefusalCode.VALIDATION:
            return self._pages.message(
                "Somebody has registered it meanwhile",
                "So now this address has an owner. Nothing was kept or given: go back "
                "to the button and press it again, to see whose it is.",
                status=HTTPStatus.CONFLICT,
            )
        if refused.code == RefusalCode.FLATTR_ONCE:
            return self._pages.message(
                "Your flattr waits already",
                "One is enough for each address. The status page lists all that wait.",
                status=HTTPStatus.OK,
            )
        return self._pages.refusal(refused.code, refused.description)

    def _listed(
        self, browser: BrowserId, intent: Intent, now: datetime
    ) -> ListedIntent:
        name = _name(intent.url)
        return ListedIntent(
            address=asking_page(intent.url),
            name=name,
            expires_at=datetime.fromtimestamp(intent.expires_at, UTC),
            thing=intent.thing,
            period=intent.period,
            ticket=self._tickets.issue(
                browser, Purpose.TAKE_BACK, name, printed=None, now=now
            ),
        )


def _name(url: str) -> str:
    # As one piece of a path, whatever it holds.
    return quote(url, safe="")
