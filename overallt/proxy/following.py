"""Keeps what follows the server in the background alive, whatever happens to it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from overallt.client.pauses import Pauses
from overallt.proxy.failures import told

# Before what crashed is begun again.
FIRST_PAUSE_SECONDS: Final = 1.0
LAST_PAUSE_SECONDS: Final = 300.0

logger = logging.getLogger(__name__)


async def keep_up(follow: Callable[[], Awaitable[None]]) -> None:
    """Let *follow* run until cancelled; what crashes is begun again after a pause."""
    pauses = Pauses(first_seconds=FIRST_PAUSE_SECONDS, last_seconds=LAST_PAUSE_SECONDS)
    while True:
        began_at = time.monotonic()
        try:
            await follow()
        except Exception as error:  # noqa: BLE001 - I7: pages go on with what is known.
            logger.error("follower crashed %s", told(error))  # noqa: TRY400 - its text could quote an address.
        if time.monotonic() - began_at > LAST_PAUSE_SECONDS:
            pauses.start_over()
        await asyncio.sleep(pauses.next())
