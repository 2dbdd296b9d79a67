"""From where somebody signs in, as he will know it again in a list."""

from typing import Final

from aiohttp import web

from overallt_server.use_cases.signing_in import Place
from overallt_server.web.networks import network

# Each names itself by the ones below it, too: the first that is found is meant.
_BROWSERS: Final = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_NAMES: Final = {"Edg": "Edge", "OPR": "Opera"}
_SYSTEMS: Final = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")
_NAMELESS: Final = "a program"


def place(request: web.Request) -> Place:
    """Return the network and the browser that *request* comes from.

    Versions are left out: they tell whose computer it is to others alone.
    """
    agent = request.headers.get("User-Agent", "")
    browser = next((each for each in _BROWSERS if f"{each}/" in agent), "")
    system = next((each for each in _SYSTEMS if each in agent), "")
    program = _NAMES.get(browser, browser) or _NAMELESS
    return Place(network(request), f"{program} on {system}" if system else program)
