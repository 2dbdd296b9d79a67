"""The gateway: answers ``https://flattr.internal``, a host that no DNS knows.

```
/            status: is this browser paired, what has the patron
/pair/CODE   pairs this browser, once
/give/ID     GET: the consent page; POST: the flattr
/give?url=…  GET: the same for the thing at an address
/given/ID    what became of one click on a trusted site
/undo/ID     POST: takes it back
/intend/URL  POST: keeps it for what nobody has claimed yet
/take-back/URL  POST: takes that back
/subscribe/ID, /unsubscribe/ID  POST: gives it each month, or no longer
/drop/CLICK  POST: takes a kept click out of the queue
/ask/HOST    POST: ends one click on a site
/pause       POST: pages of a site, or of all, stay as they come
/resume/SITE POST: buttons again
/gateway.css, /arm.js
```

The order of the checks is the order of trust: is the connection really meant
for us, is this a navigation, is the browser paired, is the form our own, is the
ticket good. Only then is the server asked for anything. No address is logged.
Every answer is in the language that the browser prefers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from operator import not_
from typing import Final
from urllib.parse import urlencode

from overallt.client.sending import Sending
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway import checks
from overallt.gateway.browsers import BrowserId, Browsers
from overallt.gateway.consent import Consent
from overallt.gateway.forms import SentForm
from overallt.gateway.intents import Intents
from overallt.gateway.kept_clicks import KeptClicks
from overallt.gateway.languages import LANGUAGES, preferred
from overallt.gateway.looking_up import LookingUp
from overallt.gateway.messages import ORIGIN, Answer, Request
from overallt.gateway.one_clicks import OneClicks
from overallt.gateway.pages import Pages
from overallt.gateway.paused_sites import PausedSites
from overallt.gateway.pausing import Pausing
from overallt.gateway.results import Results
from overallt.gateway.seals import Printed, Seals
from overallt.gateway.subscriptions import Subscriptions
from overallt.gateway.tickets import Purpose, TicketRefused, Tickets
from overallt.gateway.trusted_sites import TrustedSites
from overallt.protocol.ids import is_thing_id, is_username

COOKIE: Final = "__Host-overallt"
# Browsers keep a cookie for 400 days at most (RFC 6265bis, 5.5).
COOKIE_SECONDS: Final = 400 * 24 * 60 * 60
MAX_BODY_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class _Form:
    """What a form's address must name, what its ticket allows, and who does that."""

    is_name: Callable[[str], bool]
    purpose: Purpose
    do: Callable[[SentForm], Awaitable[Answer]]


class Gateway:
    """Answers every request to the reserved host."""

    def __init__(
        self,
        *,
        connect: Callable[[], Server],
        sending: Sending,
        server_url: str,
        browsers: Browsers,
        paused_sites: PausedSites,
        seals: Seals,
        sites: TrustedSites,
        one_clicks_a_day: int,
    ) -> None:
        self._paused_sites = paused_sites
        self._seals = seals
        tickets = Tickets()
        self._desks = {
            language: _Desk(
                connect=connect,
                sending=sending,
                browsers=browsers,
                paused_sites=paused_sites,
                seals=seals,
                sites=sites,
                one_clicks_a_day=one_clicks_a_day,
                tickets=tickets,
                pages=Pages(server_url, language),
            )
            for language in LANGUAGES
        }

    def address(self, tag_id: str, printed: Printed, *, now: datetime) -> str:
        """Return the address for a link that is *printed* for the text tag *tag_id*."""
        return f"{ORIGIN}/give/{tag_id}?p={self._seals.seal(printed, tag_id, now)}"

    def address_by_url(self, url: str, printed: Printed, *, now: datetime) -> str:
        """Return the address for a link that is *printed* for the thing at *url*.

        In a frame that does not tell around which page it stands, that is empty.
        """
        query = {"url": url}
        if printed.page:
            query["p"] = self._seals.seal(printed, url, now)
        return f"{ORIGIN}/give?{urlencode(query)}"

    def is_paused(self, host: str, *, now: datetime) -> bool:
        """Tell whether the patron wants no buttons on *host* for now."""
        return self._paused_sites.cover(host, now)

    async def answer(self, request: Request, *, now: datetime) -> Answer:
        """Answer *request*, whatever it is, in the language its browser prefers."""
        language = preferred(request.headers.get("accept-language", ""))
        return await self._desks[language].answer(request, now=now)


