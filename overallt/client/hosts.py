"""Names of hosts: how they are written, and which of them are one site.

A site is what one owner has: the name right below a public suffix, with all that is
below it. ``www.dn.se`` and ``dn.se`` are one, ``ada.github.io`` and ``bob.github.io``
are two. Which names are public suffixes is no rule but a list, https://publicsuffix.org,
and a kept library brings it along.
"""

import ipaddress
import re
from collections.abc import Iterator
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

_NAME: Final = re.compile(
    r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*", re.ASCII
)


def host_in(text: str) -> str | None:
    """Return the host that *text* means, a name or a whole address as people paste it.

    It is in lower case and in ASCII, as requests name it; ``None`` if there is none.
    """
    text = text.strip()
    if len(text.split()) != 1:
        return None  # Else parsing would join what stands on two lines.
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        name = host if is_address(host) else host.encode("idna").decode("ascii")
    except ValueError:
        return None
    name = name.lower().rstrip(".")
    return name if is_address(name) or _NAME.fullmatch(name) else None


def read_list() -> None:
    """Read the list of public suffixes, so that nobody waits for it later."""
    _suffixes()


def site_of(host: str) -> str:
    """Return the site that *host* belongs to: its own name if it is in no other."""
    if is_address(host):
        return host
    return _suffixes().privatesuffix(host) or host


def is_public_suffix(host: str) -> bool:
    """Tell whether unrelated owners have their sites right below *host*."""
    # A name that stands alone and is on no list is a machine in one's own network.
    return not is_address(host) and _suffixes().is_public(host, accept_unknown=False)


def domains_of(host: str) -> Iterator[str]:
    """Yield *host* and every domain above it, the longest first."""
    while host:
        yield host
        host = host.partition(".")[2]


def is_address(host: str) -> bool:
    """Tell whether *host* is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@cache
def _suffixes() -> PublicSuffixList:
    # Reading the list takes a tenth of a second: commands that need it not are quick.
    return PublicSuffixList()
