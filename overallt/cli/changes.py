"""The list of all that set-up has changed on this computer, so that it can be undone.

A place is noted, with what stood there, *before* it is changed; so whatever was
changed is in the list, even if the program was stopped in the middle. Noted twice,
the first entry holds: the second time there is nothing left of what was there before.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from overallt.cli.chromium_places import ChromiumProfile, ChromiumStore
from overallt.cli.firefox_profile import FirefoxProfile
from overallt.cli.gnome_proxy import GnomeProxy
from overallt.cli.phone_password import PhonePassword
from overallt.cli.phone_wireguard import PhoneWireGuard
from overallt.cli.places import Before, Place
from overallt.cli.system_store import SystemStore
from overallt.client.private_files import replace_private

_PLACES: Final[Mapping[str, Callable[[str], Place]]] = {
    FirefoxProfile.kind: lambda address: FirefoxProfile(Path(address)),
    ChromiumStore.kind: lambda address: ChromiumStore(Path(address)),
    ChromiumProfile.kind: lambda address: ChromiumProfile(Path(address)),
    SystemStore.kind: lambda address: SystemStore(Path(address)),
    GnomeProxy.kind: lambda _: GnomeProxy(),
    PhonePassword.kind: lambda address: PhonePassword(Path(address)),
    PhoneWireGuard.kind: lambda address: PhoneWireGuard(Path(address)),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One place that was changed, and what stood there before."""

    kind: str
    address: str
    before: Before

    @property
    def place(self) -> Place:
        """Return the place itself."""
        return _PLACES[self.kind](self.address)

    def is_of(self, place: Place) -> bool:
        """Tell whether this is the change of *place*."""
        return (self.kind, self.address) == (place.kind, place.address)


class Changes:
    """The list in the file at *path*."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Change]:
        """List them, oldest first."""
        if not self._path.exists():
            return []
        entries = json.loads(self._path.read_text(encoding="utf-8"))
        return [Change(**entry) for entry in entries]

    def note(self, place: Place) -> None:
        """Note *place* as it is now, unless it is noted already.

        Raises:
            NotChanged: what is there cannot be read.
        """
        known = self.all()
        if not any(each.is_of(place) for each in known):
            self._write([*known, Change(place.kind, place.address, place.before())])

    def forget(self, change: Change) -> None:
        """Forget a change that was undone."""
        self._write([each for each in self.all() if each != change])

    def _write(self, changes: list[Change]) -> None:
        entries = [asdict(each) for each in changes]
        replace_private(self._path, json.dumps(entries, indent=1).encode())
