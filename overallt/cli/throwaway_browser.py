"""A browser with a profile of its own, set up for the proxy, gone afterwards."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from overallt.cli import nss_store
from overallt.cli.firefox_profile import use_proxy

PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "firefox": ("firefox", "firefox-esr"),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
}
END_SECONDS: Final = 10.0
# A newcomer should see the demonstration, not the browser's own welcome.
_NO_WELCOME: Final = """
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionPolicyBypassNotification", true);
user_pref("termsofuse.bypassNotification", true);
"""


class NoBrowser(Exception):
    """The browser cannot be opened; the text says why."""


@contextmanager
def throwaway_browser(
    name: str, folder: Path, *, ca: Path, proxy: tuple[str, int], urls: Sequence[str]
) -> Iterator[None]:
    """Open *urls* in the browser *name* and close it with the block.

    Raises:
        NoBrowser: it is not installed, or there is no screen.
        NotChanged: the CA could not be put into its profile.
    """
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise NoBrowser("There is no screen here to open a browser on.")
    found = [path for path in map(shutil.which, PROGRAMS[name]) if path]
    if not found:
        raise NoBrowser(f"{name} is not installed.")
    prepare = {"firefox": _firefox, "chromium": _chromium}[name]
    command, environment = prepare(found[0], folder, ca, proxy)
    # A group of its own, since a browser is many processes.
    process = subprocess.Popen(  # noqa: S603 - a browser of this computer.
        [*command, *urls],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _firefox(
    program: str, folder: Path, ca: Path, proxy: tuple[str, int]
) -> tuple[list[str], dict[str, str]]:
    profile = folder / "firefox"
    nss_store.make(profile)
    nss_store.trust(profile, ca)
    (profile / "user.js").write_text(_NO_WELCOME, encoding="utf-8")
    use_proxy(profile / "user.js", proxy)
    return [program, "-no-remote", "-profile", str(profile)], dict(os.environ)


def _chromium(
    program: str, folder: Path, ca: Path, proxy: tuple[str, int]
) -> tuple[list[str], dict[str, str]]:
    # Chromium reads the CAs that it trusts from below the home folder.
    home = folder / "home"
    store = home / ".pki" / "nssdb"
    nss_store.make(store)
    nss_store.trust(store, ca)
    host, port = proxy
    command = [
        program,
        f"--user-data-dir={folder / 'chromium'}",
        f"--proxy-server=http://{host}:{port}",
        "--no-first-run",
        "--no-default-browser-check",
    ]
    if os.geteuid() == 0:
        # Chromium's sandbox refuses root, and says so above every page unless tested.
        command += ["--no-sandbox", "--test-type"]
    return command, {**os.environ, "HOME": str(home)}
