"""What is not even tried is no try."""

from datetime import UTC, datetime, timedelta

import pytest

from overallt_server.core.limits import Limit
from overallt_server.core.refusals import NotSignedIn, RateLimited, ServerBusy
from overallt_server.storage.database import Database
from overallt_server.use_cases.limiting import Limited, trying

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONCE = [Limited(Limit(1, timedelta(minutes=1)), ("password",))]


async def test_who_was_sent_away_by_a_busy_server_may_try_again(
    any_database: Database,
) -> None:
    for _ in range(3):
        with pytest.raises(ServerBusy):
            async with trying(any_database, ONCE, now=NOW):
                raise ServerBusy


async def test_who_was_wrong_may_not(any_database: Database) -> None:
    with pytest.raises(NotSignedIn):
        async with trying(any_database, ONCE, now=NOW):
            raise NotSignedIn

    with pytest.raises(RateLimited):
        async with trying(any_database, ONCE, now=NOW):
            raise NotSignedIn
