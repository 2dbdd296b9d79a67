"""A program that confirms clicks and sends them, made to be killed.

It takes a queue's file, a server's address, a token, and the numbers of the first
thing and of the last. It says each click that it has acknowledged, as a gateway's
page would; with no thing left it sends what the queue still has, and ends.
"""

import asyncio
import contextlib
import sys
from datetime import UTC, datetime
from pathlib import Path

from overallt.client.queue import Queue
from overallt.client.sending import NoAnswer, Sending
from overallt.client.server import Server


async def main(path: str, url: str, token: str, first: str, last: str) -> None:
    """Confirm a click on each thing, then wait until all are sent."""
    queue = Queue(Path(path))
    sending = Sending(
        queue,
        lambda: Server(url, token),
        clock=lambda: datetime.now(UTC),
        on_counted=lambda click, thing: None,
    )
    following = asyncio.create_task(sending.follow())
    print("ready", flush=True)
    for thing in range(int(first), int(last) + 1):
        with contextlib.suppress(NoAnswer):
            await sending.give(click_id=f"click-{thing}", tag_id=str(thing), site=None)
        print(thing, flush=True)
    while queue.unsent():  # noqa: ASYNC110 - nothing tells it.
        await asyncio.sleep(0.05)
    following.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
