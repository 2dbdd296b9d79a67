"""Chromium and its kin: whom they trust, and the proxy of one profile.

On Linux they share one NSS store in the home folder. The proxy stands in the
profile's ``Preferences``, as an extension would set it: so it holds however the
browser is started, needs no root, and goes with the profile. Chromium keeps that
file in memory while it runs and writes it when it ends: it has to be closed.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any, ClassVar, Final

from overallt.cli import nss_store
from overallt.cli.places import DIRECT, Before, HostPort, NotChanged
from overallt.cli.their_files import (
    missing_folders,
    read_text,
    remove_empty,
    replace_text,
)

_COMMAND: Final = "overallt setup chromium"
# Ours stands first as long as Chromium has not written the file itself.
_FIRST: Final = re.compile(r'\A{"proxy":{[^{}]*},')


@dataclass(frozen=True, slots=True)
class ChromiumStore:
    """The NSS store in *folder*."""

    kind: ClassVar[str] = "chromium store"
    folder: Path

    @property
    def address(self) -> str:
        """Return the store's folder."""
        return str(self.folder)

    @property
    def title(self) -> str:
        """Name the store by its folder."""
        return f"Chromium's store of certificates {self.folder}"

    @property
    def command(self) -> str:
        """Return the command that sets the store up."""
        return _COMMAND

    def before(self) -> Before:
        """Return which folders will be made for a store that is not there."""
        if nss_store.exists(self.folder):
            return {}
        return {"made": "\n".join(map(str, missing_folders(self.folder)))}

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Let the browsers with this store trust the authority."""
        del proxy  # A store knows none.
        nss_store.make(self.folder)
        nss_store.trust(self.folder, ca)

    def undo(self, before: Before) -> None:
        """Take the authority out, and the store too, if we made it for this alone."""
        nss_store.distrust(self.folder)
        if "made" in before:
            nss_store.remove_if_empty(self.folder)
            remove_empty([Path(line) for line in before["made"].splitlines()])

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say if the authority is not in the store."""
        del proxy  # A store knows none.
        if nss_store.trusts(self.folder, ca):
            return None
        return "does not have the proxy's certificate authority"


@dataclass(frozen=True, slots=True)
class ChromiumProfile:
    """The profile of Chromium, or of a browser made from it, in *folder*."""

    kind: ClassVar[str] = "chromium"
    folder: Path

    @property
    def address(self) -> str:
        """Return the profile's folder."""
        return str(self.folder)

    @property
    def title(self) -> str:
        """Name the profile by its folder."""
        return f"The Chromium profile {self.folder}"

    @property
    def command(self) -> str:
        """Return the command that sets just this profile up."""
        return f"{_COMMAND} --profile {quote(str(self.folder))}"

    def before(self) -> Before:
        """Return the proxy that the profile has, if any."""
        proxy = self._read().get("proxy")
        return {} if proxy is None else {"proxy": json.dumps(proxy)}

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Let the profile use the proxy from now on."""
        del ca  # Trust is the store's.
        self._must_be_closed()
        text = read_text(self._file)
        if not text.startswith("{"):
            raise NotChanged(
                f"There is no Chromium profile in {self.folder} yet. Start the browser "
                'with it once and close it; chrome://version names it "Profile Path".'
            )
        if "proxy" in self._read():
            self._write("proxy", _proxy(proxy))
        else:
            ours = json.dumps({"proxy": _proxy(proxy)}, separators=(",", ":"))
            replace_text(self._file, f"{ours[:-1]},{text[1:]}")

    def undo(self, before: Before) -> None:
        """Take the proxy out again; put back the one that was there."""
        text = read_text(self._file)
        if not text:
            return
        self._must_be_closed()
        if "proxy" not in before and _FIRST.match(text):
            replace_text(self._file, _FIRST.sub("{", text))
        else:
            self._write("proxy", json.loads(before.get("proxy", "null")))

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say if the profile does not use the proxy any more."""
        del ca  # Trust is the store's.
        if not self._file.exists():
            return "is not there any more"
        if self._read().get("proxy") == _proxy(proxy):
            return None
        return "does not use the proxy {}:{}".format(*proxy)

    @property
    def _file(self) -> Path:
        return self.folder / "Preferences"

    def _read(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(read_text(self._file) or "{}")
        except ValueError:
            raise NotChanged(f"{self._file} is no file of Chromium's.") from None
        return found

    def _write(self, name: str, value: object) -> None:
        data = self._read()
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        replace_text(self._file, text)

    def _must_be_closed(self) -> None:
        if _is_running(self.folder.parent / "SingletonLock"):
            raise NotChanged("Close Chromium first: it would undo what is done now.")


def _proxy(proxy: HostPort) -> dict[str, str]:
    host, port = proxy
    return {
        "mode": "fixed_servers",
        "server": f"{host}:{port}",
        "bypass_list": ";".join(DIRECT),
    }


def _is_running(lock: Path) -> bool:
    """Tell whether the process that *lock*, a link to ``host-pid``, names is there."""
    if not lock.is_symlink():
        return False
    pid = lock.readlink().name.rpartition("-")[2]
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