class _Desk:
    """Where one language is spoken; what was asked at one is good at all of them."""

    def __init__(  # noqa: PLR0913 - the gateway's parts meet here.
        self,
        *,
        connect: Callable[[], Server],
        sending: Sending,
        browsers: Browsers,
        paused_sites: PausedSites,
        seals: Seals,
        sites: TrustedSites,
        one_clicks_a_day: int,
        tickets: Tickets,
        pages: Pages,
    ) -> None:
        self._connect = connect
        self._browsers = browsers
        self._seals = seals
        self._tickets = tickets
        self._pages = pages
        self._kept_clicks = KeptClicks(sending, tickets, pages)
        self._pausing = Pausing(paused_sites, tickets, pages)
        self._results = Results(connect, sending, self._kept_clicks, tickets, pages)
        self._one_clicks = OneClicks(
            sending, sites, tickets, pages, most_a_day=one_clicks_a_day
        )
        self._subscriptions = Subscriptions(connect, tickets, pages)
        self._consent = Consent(
            connect,
            sending,
            self._kept_clicks,
            self._one_clicks,
            self._results,
            tickets,
            pages,
        )
        self._intents = Intents(connect, tickets, pages)
        self._looking_up = LookingUp(connect, self._consent, self._intents, pages)

        self._forms: Mapping[str, _Form] = {
            "give": _Form(_is_tag_id, Purpose.GIVE, self._consent.give),
            "undo": _Form(is_thing_id, Purpose.UNDO, self._results.undo),
            "intend": _Form(bool, Purpose.INTEND, self._intents.keep),
            "take-back": _Form(bool, Purpose.TAKE_BACK, self._intents.take_back),
            "subscribe": _Form(
                is_thing_id, Purpose.SUBSCRIBE, self._subscriptions.subscribe
            ),
            "unsubscribe": _Form(
                is_thing_id, Purpose.UNSUBSCRIBE, self._subscriptions.unsubscribe
            ),
            "drop": _Form(bool, Purpose.DROP, self._kept_clicks.drop),
            "ask": _Form(bool, Purpose.ASK_AGAIN, self._one_clicks.ask_again),
            "pause": _Form(not_, Purpose.PAUSE, self._pausing.pause),
            "resume": _Form(bool, Purpose.RESUME, self._pausing.resume),
        }

    async def answer(self, request: Request, *, now: datetime) -> Answer:
        """Answer *request*, whatever it is."""
        if checks.is_misdirected(request):
            return self._pages.message(
                "Wrong way in",
                "This page is found at https://flattr.internal only, through the "
                "proxy.",
                status=HTTPStatus.MISDIRECTED_REQUEST,
            )
        if request.path == "/gateway.css" and checks.is_own_part(request, "style"):
            return self._pages.part("gateway.css", "text/css; charset=utf-8")
        if request.path == "/arm.js" and checks.is_own_part(request, "script"):
            return self._pages.part("arm.js", "text/javascript; charset=utf-8")
        if request.method == "GET" and checks.is_navigation(request):
            return await self._get(request, now)
        if request.method == "POST" and checks.is_own_form(request):
            return await self._post(request, now)
        return self._pages.message(
            "Refused",
            "Only a person can open this page, in a window of its own.",
            status=HTTPStatus.FORBIDDEN,
        )

    async def _get(self, request: Request, now: datetime) -> Answer:
        room, _, name = request.path.removeprefix("/").partition("/")
        browser = await self._browser(request)
        if room == "pair":
            return await self._pair(name, now)
        if room == "" and not name:
            return await self._status(request, browser, now)
        by_url = request.path == "/give" and request.query("url")
        if not by_url and not (room in {"give", "given"} and _is_tag_id(name)):
            return self._nothing_here()
        if browser is None:
            return self._unpaired()
        return await self._follow(request, browser, room, name, now)

    async def _follow(
        self, request: Request, browser: BrowserId, room: str, name: str, now: datetime
    ) -> Answer:
        """Show what a button leads to, or what became of it, to a person only."""
        tag_id = name.lower()
        if room == "given" and checks.is_own_navigation(request):
            return await self._results.given(browser, tag_id, now=now)
        if room == "give" and checks.is_by_a_person(request):
            url = request.query("url") or ""
            printed = self._seals.open(request.query("p") or "", tag_id or url, now)
            if not tag_id:
                return await self._looking_up.ask(browser, url, printed, now=now)
            return await self._consent.ask(browser, tag_id, printed, now=now)
        return self._pages.show("opened.html", target=request.target)

    async def _post(self, request: Request, now: datetime) -> Answer:
        room, _, name = request.path.removeprefix("/").partition("/")
        browser = await self._browser(request)
        if browser is None:
            return self._unpaired()
        if len(request.body) > MAX_BODY_BYTES:
            return self._pages.message(
                "Too much",
                "That is none of this page's forms.",
                status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        form = self._forms.get(room)
        if form is None or not form.is_name(name):
            return self._nothing_here()
        # A username is the same in any case.
        subject = name.lower() if form.purpose is Purpose.GIVE else name
        try:
            ticket = self._tickets.redeem(
                request.form("ticket"), browser, form.purpose, subject, now=now
            )
        except TicketRefused as refused:
            return self._pages.ticket_refused(refused)
        return await form.do(SentForm(ticket, request, now))

    async def _browser(self, request: Request) -> BrowserId | None:
        cookie = request.cookie(COOKIE)
        return await asyncio.to_thread(self._browsers.find, cookie)

    async def _pair(self, code: str, now: datetime) -> Answer:
        cookie = await asyncio.to_thread(self._browsers.pair, code, now)
        if cookie is None:
            return self._pages.message(
                "This code is no good",
                "It was used already, or is older than ten minutes. Run "
                "“overallt setup” for a new one.",
                status=HTTPStatus.FORBIDDEN,
            )
        # On to the status page, so that the code leaves the address bar.
        return self._pages.message(
            "Paired",
            "This browser is paired.",
            status=HTTPStatus.SEE_OTHER,
            headers={
                "Location": "/",
                "Set-Cookie": (
                    f"{COOKIE}={cookie}; Path=/; Secure; HttpOnly; SameSite=Lax; "
                    f"Max-Age={COOKIE_SECONDS}"
                ),
            },
        )

    async def _status(
        self, request: Request, browser: BrowserId | None, now: datetime
    ) -> Answer:
        if browser is None:
            return self._unpaired()
        if checks.is_by_a_page(request):
            return self._pages.show("opened.html", target="/")
        try:
            async with self._connect() as server:
                user = await server.user()
                means = await server.means()
                subscriptions = await server.subscriptions()
                intents = await server.intents()
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.show(
                "offline.html",
                status=HTTPStatus.BAD_GATEWAY,
                clicks=await self._kept_clicks.listed(browser, now=now),
                sites=await self._one_clicks.listed(browser, now=now),
                switch=self._pausing.switch(browser, now=now),
            )
        return self._pages.show(
            "status.html",
            user=user,
            means=means,
            subscriptions=self._subscriptions.listed(browser, subscriptions, now=now),
            intents=self._intents.listed(browser, intents, now=now),
            clicks=await self._kept_clicks.listed(browser, now=now),
            sites=await self._one_clicks.listed(browser, now=now),
            switch=self._pausing.switch(browser, now=now),
        )

    def _unpaired(self) -> Answer:
        return self._pages.message(
            "This browser is not paired",
            "So that no other program can flattr in your name, each browser is "
            "paired once. Run “overallt setup” and open the address it prints in "
            "this browser.",
            status=HTTPStatus.FORBIDDEN,
        )

    def _nothing_here(self) -> Answer:
        return self._pages.message(
            "There is nothing here",
            "Buttons on pages lead to the right place.",
            status=HTTPStatus.NOT_FOUND,
        )


def _is_tag_id(text: str) -> bool:
    return is_thing_id(text) or is_username(text)
