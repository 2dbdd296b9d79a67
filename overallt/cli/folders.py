"""Where the patron's data lies: one folder that only he can read.

```
credentials.json   the server and its access token
gateway.sqlite     paired browsers, hashed
sites.sqlite       sites trusted with one click, and the clicks made so
queue.sqlite       clicks that wait for the server
index              which things exist, as last heard
index.buckets/     the parts of it that were needed, where it is too large
seal.key           the key that seals links
authority/         the CA of this installation
opt-out.txt        hosts that are left alone, one a line
paused.json        where the proxy pauses, and until when
proxy.pac          what tells a browser to use the proxy
profiles           browser profiles that were set up, one a line
```
"""

from dataclasses import dataclass
from pathlib import Path

import platformdirs


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
    def profiles(self) -> Path:
        """Hold the paths of the browser profiles that were set up."""
        return self.root / "profiles"

    def make(self) -> None:
        """Make the folder where missing and close it to everybody else.

        Raises:
            OSError: it cannot be made or written to.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        probe = self.root / ".writable"
        probe.touch(mode=0o600)
        probe.unlink()


def default_root() -> Path:
    """Return the user's own data folder, as the system has it."""
    return Path(platformdirs.user_data_dir("overallt"))
