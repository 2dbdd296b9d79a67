"""Real browsers behind one small face: Chromium by Playwright, Firefox by Marionette.

Both run headless with a throw-away profile; a *proxy* (``host:port``) and the CA that
it signs with are put into the profile as a person would put them there. Elements are
named by CSS selectors; a press is what the browser counts as a person's.
"""

import gc
import os
import re
import shutil
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, override

from loopback import free_port
from own_thread import in_own_thread

CHROMIUM: Final = "/usr/bin/chromium"
FIREFOX: Final = "/usr/bin/firefox-esr"
PATIENCE_SECONDS: Final = 20.0
# Debian's Chromium phones home otherwise, and waits for answers here.
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Browser(Protocol):
    """What the tests do with a browser; one window, the newest tab in front."""

    name: str

    def open(self, url: str) -> None:
        """Go to *url* in this tab and wait until it has loaded."""

    def press(self, css: str) -> None:
        """Click the first such element once it is there and enabled."""

    def press_into_new_tab(self, css: str) -> None:
        """Press a link that opens a tab, and go on in that tab."""

    def press_at(self, x: int, y: int) -> None:
        """Press the mouse there, whatever is there, and do not wait."""

    def press_at_into_new_tab(self, x: int, y: int) -> None:
        """Press what opens a tab there, in a frame or not, and go on in that tab."""

    def press_key(self, key: str) -> None:
        """Press ``Enter``, ``Tab`` or the space, wherever the focus is."""

    def write(self, css: str, text: str) -> None:
        """Replace what stands in a field."""

    def wait_for(self, css: str) -> None:
        """Wait until such an element is there."""

    def count(self, css: str) -> int:
        """Count such elements now."""

    def text(self, css: str = "body") -> str:
        """Return what a reader sees of the first such element."""

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression in the page."""

    def resize(self, width: int, height: int) -> None:
        """Give the window this size, in CSS pixels."""

    def picture(self, path: Path) -> None:
        """Write what is seen to *path* as PNG."""

    @property
    def address(self) -> str:
        """Where this tab is."""


def missing(name: str) -> str | None:
    """Return why the browser *name* cannot be had here, or None."""
    programs = {"chromium": CHROMIUM, "firefox": FIREFOX}
    for program in (programs[name], "certutil"):
        if shutil.which(program) is None:
            return f"{program} is not installed (make test installs it as root)"
    return None


@contextmanager
def browser(
    name: str,
    folder: Path,
    *,
    proxy: str | None = None,
    ca: Path | None = None,
    dark: bool = False,
) -> Iterator[Browser]:
    """Run the browser *name* with a profile in *folder*."""
    start = {"chromium": _chromium, "firefox": _firefox}[name]
    folder.mkdir(parents=True, exist_ok=True)
    with in_own_thread(start(folder, proxy, ca, dark=dark)) as started:
        yield started


def trust(database: Path, ca: Path) -> None:
    """Put *ca* into the NSS database of a profile, as the operating system's tool."""
    database.mkdir(parents=True, exist_ok=True)
    where = ["-d", f"sql:{database}"]
    certutil = ["certutil"]
    subprocess.run([*certutil, "-N", "--empty-password", *where], check=True)
    add = ["-A", "-n", "proxy", "-t", "C,,", "-i", str(ca)]
    subprocess.run([*certutil, *add, *where], check=True)


