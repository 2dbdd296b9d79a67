"""A browser that many tests share is in nobody's way."""

import asyncio

from prey import Prey


async def _answer() -> str:
    return "mine"


def test_beside_an_open_browser_other_loops_run(prey: Prey) -> None:
    """Else whichever test comes next would fail, by the order of that day."""
    prey.window.open("about:blank")

    assert "mine" == asyncio.run(_answer())
