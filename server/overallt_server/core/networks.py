"""Networks: where a request comes from, no finer than whom an address is given to.

A household or an office has one IPv4 network of its own at the most, and an IPv6
network of at least 48 bits: whoever guesses can change his address within it at will.

What is only counted, not guessed, is counted by line: a household has one address of
IPv4, and one network of 64 bits for all of its computers. Its neighbours are others.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

THIS_COMPUTER: Final = "this computer"
UNKNOWN: Final = "an unknown network"
_NETWORKS: Final = {4: 24, 6: 48}
_LINES: Final = {4: 32, 6: 64}
# Whoever asks asks again soon, and to read an address takes as long as to route it.
_REMEMBERED: Final = 4096


@lru_cache(_REMEMBERED)
def network_of(address: str) -> str:
    """Return the network of *address*, as people may read it.

    ``203.0.113.0/24``, ``2001:db8:1::/48``, ``this computer``; ``an unknown network``
    if *address* is none.
    """
    return _within(_NETWORKS, address)


@lru_cache(_REMEMBERED)
def line_of(address: str) -> str:
    """Return the line of *address*: ``203.0.113.7/32``, ``2001:db8:1:2::/64``.

    What is no line has the name that it has as a network.
    """
    return _within(_LINES, address)


@lru_cache(_REMEMBERED)
def networks_in(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks that *text* lists, with commas between.

    Raises:
        ValueError: one of them is none, such as ``10.0.0.1/8``.
    """
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())


def is_within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Tell whether *address* is one of *networks*."""
    ip = _ip(address)
    return ip is not None and any(ip in each for each in networks)


def _within(prefixes: Mapping[int, int], address: str) -> str:
    ip = _ip(address)
    if ip is None:
        return UNKNOWN
    if ip.is_loopback:
        return THIS_COMPUTER
    return str(ip_network((ip, prefixes[ip.version]), strict=False))


def _ip(address: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    # As a number, since an address may carry a zone (``fe80::1%eth0``).
    return type(ip)(int(ip))
