"""The pages about clicks in the queue: kept, listed, taken back.

A click that waits can be taken back without asking anybody: nothing has left
this computer. One that is underway may have arrived, so here it can only be
looked at; the button, once the server answers, shows what became of it.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from overallt.client.queue import KeptClick, State
from overallt.client.sending import Sending
from overallt.gateway.browsers import BrowserId
from overallt.gateway.forms import SentForm
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.tickets import Purpose, Tickets


@dataclass(frozen=True, slots=True)
class ListedClick:
    """A kept click as the patron sees it.

    *is_held* until the time to stop it is over; *site* is where one click is enough
    once it has counted; *ticket* takes it back, if it can be.
    """

    click_id: str
    tag_id: str
    confirmed_at: datetime
    refusal: str | None
    advice: str
    is_held: bool
    site: str | None
    ticket: str | None


class KeptClicks:
    """Shows the queue to the patron, and takes clicks out of it for him."""

    def __init__(self, sending: Sending, tickets: Tickets, pages: Pages) -> None:
        self._sending = sending
        self._tickets = tickets
        self._pages = pages

    async def ask_again(
        self, browser: BrowserId, tag_id: str, *, now: datetime
    ) -> Answer | None:
        """Show that this was confirmed already and waits; ``None`` if it does not."""
        click = await self._sending.find(tag_id)
        if click is None:
            return None
        listed = self._listed(browser, click, now)
        return self._pages.show("kept.html", status=HTTPStatus.ACCEPTED, click=listed)

    async def listed(self, browser: BrowserId, *, now: datetime) -> list[ListedClick]:
        """List all that is kept, oldest first."""
        clicks = await self._sending.clicks()
        return [self._listed(browser, click, now) for click in clicks]

    async def drop(self, form: SentForm) -> Answer:
        """Take a click out of the queue if that is still possible."""
        if await self._sending.drop(form.ticket.subject):
            return self.taken_back()
        return self._pages.message(
            "Too late to take it back here",
            "The flattr does not wait here any more: it is on its way to the server, "
            "has arrived, or was taken back before. Go back to its button: once the "
            "server answers, you see there whether it counted, and can undo it.",
            status=HTTPStatus.CONFLICT,
        )

    def taken_back(self) -> Answer:
        """Show that a click was taken back before anything was sent."""
        return self._pages.message(
            "Taken back",
            "The flattr was on this computer only and is deleted: it will not "
            "be sent. The thing can be flattred again at any time.",
            status=HTTPStatus.OK,
        )

    def _listed(
        self, browser: BrowserId, click: KeptClick, now: datetime
    ) -> ListedClick:
        refusal, advice = None, ""
        if click.reason is not None:
            refusal, advice = self._pages.reason(click.reason)
        ticket = None
        if click.state is not State.UNDERWAY:
            ticket = self._tickets.issue(
                browser, Purpose.DROP, click.click_id, printed=None, now=now
            )
        return ListedClick(
            click_id=click.click_id,
            tag_id=click.tag_id,
            confirmed_at=click.confirmed_at,
            refusal=refusal,
            advice=advice,
            is_held=click.confirmed_at > now,
            site=click.site,
            ticket=ticket,
        )
