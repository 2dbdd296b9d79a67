"""Where the proxy pauses: on all sites or on some, for a while or until resumed.

While it pauses, pages pass as they came; its server is asked as ever, and what is kept
is sent. What is paused lies in a file, so that it holds when the proxy starts again.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from overallt.client.hosts import site_of
from overallt.client.private_files import replace_private

# In the place of a site: every one. No site is called so.
ALL_SITES: Final = "*"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pause:
    """A site, or all of them, and until when; *until* ``None``: until resumed."""

    site: str
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Tell whether it is not over yet."""
        return self.until is None or now < self.until


class PausedSites:
    """The pauses in the file at *path*, which need not exist.

    Methods that change them wait for the disk: they belong on a thread of their own.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pauses = {pause.site: pause for pause in _read(path)}

    def cover(self, host: str, now: datetime) -> bool:
        """Tell whether pages of *host* pass as they came."""
        if not self._pauses:
            return False
        sites = (ALL_SITES, site_of(host.lower().rstrip(".")))
        found = (self._pauses.get(site) for site in sites)
        return any(pause is not None and pause.holds(now) for pause in found)

    def listed(self, now: datetime) -> list[Pause]:
        """List the pauses that are not over, that of all sites first."""
        pauses = sorted(self._pauses.values(), key=lambda pause: pause.site)
        return [pause for pause in pauses if pause.holds(now)]

    def pause(self, pause: Pause, now: datetime) -> None:
        """Begin *pause*, in the place of one of the same site.

        Raises:
            OSError: it could not be written down; all is as before.
        """
        self._keep([*self._others(pause.site, now), pause])

    def resume(self, site: str, now: datetime) -> None:
        """End the pause of *site*, if there is one.

        Raises:
            OSError: it could not be written down; all is as before.
        """
        self._keep(self._others(site, now))

    def _others(self, site: str, now: datetime) -> list[Pause]:
        return [pause for pause in self.listed(now) if pause.site != site]

    def _keep(self, pauses: list[Pause]) -> None:
        written = {
            pause.site: None if pause.until is None else int(pause.until.timestamp())
            for pause in pauses
        }
        replace_private(self._path, json.dumps(written, indent=1).encode())
        self._pauses = {pause.site: pause for pause in pauses}


def _read(path: Path) -> list[Pause]:
    try:
        written = json.loads(path.read_bytes())
        return [
            Pause(site, None if until is None else datetime.fromtimestamp(until, UTC))
            for site, until in written.items()
        ]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, AttributeError):
        # Somebody else wrote into it. It is as if nothing was paused; the patron sees
        # that on the status page.
        logger.warning("pauses read=no")
        return []
