"""One Firefox profile: it trusts the proxy and uses it, and then again does not.

Trust goes into the profile's own store, the proxy into ``user.js``, in lines that
are marked. Firefox copies what stands there into ``prefs.js`` whenever it starts; so
undoing takes our lines out of the one and puts what stood in the other back. A
Firefox that runs would write ``prefs.js`` once more: it has to be closed.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import ClassVar, Final

from overallt.cli import nss_store
from overallt.cli.places import DIRECT, Before, HostPort, NotChanged
from overallt.cli.their_files import read_text, replace_text

MARK: Final = "// overallt"
# Each line of ours begins with the line break before it: what stood in the file,
# with or without one at its end, comes back to the byte.
_OURS: Final = re.compile(rf"\n[^\n]*{MARK}(?=\n|\Z)")
_NAMES: Final = (
    "network.proxy.type",
    "network.proxy.no_proxies_on",
    "network.proxy.http",
    "network.proxy.http_port",
    "network.proxy.ssl",
    "network.proxy.ssl_port",
)


@dataclass(frozen=True, slots=True)
class FirefoxProfile:
    """The Firefox profile in *folder*."""

    kind: ClassVar[str] = "firefox"
    folder: Path

    @property
    def address(self) -> str:
        """Return the profile's folder."""
        return str(self.folder)

    @property
    def title(self) -> str:
        """Name the profile by its folder."""
        return f"The Firefox profile {self.folder}"

    @property
    def command(self) -> str:
        """Return the command that sets just this profile up."""
        return f"overallt setup firefox --profile {quote(str(self.folder))}"

    def before(self) -> Before:
        """Return what Firefox has kept about proxies, and whether there is user.js."""
        lines = read_text(self._prefs).splitlines()
        kept = {name: _line_of(name, lines) for name in _NAMES}
        return kept | ({} if self._user.exists() else {"user.js": "missing"})

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Let the profile trust the authority and use the proxy from now on."""
        self._must_be_closed()
        if not nss_store.exists(self.folder):
            raise NotChanged(
                f"There is no Firefox profile in {self.folder} yet. Start Firefox with "
                "it once and close it; about:profiles names the folders."
            )
        nss_store.trust(self.folder, ca)
        use_proxy(self._user, proxy)

    def undo(self, before: Before) -> None:
        """Take authority and proxy out again."""
        if not self.folder.is_dir():
            return
        self._must_be_closed()
        nss_store.distrust(self.folder)
        theirs = _without_ours(read_text(self._user))
        if theirs or "user.js" not in before:
            replace_text(self._user, theirs)
        else:
            self._user.unlink(missing_ok=True)
        if self._prefs.exists():
            text = read_text(self._prefs)
            for name in _NAMES:
                text = _put_back(text, name, before[name])
            replace_text(self._prefs, text)

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say what the profile does not trust or use any more."""
        if not self.folder.is_dir():
            return "is not there any more"
        if not nss_store.trusts(self.folder, ca):
            return "does not trust the proxy's certificate authority"
        if _lines(proxy) not in read_text(self._user):
            return "does not use the proxy {}:{}".format(*proxy)
        return None

    @property
    def _user(self) -> Path:
        return self.folder / "user.js"

    @property
    def _prefs(self) -> Path:
        return self.folder / "prefs.js"

    def _must_be_closed(self) -> None:
        if _is_locked(self.folder / ".parentlock"):
            raise NotChanged("Close Firefox first: it would undo what is done now.")


def use_proxy(user_js: Path, proxy: HostPort) -> None:
    """Write the *proxy* into the file *user_js*, and leave the rest of it alone."""
    theirs = _without_ours(read_text(user_js))
    replace_text(user_js, theirs + _lines(proxy))


def _lines(proxy: HostPort) -> str:
    host, port = proxy
    values = (1, f'"{", ".join(DIRECT)}"', f'"{host}"', port, f'"{host}"', port)
    return "".join(
        f'\nuser_pref("{name}", {value}); {MARK}'
        for name, value in zip(_NAMES, values, strict=True)
    )


def _without_ours(text: str) -> str:
    return _OURS.sub("", text)


def _line_of(name: str, lines: list[str]) -> str:
    start = f'user_pref("{name}",'
    return next((line for line in lines if line.startswith(start)), "")


def _put_back(text: str, name: str, line: str) -> str:
    """Let *text* say of the preference *name* what *line* says, or nothing."""
    lines = text.splitlines(keepends=True)
    now = _line_of(name, lines)
    if now.rstrip("\r\n") == line:
        return text
    wanted = f"{line}\n" if line else ""
    if not now:
        return text + wanted
    lines[lines.index(now)] = wanted
    return "".join(lines)


def _is_locked(file: Path) -> bool:
    """Tell whether a running Firefox holds its lock on the profile."""
    if not file.exists():
        return False
    # On Windows the file cannot be opened for writing while Firefox runs.
    try:
        with file.open("r+b") as opened:
            if sys.platform != "win32":
                import fcntl

                fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
