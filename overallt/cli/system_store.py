"""The system's store of trusted authorities, for programs that keep none themselves.

Only root may write it, and we never become root by ourselves: without that right the
commands are shown instead, and whoever types them is asked for the password by his
own system. Tried on Debian; the other rows come from those systems' manuals.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, override

from overallt.cli.own_file import OwnFile
from overallt.cli.places import Before, HostPort, NotChanged
from overallt.cli.their_programs import run

# Without the word it forgets no authority that is gone.
_DEBIAN: Final = ("update-ca-certificates", "--fresh")
# The file to put there, and the program that then reads all of them anew.
_ANCHORS: Final[Mapping[Path, tuple[str, ...]]] = {
    # Debian, Ubuntu, Alpine.
    Path("/usr/local/share/ca-certificates/overallt.crt"): _DEBIAN,
    # Fedora, RHEL.
    Path("/etc/pki/ca-trust/source/anchors/overallt.pem"): ("update-ca-trust",),
    # Arch.
    Path("/etc/ca-certificates/trust-source/anchors/overallt.crt"): (
        "update-ca-trust",
    ),
    # SUSE.
    Path("/etc/pki/trust/anchors/overallt.pem"): _DEBIAN,
}
_SYSTEM_PATH: Final = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
REFRESH_SECONDS: Final = 120
# Never tried: shown to be typed, not run.
_BY_HAND: Final[Mapping[str, str]] = {
    "darwin": "sudo security add-trusted-cert -d -r trustRoot "
    "-k /Library/Keychains/System.keychain '{ca}'",
    "win32": 'certutil -user -addstore Root "{ca}"',
}


def system_store(ca: Path) -> "SystemStore":
    """Return this system's store.

    Raises:
        NotChanged: it is none that this program can write; the text tells how to
            put the file *ca* in by hand.
    """
    for file, (program, *_) in _ANCHORS.items():
        if file.parent.is_dir() and shutil.which(program, path=_SYSTEM_PATH):
            return SystemStore(file)
    by_hand = _BY_HAND.get(sys.platform)
    if by_hand is None:
        raise NotChanged(f"This system keeps no store known here. The file is {ca}")
    raise NotChanged(
        "Type this yourself (never tried by us), and use the proxy by the system's "
        f"own settings:\n  {by_hand.format(ca=ca)}"
    )


@dataclass(frozen=True, slots=True)
class SystemStore(OwnFile):
    """The store into which *file* is put."""

    kind: ClassVar[str] = "system store"

    @property
    def title(self) -> str:
        """Name the store by the file that is put there."""
        return f"The system's store of certificates ({self.file})"

    @property
    def command(self) -> str:
        """Return the command that sets it up."""
        return "overallt setup system"

    def set_up(self, ca: Path, proxy: HostPort) -> None:
        """Let the system trust the authority."""
        del proxy  # That is the desktop's matter.
        if self.problem(ca, ("", 0)) is None:
            return
        self._must_be_writable(f"install -m 644 '{ca}' {self.file}")
        self.file.write_bytes(ca.read_bytes())
        self.file.chmod(0o644)
        self._refresh()

    @override
    def undo(self, before: Before) -> None:
        """Take the authority out again."""
        del before
        if self.file.exists():
            self._must_be_writable(f"rm {self.file}")
            self.file.unlink()
            self._refresh()

    def problem(self, ca: Path, proxy: HostPort) -> str | None:
        """Say if another authority, or none, is there."""
        del proxy
        if self.file.exists() and self.file.read_bytes() == ca.read_bytes():
            return None
        return "does not have the proxy's certificate authority"

    def _must_be_writable(self, command: str) -> None:
        if os.access(self.file.parent, os.W_OK):
            return
        refresh = " ".join(_ANCHORS[self.file])
        raise NotChanged(
            "Only root may change what the whole system trusts. Type this, then the "
            f'same command again:\n  sudo sh -c "{command} && {refresh}"'
        )

    def _refresh(self) -> None:
        run(*_ANCHORS[self.file], path=_SYSTEM_PATH, seconds=REFRESH_SECONDS)
