"""Public addresses: which ones a program of ours may connect to for somebody else.

Whoever names a host must not thereby reach what only this machine or its network can:
neither the proxy nor the server connects to any address but these.
"""

import ipaddress
from typing import Final

# RFC 4291, 2.4, and IANA's registry: of all IPv6 only this is given out; what is
# left over are old ways to write addresses of one's own network, or of IPv4.
GIVEN_OUT: Final = ipaddress.IPv6Network("2000::/3")
# RFC 6052: an IPv4 address inside an IPv6 one, for networks without IPv4.
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Tell whether *address*, and any address inside it, is a public one."""
    ip = ipaddress.ip_address(address)
    if not ip.is_global or ip.is_multicast:
        return False
    if ip.version == 4:  # noqa: PLR2004 - IPv4 is what it is called.
        return True
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF).is_global
    inner = [ip.sixtofour, *(ip.teredo or ())]
    return ip in GIVEN_OUT and all(each is None or each.is_global for each in inner)
