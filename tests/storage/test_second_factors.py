"""A code of the second factor is good once, for its moment, and cannot be guessed."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from rows import all_rows

from overallt.protocol.ids import ThingId, UserId
from overallt_server.core.refusals import InvalidRequest, NotSignedIn, RateLimited
from overallt_server.core.users import User
from overallt_server.storage import users
from overallt_server.storage.database import Database
from overallt_server.use_cases.second_factors import RECOVERY_CODES, SecondFactors

# The beginning of a step.
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
STEP = timedelta(seconds=30)
ADA = User(UserId(1), "ada", "ada@example.org", NOW, ThingId(1))


@dataclass
class Ada:
    """Ada, her authenticator and her recovery codes."""

    factors: SecondFactors
    totp: pyotp.TOTP
    recovery_codes: list[str]

    async def opens(self, code: str, *, after: timedelta) -> bool:
        try:
            await self.factors.check(ADA.id, code, now=NOW + after)
        except NotSignedIn:
            return False
        return True

    def code(self, *, after: timedelta) -> str:
        return self.totp.at(NOW + after)


@pytest.fixture
async def ada(any_database: Database) -> Ada:
    async with any_database.transaction() as tx:
        await users.add(tx, ADA, password_hash="!")
    factors = SecondFactors(any_database)
    totp = pyotp.TOTP((await factors.begin(ADA)).secret)
    codes = await factors.activate(
        ADA, totp.at(NOW - 2 * STEP), language="en", now=NOW - 2 * STEP
    )
    return Ada(factors, totp, codes)


async def test_a_code_is_good_once(ada: Ada) -> None:
    code = ada.code(after=STEP)

    assert await ada.opens(code, after=STEP)
    assert not await ada.opens(code, after=STEP)


async def test_of_many_who_bring_the_same_code_one_is_let_in(ada: Ada) -> None:
    code = ada.code(after=STEP)

    opened = await asyncio.gather(*(ada.opens(code, after=STEP) for _ in range(4)))

    assert 1 == sum(opened)


@pytest.mark.parametrize(
    ("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
async def test_a_code_is_good_a_step_too_early_or_too_late(
    ada: Ada, steps: int, *, is_good: bool
) -> None:
    now = 10 * STEP

    assert is_good is await ada.opens(ada.code(after=now + steps * STEP), after=now)


async def test_a_code_older_than_one_that_was_used_is_not_good(ada: Ada) -> None:
    assert await ada.opens(ada.code(after=2 * STEP), after=2 * STEP)
    assert not await ada.opens(ada.code(after=STEP), after=2 * STEP)


async def test_a_code_may_be_typed_with_a_blank(ada: Ada) -> None:
    code = ada.code(after=STEP)

    assert await ada.opens(f"{code[:3]} {code[3:]}", after=STEP)


async def test_each_recovery_code_is_good_once_however_it_is_typed(ada: Ada) -> None:
    first, second = ada.recovery_codes[:2]

    assert await ada.opens(first, after=STEP)
    assert not await ada.opens(first, after=STEP)
    assert await ada.opens(f" {second.upper().replace('-', ' ')} ", after=STEP)
    assert RECOVERY_CODES - 2 == (await ada.factors.standing(ADA.id)).recovery_codes


async def test_recovery_codes_are_kept_as_hashes(
    ada: Ada, any_database: Database
) -> None:
    kept = str(await all_rows(any_database))

    assert RECOVERY_CODES == len(set(ada.recovery_codes))
    assert not any(code in kept for code in ada.recovery_codes)
    assert not any(code.replace("-", "") in kept for code in ada.recovery_codes)


async def test_who_guesses_is_stopped_for_a_while_and_then_for_a_day(ada: Ada) -> None:
    quarter = timedelta(minutes=15)
    for _ in range(5):
        assert not await ada.opens("guess", after=STEP)
    with pytest.raises(RateLimited):
        await ada.opens(ada.code(after=2 * STEP), after=2 * STEP)

    assert await ada.opens(ada.code(after=quarter + STEP), after=quarter + STEP)
    for number in range(1, 25):
        assert not await ada.opens("guess", after=(1 + number) * quarter)
    with pytest.raises(RateLimited):
        await ada.opens(ada.code(after=26 * quarter), after=26 * quarter)


async def test_what_was_begun_asks_for_nothing_until_a_code_was_typed(
    any_database: Database,
) -> None:
    async with any_database.transaction() as tx:
        await users.add(tx, ADA, password_hash="!")
    factors = SecondFactors(any_database)

    first, again = [(await factors.begin(ADA)).secret for _ in range(2)]
    with pytest.raises(NotSignedIn):
        await factors.activate(ADA, "000000", language="en", now=NOW)
    with pytest.raises(NotSignedIn):
        await factors.check(ADA.id, pyotp.TOTP(first).at(NOW), now=NOW)

    assert first == again
    assert not (await factors.standing(ADA.id)).active


async def test_a_second_factor_is_not_replaced_by_another(ada: Ada) -> None:
    with pytest.raises(InvalidRequest):
        await ada.factors.begin(ADA)


async def test_it_is_removed_by_a_code_and_leaves_nothing(
    ada: Ada, any_database: Database
) -> None:
    with pytest.raises(NotSignedIn):
        await ada.factors.remove(ADA, "000000", language="en", now=NOW)
    await ada.factors.remove(ADA, ada.code(after=STEP), language="en", now=NOW + STEP)
    rows = await all_rows(any_database)

    assert [] == rows["second_factors"] == rows["recovery_codes"]
    assert {"second_factor_added", "second_factor_removed"} == {
        row[1] for row in rows["mails"]
    }
