"""Hooks are called where they occur, each of those that want one, in their order."""

import asyncio
import logging

import pytest
from mitmproxy.proxy.layer import NextLayerHook

from overallt.proxy.failures import log_discreetly
from overallt.proxy.hooks import Hooks

# No addon here looks at what it is told.
HOOK = NextLayerHook(None)  # type: ignore[arg-type]


class Noting:
    """An addon that notes that it was called."""

    def __init__(self, name: str, notes: list[str]) -> None:
        self.name = name
        self.notes = notes

    def next_layer(self, _: object) -> None:
        self.notes.append(self.name)


class Failing:
    def next_layer(self, _: object) -> None:
        raise RuntimeError("not today")


class Waiting:
    """An addon that waits for an event before it notes that it was called."""

    def __init__(self, event: asyncio.Event, notes: list[str]) -> None:
        self.event = event
        self.notes = notes

    async def next_layer(self, _: object) -> None:
        await self.event.wait()
        self.notes.append("waited")


def test_all_that_want_a_hook_are_called_in_place() -> None:
    notes: list[str] = []
    hooks = Hooks([Noting("a", notes), object(), Noting("b", notes)])

    assert hooks.call(HOOK) is None
    assert notes == ["a", "b"]


def test_one_that_fails_does_not_keep_the_others_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notes: list[str] = []
    hooks = Hooks([Failing(), Noting("b", notes)])
    log_discreetly()

    with caplog.at_level(logging.ERROR):
        rest = hooks.call(HOOK)

    assert rest is None
    assert notes == ["b"]
    assert "failure reason=RuntimeError at=next_layer:" in caplog.text
    assert "not today" not in caplog.text


async def test_one_that_waits_holds_up_those_after_it_and_nobody_else() -> None:
    notes: list[str] = []
    event = asyncio.Event()
    later = [Waiting(event, notes), Failing(), Noting("b", notes)]
    hooks = Hooks([Noting("a", notes), Waiting(event, notes), *later])

    rest = hooks.call(HOOK)

    assert rest is not None
    assert notes == ["a"]
    event.set()
    await rest
    assert notes == ["a", "waited", "waited", "b"]
