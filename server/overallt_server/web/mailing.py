"""Mails, sent in the background for as long as the server runs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

from overallt_server.core.refusals import DatabaseAway, ServerBusy
from overallt_server.outbound.letters import Letters
from overallt_server.outbound.smtp import Smtp
from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.use_cases.mailing import Mailing, waiting

_logger: Final = logging.getLogger(__name__)

# A person who waits for a mail does not notice it.
LOOK_SECONDS: Final = 2.0


def mailing_of(settings: Settings, database: Database) -> Mailing | None:
    """Return what sends mails; ``None`` if no mail server is set."""
    account = settings.mail_account
    if account is None:
        return None
    letters = Letters(public_url=settings.public_url, sender=account.sender)
    return Mailing(database, letters, Smtp(account))


def sending(
    settings: Settings, database: Database
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return what sends mails from the start of an application to its end."""

    async def send(_app: web.Application) -> AsyncIterator[None]:
        # Not by cancelling: a connection to the database may be in use just then.
        stop = asyncio.Event()
        task = asyncio.create_task(_keep_sending(settings, database, stop))
        yield
        stop.set()
        await task

    return send


async def _keep_sending(
    settings: Settings, database: Database, stop: asyncio.Event
) -> None:
    mailing = mailing_of(settings, database)
    while not stop.is_set():
        try:
            if mailing is not None:
                await mailing.send_due(settings.now, go_on=lambda: not stop.is_set())
            elif await waiting(database):
                _logger.warning("event=mails_wait missing=OVERALLT_SMTP")
                return
        except (DatabaseAway, ServerBusy) as error:
            _logger.warning("event=mails_put_off why=%s", type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
