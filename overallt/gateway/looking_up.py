"""Looking up: old buttons name an address, and only the server knows whose it is.

It is asked when a person has pressed the button, not before. An address that nobody
has registered has no owner who could be paid: a flattr for it may wait (``intents``).
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.gateway.browsers import BrowserId
from overallt.gateway.consent import Consent
from overallt.gateway.intents import Intents
from overallt.gateway.messages import Answer
from overallt.gateway.pages import Pages
from overallt.gateway.seals import Printed
from overallt.protocol.refusals import RefusalCode


class LookingUp:
    """Finds the thing that an old button stands for, and asks about that."""

    def __init__(
        self,
        connect: Callable[[], Server],
        consent: Consent,
        intents: Intents,
        pages: Pages,
    ) -> None:
        self._connect = connect
        self._consent = consent
        self._intents = intents
        self._pages = pages

    async def ask(
        self, browser: BrowserId, url: str, printed: Printed | None, *, now: datetime
    ) -> Answer:
        """Show the consent page of the thing at *url*, or that it has no owner yet."""
        try:
            async with self._connect() as server:
                thing_id = await self._found(server, url)
                if thing_id is None:
                    return await self._intents.ask(
                        server, browser, url, printed, now=now
                    )
        except Refused as refused:
            return self._pages.refusal(refused.code, refused.description)
        except ServerUnreachable:
            return self._pages.message(
                "The server does not answer",
                "So it cannot be told whether anybody has registered what this button "
                "stands for. Nothing was kept; try again in a while.",
                status=HTTPStatus.BAD_GATEWAY,
            )
        return await self._consent.ask(browser, thing_id, printed, now=now)

    async def _found(self, server: Server, url: str) -> str | None:
        try:
            return await server.lookup(url)
        except Refused as refused:
            if refused.code == RefusalCode.NOT_FOUND:
                return None
            raise
