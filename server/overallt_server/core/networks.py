"""Networks: where a request comes from, no finer than whom an address is given to.

A household or an office has one IPv4 network of its own at the most, and an IPv6
network of at least 48 bits: whoever guesses can change his address within it at will.

What is only counted, not guessed, is counted by line: a household has one address of
IPv4, and one network of 64 bits for all of its computers. Its neighbours are others.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
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


def _within(prefixes: Mapping[int, int], address: str) -> str:
    try:
        ip = ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if ip.is_loopback:
        return THIS_COMPUTER
    # As a number, since an address may carry a zone (``fe80::1%eth0``).
    plain = type(ip)(int(ip))
    return str(ip_network((plain, prefixes[ip.version]), strict=False))
