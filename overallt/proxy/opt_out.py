"""Which hosts are left alone altogether: their pages never pass through our hands.

Who says so, from the first that speaks to the last:

1. the patron: what he gave the command, then his own file, where the line that names
   the host most exactly decides
2. what has no place in public: names without a dot or under an ending that is kept for
   private networks, and addresses of such networks
3. the list that comes with the proxy: banks, payment, mail, health, government
"""

import contextlib
from functools import cache
from importlib import resources
from typing import Final

from overallt.client.hosts import domains_of, is_address
from overallt.client.opt_out_file import OptOutFile, OptOutHosts, parse
from overallt.protocol.public_addresses import is_public

LIST: Final = "opt_out.txt"

# RFC 6762, 3 and appendix G; RFC 8375; RFC 6761, 6.3; ICANN kept "internal" in 2024.
PRIVATE_ENDINGS: Final = frozenset(
    {
        *("corp", "home", "home.arpa", "internal", "intranet", "lan", "local"),
        *("localdomain", "localhost", "private"),
    }
)


class OptOut:
    """Tells which hosts are left alone, by all who have a say in it.

    *added* is what the patron gave the command; *file* is his own list.
    """

    def __init__(self, *, added: frozenset[str], file: OptOutFile) -> None:
        self._added = OptOutHosts(left_alone=added)
        self._file = file
        self._own = OptOutHosts()

    def covers(self, host: str) -> bool:
        """Tell whether *host* is left alone."""
        host = host.lower().rstrip(".")
        with contextlib.suppress(OSError):
            self._own = self._file.read()
        # A list that cannot be read opens nothing: what it last said holds.
        for own in (self._added, self._own):
            for domain in domains_of(host):
                if domain in own.left_alone:
                    return True
                if domain in own.excepted:
                    return False
        return is_private(host) or not known_hosts().isdisjoint(domains_of(host))


def is_private(host: str) -> bool:
    """Tell whether *host*, in lower case, names something in a private network."""
    if is_address(host):
        return not is_public(host)
    return "." not in host or not PRIVATE_ENDINGS.isdisjoint(domains_of(host))


@cache
def known_hosts() -> frozenset[str]:
    """Return the list that comes with the proxy."""
    file = resources.files("overallt.proxy") / LIST
    lines = file.read_text(encoding="utf-8").splitlines()
    # The headings are for who reads the file.
    hosts = (line for line in lines if not line.startswith("["))
    return parse("\n".join(hosts)).left_alone
