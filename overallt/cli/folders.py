"""Where the patron's data lies: one folder that only he can read.

```
credentials.json   the server and its access token
gateway.sqlite     paired browsers, hashed
sites.sqlite       sites trusted with one click, and the clicks made so
queue.sqlite       clicks that wait for the server
index              which things exist, as last heard
index.buckets/     the parts of it that were needed, where it is too large
site-index         the same (with its .buckets) for a site of the patron's own
seal.key           the key that seals links
authority/         the CA of this installation
opt-out.txt        hosts that are left alone, one a line
paused.json        where the proxy pauses, and until when
proxy.pac          what tells a browser to use the proxy
password           what a phone sends to the proxy
changes.json       what set-up changed elsewhere on this computer
made               the folders above that were made with this one, one a line
```

Undoing set-up deletes all of it but the sign-in.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from overallt.cli.their_files import missing_folders, remove_empty
from overallt.client.private_files import replace_private

# What SQLite and a replacement that was stopped may leave beside a file.
_BESIDE: Final = ("-journal", "-shm", "-wal")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder at *root*."""

    root: Path

    @property
    def credentials(self) -> Path:
        """Hold the server's address and the access token."""
        return self.root / "credentials.json"

    @property
    def browsers(self) -> Path:
        """Hold the paired browsers."""
        return self.root / "gateway.sqlite"

    @property
    def sites(self) -> Path:
        """Hold the sites where one click is enough, and the clicks made there."""
        return self.root / "sites.sqlite"

    @property
    def queue(self) -> Path:
        """Hold the confirmed clicks that the server has not answered yet."""
        return self.root / "queue.sqlite"

    @property
    def index(self) -> Path:
        """Hold the index of things as it was last heard of."""
        return self.root / "index"

    @property
    def site_index(self) -> Path:
        """Hold the index for the proxy in front of the user's own site."""
        return self.root / "site-index"

    @property
    def opt_out(self) -> Path:
        """Hold the hosts that the patron wants left alone."""
        return self.root / "opt-out.txt"

    @property
    def paused_sites(self) -> Path:
        """Hold where the proxy pauses, and until when."""
        return self.root / "paused.json"

    @property
    def seal_key(self) -> Path:
        """Hold the key that seals links."""
        return self.root / "seal.key"

    @property
    def authority(self) -> Path:
        """Hold the CA and its key."""
        return self.root / "authority"

    @property
    def pac(self) -> Path:
        """Hold the proxy's PAC file."""
        return self.root / "proxy.pac"

    @property
    def password(self) -> Path:
        """Hold the password with which a phone uses the proxy."""
        return self.root / "password"

    @property
    def wireguard_keys(self) -> Path:
        """Hold the keys of the tunnel through which a phone uses the proxy."""
        return self.root / "wireguard.json"

    @property
    def changes(self) -> Path:
        """Hold the list of what set-up changed elsewhere."""
        return self.root / "changes.json"

    @property
    def made(self) -> Path:
        """Hold the paths of the folders that were made to hold this one."""
        return self.root / "made"

    def make(self) -> None:
        """Make the folder where missing and close it to everybody else.

        Raises:
            OSError: it cannot be made or written to.
        """
        missing = missing_folders(self.root.absolute())
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        # This also tells whether the folder can be written to.
        if missing:
            replace_private(self.made, "\n".join(map(str, missing)).encode())
        else:
            probe = self.root / ".writable"
            probe.touch(mode=0o600)
            probe.unlink()

    def clear(self) -> None:
        """Delete all but the sign-in, and the folder too if it is then empty."""
        made = self.made.read_text(encoding="utf-8") if self.made.exists() else ""
        for file in self._without_sign_in():
            for name in (file.name, *(f"{file.name}{end}" for end in _BESIDE)):
                file.with_name(name).unlink(missing_ok=True)
            file.with_suffix(".new").unlink(missing_ok=True)
        for folder in (self.authority, *self._bucket_folders()):
            remove_empty([folder])
        if self.root.exists() and not self.credentials.exists():
            self.made.unlink(missing_ok=True)
            remove_empty([Path(line) for line in made.splitlines()])

    def _bucket_folders(self) -> list[Path]:
        both = (self.index, self.site_index)
        return [each.with_name(f"{each.name}.buckets") for each in both]

    def _without_sign_in(self) -> tuple[Path, ...]:
        return (
            *self.authority.glob("*"),
            *(file for each in self._bucket_folders() for file in each.glob("*")),
            self.browsers,
            self.sites,
            self.queue,
            self.index,
            self.site_index,
            self.opt_out,
            self.paused_sites,
            self.seal_key,
            self.pac,
            self.password,
            self.wireguard_keys,
            self.changes,
        )


def default_root() -> Path:
    """Return the user's own data folder, as the system has it."""
    return Path(platformdirs.user_data_dir("overallt"))
