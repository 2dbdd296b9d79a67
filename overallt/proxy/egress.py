"""Where the proxy may connect to: the public internet, and named exceptions.

A browser keeps pages from reaching into the patron's machine and network by
where it connects itself; through a proxy that wall would be gone. So names are
resolved here, once, and the address found is the one that is connected to: a
name that is harmless when it is looked at and 127.0.0.1 a moment later gains
nothing (DNS rebinding).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Self, override

from overallt.client.hosts import is_address
from overallt.protocol.public_addresses import is_public

type Address = tuple[str, int]
type Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


class EgressRefused(Exception):
    """The proxy connects to public addresses only."""


class Pinned(tuple[str, int]):  # noqa: SLOT001 - A tuple can have none that hold anything.
    """An address that was judged, in the place of the one that was *asked_for*.

    To connect to, it is the one; to whoever looks whether there is a connection
    already, or will be in a moment, it equals the other.
    """

    asked_for: Address

    @classmethod
    def instead_of(cls, asked_for: Address, judged: Address) -> Self:
        """Return *judged* for the connection that *asked_for* names."""
        pinned = cls(judged)
        pinned.asked_for = asked_for
        return pinned

    @override
    def __eq__(self, other: object) -> bool:
        return self.asked_for == other

    @override
    def __hash__(self) -> int:
        return hash(self.asked_for)


class Egress:
    """Finds the address to connect to, or refuses.

    *local_sites* maps lower-case names to addresses of this machine; *reserved*
    names hosts that are never connected to, whatever they resolve to. *own_network*
    lets through who asks for an address of the network around as such, and not by a
    name: for programs whose connections would lead there without us.
    """

    def __init__(
        self,
        *,
        local_sites: Mapping[str, Address],
        reserved: frozenset[str],
        own_network: bool,
        resolve: Resolver,
    ) -> None:
        self._local_sites = local_sites
        self._reserved = reserved
        self._own_network = own_network
        self._resolve = resolve

    async def pin(self, host: str, port: int) -> Address:
        """Return the address to connect to for *host* and *port*.

        Raises:
            EgressRefused: it is this machine, the network around it, or unknown.
        """
        local = self._local_sites.get(host.lower().rstrip("."))
        if local is not None:
            return local
        if self._own_network and is_address(host):
            return host, port
        found = await self.find(host, port)
        return found[0], port

    async def find(self, host: str, port: int) -> list[str]:
        """Return the public addresses of *host*, best first, at least one.

        Raises:
            EgressRefused: it has none, or is unknown.
        """
        name = host.lower().rstrip(".")
        if name in self._reserved:
            raise EgressRefused
        if "." not in name and ":" not in name:
            raise EgressRefused
        try:
            resolved = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise EgressRefused("The name is not known.") from None
        # The resolver's order is kept: it knows which family works here
        # (RFC 6724).
        found = [each for each in resolved if is_public(each)]
        if not found:
            raise EgressRefused
        return found


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of *host*, best first."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]
