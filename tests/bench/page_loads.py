"""How long Chromium takes for a page of a hundred resources, over each proxy.

Over HTTPS, and HTTP/2 where the proxy can. Each load is the first of a new profile: it
opens its connections and caches nothing. All ways are gone in turn; the medians count.
"""

import shutil
import statistics
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from browsers import CHROMIUM, QUIET
from figures import Figure
from loopback import HOST
from origin import Origin
from proxies import Proxy, mitmdump, ours, privoxy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType

ROUNDS: Final = 9
PAGE: Final = "/many/page"
LOADED: Final = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def figures(
    folder: Path, site: Origin, wait_for_index: Callable[[Proxy, str], None]
) -> list[Figure]:
    """Compare ours with no proxy and with others."""
    from playwright.sync_api import sync_playwright

    if not shutil.which(CHROMIUM):
        print("proxy: Chromium is not installed (.ci/packages)", file=sys.stderr)
        return []
    folder.mkdir()
    with ExitStack() as stack:
        we = stack.enter_context(ours(folder, site, site.secure_port))
        wait_for_index(we, site.url(we.site, "/plain/20-tag", secure=True))
        ways: dict[str, Proxy | None] = {"no proxy": None, "ours": we}
        ways["mitmdump -q"] = stack.enter_context(mitmdump(folder, site))
        if shutil.which("privoxy"):
            ways["Privoxy"] = stack.enter_context(privoxy(folder, site))
        chromium = stack.enter_context(sync_playwright()).chromium
        windows = {
            name: (
                stack.enter_context(_launch(chromium, way)),
                site.url(way.site if way else HOST, PAGE, secure=True),
            )
            for name, way in ways.items()
        }
        rounds = [
            {name: _load_ms(*window) for name, window in windows.items()}
            for _ in range(ROUNDS + 1)
        ][1:]
    return [*_milliseconds(rounds), *_ratios(rounds)]


def _milliseconds(rounds: list[dict[str, float]]) -> list[Figure]:
    return [
        Figure(
            f"proxy: Chromium, 100 resources, ms, {name}",
            statistics.median(each[name] for each in rounds),
            must=None,
        )
        for name in rounds[0]
    ]


def _ratios(rounds: list[dict[str, float]]) -> list[Figure]:
    """Compare ours with all others; of the proxies it has to be the first."""
    return [
        Figure(
            f"proxy: Chromium, 100 resources, time over {name}",
            statistics.median(each["ours"] / each[name] for each in rounds),
            must=None if name == "no proxy" else 1,
            at_least=False,
        )
        for name in rounds[0]
        if name != "ours"
    ]


def _launch(chromium: "BrowserType", way: Proxy | None) -> "Browser":
    # Chromium would ask no proxy for what is on this machine.
    through = (
        [f"--proxy-server={way.url}", "--proxy-bypass-list=<-loopback>"] if way else []
    )
    return chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *through])


def _load_ms(window: "Browser", url: str) -> float:
    """Return the milliseconds until all of *url* is there, and see that it is."""
    context = window.new_context(ignore_https_errors=True)
    try:
        page = context.new_page()
        page.goto(url, wait_until="load")
        # Its end is noted when its handlers have run, a moment after it.
        page.wait_for_function(f"{LOADED} > 0")
        missing: Any = page.evaluate(
            "performance.getEntriesByType('resource')"
            ".filter(each => each.responseStatus != 200).map(each => each.name)"
        )
        if missing:
            raise RuntimeError(f"not there: {missing}")
        return float(page.evaluate(LOADED))
    finally:
        context.close()
