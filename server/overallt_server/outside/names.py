"""Names of the internet: their addresses and texts, from the domain name system alone.

What this machine is told besides, in its file of hosts or by its network, names what no
stranger has to reach.
"""

import socket
from collections.abc import Sequence
from functools import cached_property
from typing import Final, override

from aiohttp.abc import AbstractResolver, ResolveResult
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.rdatatype import TXT
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration

from overallt_server.core.found_pages import Unreachable

SECONDS: Final = 5.0


class Names(AbstractResolver):
    """Asks *resolver*, by default those that this machine is set up with."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._given = resolver

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return the addresses of *host*, of both families.

        Raises:
            OSError: it has none, or nobody says so.
        """
        try:
            found = await self._resolver.resolve_name(host, lifetime=SECONDS)
        except DNSException as error:
            raise OSError("The name is not known.") from error
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address, kind in found.addresses_and_families()
        ]

    async def texts(self, name: str) -> Sequence[str]:
        """Return the TXT records of *name*, each in one piece; none if it has none.

        Raises:
            Unreachable: nobody answers.
        """
        try:
            answer = await self._resolver.resolve(name, TXT, lifetime=SECONDS)
        except (NXDOMAIN, NoAnswer):
            return []
        except DNSException as error:
            raise Unreachable(f"The name {name} could not be looked up.") from error
        return [b"".join(record.strings).decode(errors="replace") for record in answer]

    @override
    async def close(self) -> None:
        """Do nothing: no connection is kept."""

    @cached_property
    def _resolver(self) -> Resolver:
        if self._given is not None:
            return self._given
        try:
            return Resolver()
        except NoResolverConfiguration:
            # A machine without a network: it knows no name at all.
            return Resolver(configure=False)
