"""Describing things: a page is asked what it says of itself, before it is registered.

What a person has typed counts more than what the page says. A page that says nothing,
or cannot be had, is described by the person alone.
"""

from datetime import datetime
from typing import Protocol

from overallt_server.core.descriptions import USUAL, Description
from overallt_server.core.limits import PAGES_READ_FOR_ONE_USER
from overallt_server.core.refusals import RateLimited
from overallt_server.core.urls import normal_url
from overallt_server.core.users import User
from overallt_server.storage.database import Database
from overallt_server.use_cases.limiting import Limited, take


class Descriptions(Protocol):
    """Whoever reads what pages say."""

    async def of(self, url: str) -> Description:
        """Return what the page at *url* says of itself, maybe nothing."""


class DescribingThings:
    """Completes what was typed by what the page says."""

    def __init__(self, database: Database, descriptions: Descriptions) -> None:
        self._database = database
        self._descriptions = descriptions

    async def complete(
        self, typed: Description, *, url: str, user: User, now: datetime
    ) -> Description:
        """Return *typed* as it is registered: without a title, the page is asked.

        Nobody waits for a page of which he has said himself what it is.

        Raises:
            InvalidThing: this is no address that a thing could have.
        """
        if not typed.title:
            typed = await self.read(typed, url=url, user=user, now=now)
        return typed.completed_by(USUAL)

    async def read(
        self, typed: Description, *, url: str, user: User, now: datetime
    ) -> Description:
        """Return *typed*; what it does not say, the page at *url* says.

        Whoever lets too many pages be read is told of no more of them.

        Raises:
            InvalidThing: this is no address that a thing could have.
        """
        address = normal_url(url)
        limited = Limited(PAGES_READ_FOR_ONE_USER, ("pages read for", user.username))
        try:
            await take(self._database, [limited], now=now)
        except RateLimited:
            return typed
        return typed.completed_by(await self._descriptions.of(address))
