"""Gathering: what many ask for at the same time is done at once, then each is answered.

A commit that lasts makes the disk work, and a statement costs nearly the same for one
row as for fifty. So what is asked for waits in a queue, and all that waits there is
done together, as one transaction; what is asked meanwhile is done next. Nothing waits
for company: who asks alone is served alone, at once.

Each is answered after the commit, never before, and a refusal is one's own: it travels
as a value among the answers. What breaks, a commit above all, breaks for all who were
served together, and nothing of it is kept. Who gives up before his turn is passed over;
later it is done all the same, and his idempotency key will find the answer.

There is a task just while there is something to do, so nothing has to be started.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from overallt_server.core.refusals import Refusal, ServerBusy


@dataclass(frozen=True, slots=True)
class Room:
    """How many may wait before others are refused, and how many are served at once."""

    waiting: int
    at_once: int


class Gathering[Asked, Answer]:
    """A queue of those who ask, and the one deed that serves them together."""

    def __init__(
        self,
        deed: Callable[[Sequence[Asked]], Coroutine[Any, Any, list[Answer | Refusal]]],
        room: Room,
    ) -> None:
        """Serve by *deed*, which returns an answer or a refusal for each, in order."""
        self._deed = deed
        self._room = room
        self._waiting: deque[tuple[Asked, asyncio.Future[Answer]]] = deque()
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Wait for one's turn, and return the answer.

        Raises:
            ServerBusy: too many wait already.
            Refusal: the deed's own answer to what is *asked*.
        """
        if len(self._waiting) >= self._room.waiting:
            raise ServerBusy
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._serving is None or self._serving.done():
            # It begins only once all who are ready to ask have asked.
            self._serving = asyncio.create_task(self._serve())
        return await answer

    async def close(self) -> None:
        """Wait until everybody who asked is served."""
        if self._serving is not None:
            await asyncio.wait([self._serving])

    async def _serve(self) -> None:
        while together := self._next():
            deed = self._deed([asked for asked, _ in together])
            # In a task, so that whatever breaks it is an answer, too.
            doing = asyncio.create_task(deed)
            await asyncio.wait([doing])
            broken = doing.exception()
            outcomes = [broken] * len(together) if broken else doing.result()
            for (_, answer), outcome in zip(together, outcomes, strict=True):
                _tell(answer, outcome)

    def _next(self) -> list[tuple[Asked, asyncio.Future[Answer]]]:
        together: list[tuple[Asked, asyncio.Future[Answer]]] = []
        while self._waiting and len(together) < self._room.at_once:
            asked, answer = self._waiting.popleft()
            if not answer.done():
                together.append((asked, answer))
        return together


def _tell[Answer](
    answer: asyncio.Future[Answer], outcome: Answer | BaseException
) -> None:
    if answer.done():
        return  # He gave up.
    if isinstance(outcome, BaseException):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
