"""Browsers as a person runs them: with the profile in his home folder, as it is.

No setting is given but what a test cannot do without, so what a page looks like is
decided by what stands in the profile.
"""

import gc
import json
import os
import subprocess
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from browsers import CHROMIUM, FIREFOX, Browser, _Chromium, _Firefox
from loopback import free_port

START_SECONDS: Final = 60
_QUIET: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")


def use_once(name: str, home: Path) -> None:
    """Start the browser *name* for the first time: it makes its profile in *home*."""
    with browser_of(name, home) as window:
        window.open("about:blank")


def browser_of(name: str, home: Path) -> AbstractContextManager[Browser]:
    """Run the browser *name* of whose home folder this is."""
    start: Mapping[str, Callable[[Path], AbstractContextManager[Browser]]] = {
        "chromium": _chromium,
        "firefox": _firefox,
    }
    return start[name](home)


def firefox_profile_of(home: Path) -> Path:
    """Return the profile that Firefox made."""
    (profile,) = home.rglob("prefs.js")
    return profile.parent


@contextmanager
def _chromium(home: Path) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(home / ".config" / "chromium"),
            executable_path=CHROMIUM,
            headless=True,
            args=list(_QUIET),
            env={**_environment(home)},
        )
        try:
            yield _Chromium(context)
        finally:
            context.close()


@contextmanager
def _firefox(home: Path) -> Iterator[Browser]:
    port = free_port()
    # Its own starter would copy the profile; this is how it passes settings on.
    settings = json.dumps({"marionette.port": port})
    process = subprocess.Popen(
        [FIREFOX, "--headless", "--marionette"],
        env=_environment(home)
        | {"MOZ_MARIONETTE_PREF_STATE_ACROSS_RESTARTS": settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with warnings.catch_warnings():
            # As in ``browsers``: an old name, and probes of the port left unclosed.
            warnings.simplefilter("ignore")
            marionette = _connect(port)
            gc.collect()
        yield _Firefox(marionette)
        marionette.delete_session()
        marionette.client.close()
    finally:
        # It ends as if its window were closed, and writes what it has in mind.
        process.terminate()
        process.wait(START_SECONDS)


def _connect(port: int) -> Any:
    from marionette_driver.marionette import Marionette

    marionette = Marionette(host="127.0.0.1", port=port)
    marionette.raise_for_port(timeout=START_SECONDS)
    marionette.start_session()
    return marionette


def _environment(home: Path) -> dict[str, str]:
    hidden = ("XDG_CONFIG_HOME", "XDG_DATA_HOME")
    kept = {name: text for name, text in os.environ.items() if name not in hidden}
    return {**kept, "HOME": str(home)}
