"""Sending: takes what is in the queue to the server, each click once.

A click is tried at the moment it is confirmed. What got no answer stays in the
queue and is tried again: at once when the server is heard of, else after pauses
that grow. What the server refuses is refused for good; only "too often" means
later. First the thing is asked for, and only when that was answered is the click
sent: so with the server away a click stays one that can be taken back.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from overallt.client.pauses import Pauses
from overallt.client.queue import KeptClick, Queue
from overallt.client.server import (
    Refused,
    Server,
    ServerInTrouble,
    ServerUnreachable,
)
from overallt.protocol.messages import Thing
from overallt.protocol.refusals import RefusalCode

FIRST_PAUSE_SECONDS: Final = 2.0
LAST_PAUSE_SECONDS: Final = 300.0

# The server knows a click id again for 90 days. Long before that a click is given
# up, so that none is ever counted twice.
LONGEST_WAIT: Final = timedelta(days=30)

# Our own reasons for which a click is not sent, beside the server's codes.
TOO_OLD: Final = "too_old"
OTHER_SIGN_IN: Final = "other_sign_in"

logger = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The click is in the queue and will be tried again, unless it was taken back."""


class ServerAway(NoAnswer):
    """There is no server to ask, so that the other clicks need not be tried."""


class Sending:
    """Sends what is in *queue*; *connect* opens the server for one use.

    *on_counted* is called, on a thread, with each click that has counted; should the
    program end meanwhile, once more.
    """

    def __init__(
        self,
        queue: Queue,
        connect: Callable[[], Server],
        *,
        clock: Callable[[], datetime],
        on_counted: Callable[[KeptClick, Thing], None],
    ) -> None:
        self._queue = queue
        self._connect = connect
        self._clock = clock
        self._on_counted = on_counted
        self._wake = asyncio.Event()

    async def give(self, *, click_id: str, tag_id: str, site: str | None) -> Thing:
        """Keep a click that was just confirmed, then try to send it.

        *site* is where one click is to be enough, once it has counted.

        Returns:
            The thing that was flattred.

        Raises:
            Refused: it does not count, or nobody is signed in.
            NotKept: it could not be written down, and was not sent.
            NoAnswer: it is in the queue and will be tried again.
        """
        click = await self._keep(click_id, tag_id, site, confirmed_at=self._clock())
        try:
            return await self._send(click)
        except Refused:
            # Who asks is told at once: it need not be kept to be seen later.
            await asyncio.to_thread(self._queue.forget, click_id)
            raise
        finally:
            self.wake()

    async def hold(self, *, click_id: str, tag_id: str, wait: timedelta) -> KeptClick:
        """Keep a click that is sent after *wait*, unless it was taken back by then.

        Raises:
            Refused: nobody is signed in.
            NotKept: it could not be written down.
        """
        # The queue counts whole seconds, and no moment of them may be lost.
        confirmed_at = self._clock() + wait + timedelta(seconds=1)
        click = await self._keep(click_id, tag_id, None, confirmed_at=confirmed_at)
        self.wake()
        return click

    async def clicks(self) -> list[KeptClick]:
        """List all that is kept, oldest first."""
        return await asyncio.to_thread(self._queue.clicks)

    async def find(self, tag_id: str) -> KeptClick | None:
        """Return the click on *tag_id* that is still to be sent in this sign-in."""
        sign_in = self._connect().sign_in
        for click in await asyncio.to_thread(self._queue.unsent):
            if (click.tag_id, click.sign_in) == (tag_id, sign_in):
                return click
        return None

    async def drop(self, click_id: str) -> bool:
        """Take a click back; ``False``: it is underway, or not here any more."""
        return await asyncio.to_thread(self._queue.drop, click_id)

    def wake(self) -> None:
        """Send at once what there is: the server has just been heard of."""
        self._wake.set()

    async def follow(self) -> None:
        """Send whatever is in the queue, until cancelled."""
        pauses = Pauses(
            first_seconds=FIRST_PAUSE_SECONDS, last_seconds=LAST_PAUSE_SECONDS
        )
        while True:
            self._wake.clear()
            now = self._clock()
            tries = [] if await self._send_all(now) else [pauses.next()]
            # With nothing to send, only a new click or the server's return matter.
            pause = min(tries + await self._seconds_held(now), default=None)
            try:
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                continue
            pauses.start_over()

    async def _keep(
        self, click_id: str, tag_id: str, site: str | None, *, confirmed_at: datetime
    ) -> KeptClick:
        sign_in = self._connect().sign_in
        if sign_in is None:
            raise Refused(RefusalCode.UNAUTHORIZED, "Nobody is signed in.")
        return await asyncio.to_thread(
            self._queue.keep,
            click_id=click_id,
            sign_in=sign_in,
            tag_id=tag_id,
            site=site,
            confirmed_at=confirmed_at,
        )

    async def _send_all(self, now: datetime) -> bool:
        """Send what was confirmed by *now*; tell whether none of it is left."""
        try:
            unsent = await asyncio.to_thread(self._queue.unsent)
        except sqlite3.Error as error:
            _log_unusable(error)
            return False
        is_empty = True
        for click in unsent:
            if click.confirmed_at > now:
                continue
            try:
                await self._send(click)
            except Refused:
                continue
            except ServerAway:
                return False
            except NoAnswer:
                # One at which the server fails must not hold the others up.
                is_empty = False
        return is_empty

    async def _seconds_held(self, now: datetime) -> list[float]:
        """Return in how many seconds each click is sent that *now* was held."""
        try:
            unsent = await asyncio.to_thread(self._queue.unsent)
        except sqlite3.Error as error:
            _log_unusable(error)
            return []
        return [
            max((click.confirmed_at - self._clock()).total_seconds(), 0)
            for click in unsent
            if click.confirmed_at > now
        ]

    async def _send(self, click: KeptClick) -> Thing:
        """Try *click* once: it is counted and gone, refused, or gets no answer."""
        try:
            thing = await self._try(click)
            await asyncio.to_thread(self._on_counted, click, thing)
            await asyncio.to_thread(self._queue.forget, click.click_id)
        except Refused as refused:
            if refused.code == RefusalCode.RATE_LIMIT_EXCEEDED:
                raise NoAnswer from None
            logger.warning("click refused reason=%s", refused.code)
            await asyncio.to_thread(self._queue.refuse, click.click_id, refused.code)
            raise
        except ServerInTrouble:
            raise NoAnswer from None
        except ServerUnreachable:
            raise ServerAway from None
        except sqlite3.Error as error:
            _log_unusable(error)
            raise NoAnswer from None
        return thing

    async def _try(self, click: KeptClick) -> Thing:
        async with self._connect() as server:
            self._check(click, server)
            thing = await server.thing(click.tag_id)
            if not await asyncio.to_thread(self._queue.depart, click.click_id):
                raise NoAnswer
            await server.flattr(thing.id, click_id=click.click_id)
        return thing

    def _check(self, click: KeptClick, server: Server) -> None:
        if server.sign_in is None:
            raise NoAnswer
        if self._clock() - click.confirmed_at > LONGEST_WAIT:
            raise Refused(TOO_OLD, "It waited too long.")
        if server.sign_in != click.sign_in:
            raise Refused(OTHER_SIGN_IN, "It was confirmed in another sign-in.")


def _log_unusable(error: sqlite3.Error) -> None:
    logger.warning("queue unusable reason=%s", type(error).__name__)
