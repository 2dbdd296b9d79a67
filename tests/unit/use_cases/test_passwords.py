"""Passwords: refused if weak, compared in the same time for everybody."""

import asyncio
import time

import pytest
from argon2 import PasswordHasher

from overallt_server.core.refusals import InvalidRequest, ServerBusy
from overallt_server.use_cases.passwords import (
    HASHINGS_AT_ONCE,
    HASHINGS_WAITING,
    Passwords,
    refuse_weak,
)

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "123456789",
        "1234567890",
        "QWERTYUIOP",
        "abababababab",
        "adalovelace",
        "AdaLovelaceAdaLovelace",
        "x" * 201,
    ],
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidRequest):
        refuse_weak(password, username="adalovelace")


@pytest.mark.parametrize(
    "password", ["a quiet morning", "пароль из слов", "x1y2z3x1y2"]
)
def test_a_sentence_is_a_good_password(password: str) -> None:
    refuse_weak(password, username="ada")


async def test_a_password_fits_its_own_hash_alone() -> None:
    passwords = Passwords(CHEAP)
    stored = await passwords.hash("a quiet morning")

    assert await passwords.fits("a quiet morning", stored)
    assert not await passwords.fits("a noisy morning", stored)
    assert not await passwords.fits("the password of nobody at all", None)


async def test_the_same_letters_typed_otherwise_fit() -> None:
    passwords = Passwords(CHEAP)
    stored = await passwords.hash("déjà vu encore")

    assert await passwords.fits("de\u0301ja\u0300 vu encore", stored)


async def test_a_user_who_does_not_exist_costs_as_much_time() -> None:
    passwords = Passwords()
    stored = await passwords.hash("a quiet morning")
    await passwords.fits("x", None)

    async def seconds(password_hash: str | None) -> float:
        begin = time.perf_counter()
        await passwords.fits("a noisy morning", password_hash)
        return time.perf_counter() - begin

    known = min([await seconds(stored) for _ in range(3)])
    unknown = min([await seconds(None) for _ in range(3)])

    assert 0.3 < unknown / known < 3


async def test_a_hash_of_another_cost_is_outdated() -> None:
    stored = await Passwords(CHEAP).hash("a quiet morning")

    assert Passwords().is_outdated(stored)
    assert not Passwords(CHEAP).is_outdated(stored)
    assert stored.startswith("$argon2id$")


async def test_who_would_wait_too_long_is_told_to_come_back() -> None:
    passwords = Passwords(CHEAP)

    hashed = await asyncio.gather(
        *(passwords.hash("a quiet morning") for _ in range(HASHINGS_WAITING + 10)),
        return_exceptions=True,
    )
    after = await passwords.hash("a quiet morning")

    busy = [each for each in hashed if isinstance(each, ServerBusy)]
    assert 10 - HASHINGS_AT_ONCE == len(busy)
    assert after.startswith("$argon2id$")
