"""How much a patron may hold and pay in depends on whether it is known who he is."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from overallt.protocol.ids import UserId
from overallt_server.core.refusals import InvalidRequest, NotFound
from overallt_server.use_cases.marking import Marking

if TYPE_CHECKING:
    from tests.storage.money.conftest import Town


@pytest.fixture
def strict(town: "Town") -> "Town":
    """Give the town where strangers hold 150 euro and pay in 200 altogether."""
    rules = replace(
        town.rules, max_means_unverified_minor=15_000, verify_from_minor=20_000
    )
    return town.under(rules)


async def verify(town: "Town", patron: UserId, reason: str = "a passport") -> None:
    await Marking(town.database).verify(patron=patron, reason=reason, now=town.now)


async def test_a_stranger_may_hold_less_than_who_is_known(strict: "Town") -> None:
    ada = await strict.user(1)
    await strict.add_means(ada, 15_000)

    with pytest.raises(InvalidRequest, match=r"would exceed 150\.00 EUR"):
        await strict.add_means(ada, 1, reference="more")
    await verify(strict, ada)
    assert await strict.add_means(ada, 85_000, reference="more")
    with pytest.raises(InvalidRequest, match=r"would exceed 1000\.00 EUR"):
        await strict.add_means(ada, 1, reference="too much")


async def test_what_was_given_counts_for_what_was_paid_in(strict: "Town") -> None:
    ada = await strict.patron(1, means=15_000, budget=10_000)
    await strict.flattr(ada, await strict.thing(1, owner=await strict.user(2)))
    await strict.close()
    await strict.add_means(ada, 5_000, reference="up to it")

    with pytest.raises(InvalidRequest, match=r"more than 200\.00 EUR are paid in"):
        await strict.add_means(ada, 1, reference="beyond")
    await verify(strict, ada)
    assert await strict.add_means(ada, 1, reference="beyond")


async def test_who_is_known_twice_is_known(strict: "Town") -> None:
    ada = await strict.user(1)
    await verify(strict, ada)
    await verify(strict, ada)

    assert await strict.add_means(ada, 15_001)


async def test_nobody_is_known_without_a_reason(strict: "Town") -> None:
    ada = await strict.user(1)

    with pytest.raises(InvalidRequest, match="by what it is known"):
        await verify(strict, ada, " ")
    with pytest.raises(NotFound):
        await verify(strict, UserId(99))