def patiently[T](ask: Callable[[], T | None], what: str) -> T:
    """Ask again and again until there is an answer; fail by naming *what*."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = ask()
        if answer is not None:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.05)


@contextmanager
def _chromium(
    folder: Path, proxy: str | None, ca: Path | None, *, dark: bool
) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    if ca is not None:
        trust(folder / ".pki" / "nssdb", ca)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder / "profile"),
            executable_path=CHROMIUM,
            headless=True,
            # Playwright's own setting would send localhost to the proxy, too.
            args=[*QUIET, *([f"--proxy-server=http://{proxy}"] if proxy else [])],
            # The certificate store lies in the home folder.
            env={**os.environ, "HOME": str(folder)},
            color_scheme="dark" if dark else "light",
        )
        try:
            yield _Chromium(context)
        finally:
            context.close()


class _Chromium(Browser):
    name = "chromium"

    def __init__(self, context: Any) -> None:
        self._page = context.pages[0]
        self._page.set_default_timeout(PATIENCE_SECONDS * 1000)

    @override
    def open(self, url: str) -> None:
        self._page.goto(url)

    @override
    def press(self, css: str) -> None:
        self._page.locator(css).first.click()
        self._page.wait_for_load_state()

    @override
    def press_into_new_tab(self, css: str) -> None:
        self._go_on(self._page.locator(css).first.click)

    def _go_on(self, press: Callable[[], None]) -> None:
        with self._page.context.expect_page() as opened:
            press()
        self._page = opened.value
        self._page.set_default_timeout(PATIENCE_SECONDS * 1000)
        self._page.wait_for_load_state()

    @override
    def press_at(self, x: int, y: int) -> None:
        self._page.mouse.click(x, y)

    @override
    def press_at_into_new_tab(self, x: int, y: int) -> None:
        self._go_on(lambda: self.press_at(x, y))

    @override
    def press_key(self, key: str) -> None:
        self._page.keyboard.press(key)

    @override
    def write(self, css: str, text: str) -> None:
        self._page.locator(css).first.fill(text)

    @override
    def wait_for(self, css: str) -> None:
        self._page.locator(css).first.wait_for()

    @override
    def count(self, css: str) -> int:
        found: int = self._page.locator(css).count()
        return found

    @override
    def text(self, css: str = "body") -> str:
        seen: str = self._page.locator(css).first.inner_text()
        return seen

    @override
    def run(self, script: str) -> Any:
        return self._page.evaluate(script)

    @override
    def resize(self, width: int, height: int) -> None:
        self._page.set_viewport_size({"width": width, "height": height})

    @override
    def picture(self, path: Path) -> None:
        self._page.screenshot(path=str(path))

    @property
    @override
    def address(self) -> str:
        where: str = self._page.url
        return where


@contextmanager
def _firefox(
    folder: Path, proxy: str | None, ca: Path | None, *, dark: bool
) -> Iterator[Browser]:
    profile = folder / "profile"
    if ca is not None:
        trust(profile, ca)
    profile.mkdir(exist_ok=True)
    prefs: dict[str, Any] = {"ui.systemUsesDarkTheme": int(dark)}
    if proxy is not None:
        host, port = re.fullmatch(r"(.+):(\d+)", proxy).groups()  # type: ignore[union-attr]
        prefs["network.proxy.type"] = 1
        for kind in ("http", "ssl"):
            prefs[f"network.proxy.{kind}"] = host
            prefs[f"network.proxy.{kind}_port"] = int(port)
    with warnings.catch_warnings():
        # It asks for the system by an old name, and leaves its probes of the port
        # unclosed while it waits for Firefox.
        warnings.simplefilter("ignore")
        marionette = _start_marionette(profile, prefs, folder / "gecko.log")
    try:
        yield _Firefox(marionette)
    finally:
        marionette.cleanup()
        # Its destructor would run after the modules that it needs are gone.
        del marionette
        gc.collect()


def _start_marionette(profile: Path, prefs: dict[str, Any], log: Path) -> Any:
    from marionette_driver.marionette import Marionette

    marionette = Marionette(
        bin=FIREFOX,
        headless=True,
        # The default port would meet another Firefox of this machine.
        port=free_port(),
        profile=str(profile),
        prefs=prefs,
        gecko_log=str(log),
        startup_timeout=60,
    )
    marionette.start_session()
    return marionette


class _Firefox(Browser):
    name = "firefox"

    def __init__(self, marionette: Any) -> None:
        self._marionette = marionette
        marionette.timeout.page_load = PATIENCE_SECONDS
        marionette.timeout.implicit = 0

    @override
    def open(self, url: str) -> None:
        self._marionette.navigate(url)

    @override
    def press(self, css: str) -> None:
        self._find(css, enabled=True).click()

    @override
    def press_into_new_tab(self, css: str) -> None:
        self._go_on(lambda: self.press(css))

    def _go_on(self, press: Callable[[], None]) -> None:
        before = set(self._marionette.window_handles)
        press()
        opened = patiently(
            lambda: set(self._marionette.window_handles) - before or None, "a new tab"
        )
        self._marionette.switch_to_window(opened.pop())
        patiently(
            lambda: (
                (
                    self.address != "about:blank"
                    and self.run("document.readyState") == "complete"
                )
                or None
            ),
            "the new tab to load",
        )

    @override
    def press_at(self, x: int, y: int) -> None:
        mouse = self._marionette.actions.sequence(
            "pointer", "mouse", {"pointerType": "mouse"}
        )
        mouse.pointer_move(x, y).pointer_down(button=0).pointer_up(button=0).perform()

    @override
    def press_at_into_new_tab(self, x: int, y: int) -> None:
        self._go_on(lambda: self.press_at(x, y))

    @override
    def press_key(self, key: str) -> None:
        keyboard = self._marionette.actions.sequence("key", "keyboard")
        keyboard.send_keys({"Enter": "\ue007", "Tab": "\ue004"}.get(key, key)).perform()

    @override
    def write(self, css: str, text: str) -> None:
        field = self._find(css)
        field.clear()
        field.send_keys(text)

    @override
    def wait_for(self, css: str) -> None:
        self._find(css)

    @override
    def count(self, css: str) -> int:
        return len(self._marionette.find_elements("css selector", css))

    @override
    def text(self, css: str = "body") -> str:
        seen: str = self._find(css).text
        return seen

    @override
    def run(self, script: str) -> Any:
        return self._marionette.execute_script(f"return ({script});", sandbox=None)

    @override
    def resize(self, width: int, height: int) -> None:
        self._marionette.set_window_rect(width=width, height=height)

    @override
    def picture(self, path: Path) -> None:
        shot: bytes = self._marionette.screenshot(format="binary", full=False)
        path.write_bytes(shot)

    @property
    @override
    def address(self) -> str:
        where: str = self._marionette.get_url()
        return where

    def _find(self, css: str, *, enabled: bool = False) -> Any:
        def ask() -> Any:
            found = self._marionette.find_elements("css selector", css)
            if found and (not enabled or found[0].is_enabled()):
                return found[0]
            return None

        return patiently(ask, css)
