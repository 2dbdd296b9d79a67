"""Looking up: old buttons name an address, and only the server knows whose it is.

It is asked when a person has pressed the button, not before. An address that nobody
has registered has no owner who could be paid: so that is said, and nothing is given or
kept.
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.asking_pages import asking_page
from overallt.gateway.browsers import BrowserId
from overallt.gateway.consent import Consent
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.seals import Printed
from overallt.protocol.refusals import RefusalCode


class LookingUp:
    """Finds the thing that an old button stands for, and asks about that."""

    def __init__(
        self, connect: Callable[[], Server], consent: Consent, pages: Pages
    ) -> None:
        self._connect = connect
        self._consent = consent
        self._pages = pages

    async def ask(
        self, browser: BrowserId, url: str, printed: Printed | None, *, now: datetime
    ) -> Answer:
        """Show the consent page of the thing at *url*, or say that there is none."""
        try:
            async with self._connect() as server:
                thing_id = await server.lookup(url)
        except Refused as refused:
            if refused.code == RefusalCode.NOT_FOUND:
                return self._unclaimed(url, printed)
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.message(
                "The server does not answer",
                "So it cannot be told whether anybody has registered what this button "
                "stands for. Nothing was kept; try again in a while.",
                status=HTTPStatus.BAD_GATEWAY,
            )
        return await self._consent.ask(browser, thing_id, printed, now=now)

    def _unclaimed(self, url: str, printed: Printed | None) -> Answer:
        return self._pages.show(
            "unclaimed.html",
            status=HTTPStatus.NOT_FOUND,
            thing=asking_page(url),
            page=None if printed is None else asking_page(printed.page),
        )
