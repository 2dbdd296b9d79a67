"""The consent page: who asks for whom, and the flattr that is confirmed there.

Anybody can write a text tag into a comment on somebody else's page. So the page
says who asks for whom, what there is to give, and whether the thing's owner has
proved that the page's site is his. Without script confirming takes two steps: the
first press shows the second page, whose ticket is no good within its first 600 ms.

Without a server the page can say neither owner nor means. It says so, and what is
confirmed waits in the queue.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from overallt.client.queue import NotKept
from overallt.client.sending import NoAnswer, Sending
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.asking_pages import asking_page
from overallt.gateway.browsers import BrowserId
from overallt.gateway.forms import SentForm
from overallt.gateway.kept_clicks import KeptClicks
from overallt.gateway.messages import Answer
from overallt.gateway.one_clicks import OneClicks, Trust, site_to_trust
from overallt.gateway.pages import Pages
from overallt.gateway.results import Results
from overallt.gateway.seals import Printed
from overallt.gateway.tickets import Purpose, Tickets
from overallt.protocol.refusals import RefusalCode


class Consent:
    """Asks the patron and sends what he confirmed to the server."""

    def __init__(
        self,
        connect: Callable[[], Server],
        sending: Sending,
        kept_clicks: KeptClicks,
        one_clicks: OneClicks,
        results: Results,
        tickets: Tickets,
        pages: Pages,
    ) -> None:
        self._connect = connect
        self._sending = sending
        self._kept_clicks = kept_clicks
        self._one_clicks = one_clicks
        self._results = results
        self._tickets = tickets
        self._pages = pages

    async def ask(
        self,
        browser: BrowserId,
        tag_id: str,
        printed: Printed | None,
        *,
        now: datetime,
    ) -> Answer:
        """Show the page with the button that flattrs, unless one click is enough."""
        return await self._show(browser, tag_id, printed, by_itself=True, now=now)

    async def give(self, form: SentForm) -> Answer:
        """Flattr, or show the second step."""
        ticket, now = form.ticket, form.sent_at
        browser, tag_id, printed = ticket.browser, ticket.subject, ticket.printed
        if form.choice("step") != "give":
            return await self._show(
                browser, tag_id, printed, second_step=form, by_itself=False, now=now
            )
        site = site_to_trust(printed) if form.choice("trust") else None
        try:
            thing = await self._sending.give(
                click_id=ticket.click_id, tag_id=tag_id, site=site
            )
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except NotKept:
            return self._pages.not_kept()
        except NoAnswer:
            # If it is not kept any more, it was sent, or taken back, meanwhile. Then
            # nothing may be given but by another press.
            return await self._show(browser, tag_id, printed, by_itself=False, now=now)
        return self._results.flattred(browser, thing, again=False, now=now)

    async def _show(
        self,
        browser: BrowserId,
        tag_id: str,
        printed: Printed | None,
        *,
        second_step: SentForm | None = None,
        by_itself: bool,
        now: datetime,
    ) -> Answer:
        """Ask; *second_step* is the form that was sent to be asked again.

        With *by_itself*, one click may be enough.
        """
        kept = await self._kept_clicks.ask_again(browser, tag_id, now=now)
        if kept is not None:
            return kept
        server = self._connect()
        try:
            async with server:
                thing = await server.thing(tag_id)
                means = await server.means()
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._show_unseen(
                browser, tag_id, printed, second_step, server.sign_in, now=now
            )
        if thing.flattred:
            return self._results.flattred(browser, thing, again=True, now=now)
        given = None
        if by_itself:
            given = await self._one_clicks.give(
                browser, tag_id, thing, means, printed, now=now
            )
        return given or self._pages.show(
            "consent.html",
            thing=thing,
            means=means,
            trust=await self._one_clicks.trust(thing, printed),
            **self._asking(browser, tag_id, printed, second_step, now=now),
        )

    def _show_unseen(
        self,
        browser: BrowserId,
        tag_id: str,
        printed: Printed | None,
        second_step: SentForm | None,
        sign_in: str | None,
        *,
        now: datetime,
    ) -> Answer:
        """Ask without a server's help, if there is a sign-in to send it by."""
        if sign_in is None:
            return self._pages.refusal(RefusalCode.UNAUTHORIZED, "")
        asking = self._asking(browser, tag_id, printed, second_step, now=now)
        # Nothing is offered unproved; what was ticked before is not forgotten.
        trust = Trust.OFFERED if asking["trusts"] else Trust.NONE
        return self._pages.show("consent_unseen.html", trust=trust, **asking)

    def _asking(
        self,
        browser: BrowserId,
        tag_id: str,
        printed: Printed | None,
        second_step: SentForm | None,
        *,
        now: datetime,
    ) -> dict[str, Any]:
        """Return what a page that asks says, whether the server answers or not."""
        ticket = self._tickets.issue(
            browser, Purpose.GIVE, tag_id, printed=printed, now=now
        )
        return {
            "tag_id": tag_id,
            "page": None if printed is None else asking_page(printed.page),
            "ticket": ticket,
            "second_step": second_step is not None,
            "trusts": second_step is not None and second_step.choice("trust"),
        }
