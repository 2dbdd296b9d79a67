"""Names where requests arrive by address: from a phone's tunnel, from local capture.

Whoever comes that way has asked for a name's address first, and then speaks to the
address. To whom he means to speak is said by TLS's greeting (SNI) or, without TLS, by
``Host``; that is taken for a name given to an HTTP proxy, and from there on all is
decided alike. The name is looked up again and connected to, and with TLS the site has
to prove it: so whoever lies about it gets what the name stands for.

Questions for names are answered here, whichever name server they were sent to: as the
egress finds addresses, without those that it would refuse, and with one that nobody has
for names that no name server knows. The gateway's name counts only together with that
address. Not answered are questions for anything but addresses: what a name says of
HTTPS (RFC 9460) would let browsers encrypt it in their greeting.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from typing import Final

from mitmproxy.dns import DNSFlow, DNSMessage, Question, ResourceRecord
from mitmproxy.http import HTTPFlow
from mitmproxy.net.dns import classes, op_codes, response_codes, types
from mitmproxy.tls import ClientHelloData

from overallt.gateway.messages import HOST
from overallt.protocol.public_addresses import is_public
from overallt.proxy.egress import Egress, EgressRefused

type Address = IPv4Address | IPv6Address

# RFC 5737 and 3849: for documents, so nobody has them, in whatever network a phone is;
# about what is private (10.0.0.0/8) browsers ask their readers before they go there.
GIVEN_OUT: Final = IPv4Network("198.51.100.0/25")
GATEWAY: Final = str(GIVEN_OUT[1])
NAME_SERVER: Final = "198.51.100.253"
PHONE: Final = ("198.51.100.254", "2001:db8::254")
# Mozilla's "canary domain": without an address, Firefox asks its system for names.
CANARY: Final = "use-application-dns.net"
# The egress asks for a service, too; of those, this is the one we are here for.
_PORT: Final = 443


class Names:
    """What mitmproxy calls for a question, and at the start of what follows on it.

    *local_sites* get an address that nobody has, too, as many as there are. In one's
    *own_network* addresses stay what they are, whatever is claimed to be there.
    """

    def __init__(
        self, egress: Egress, local_sites: Iterable[str], *, own_network: bool
    ) -> None:
        self._egress = egress
        self._own_network = own_network
        own = zip([HOST, *local_sites], GIVEN_OUT.hosts(), strict=False)
        self._own: dict[str, Address] = dict(own)

    async def dns_request(self, flow: DNSFlow) -> None:
        """Answer a question; no other name server is ever asked."""
        flow.response = await self._answer(flow.request)

    def tls_clienthello(self, data: ClientHelloData) -> None:
        """Take the connection for one to the name in its greeting."""
        address = data.context.server.address
        if address is not None:
            name = self._name(address[0], data.client_hello.sni)
            data.context.server.address = (name, address[1])

    def requestheaders(self, flow: HTTPFlow) -> None:
        """Take a request without TLS for one to the host that it names."""
        if not flow.client_conn.tls:
            request = flow.request
            # The property would write the header anew as well.
            request.data.host = self._name(request.host, request.pretty_host)

    def _name(self, address: str, claimed: str | None) -> str:
        """Return what is at *address*, for somebody who says that *claimed* is."""
        name = (claimed or "").lower().rstrip(".")
        if name == HOST and address != GATEWAY:
            return address
        if self._own_network and not self._is_public(address):
            return address
        return name or address

    def _is_public(self, address: str) -> bool:
        return ip_address(address) in GIVEN_OUT or is_public(address)

    async def _answer(self, message: DNSMessage) -> DNSMessage:
        question = message.question
        if (
            question is None
            or message.op_code != op_codes.QUERY
            or question.class_ != classes.IN
        ):
            return message.fail(response_codes.NOTIMP)
        name = question.name.lower().rstrip(".")
        try:
            found = await self._addresses(name)
        except EgressRefused:
            return message.fail(response_codes.NXDOMAIN)
        kind = types.A if found[0].version == 4 else types.AAAA  # noqa: PLR2004 - IPv4.
        if question.type != kind:
            return message.succeed([])
        return message.succeed([_record(question, each) for each in found])

    async def _addresses(self, name: str) -> list[Address]:
        """Return the addresses of *name*, at least one, all of the same family."""
        if name in self._own:
            return [self._own[name]]
        if name == CANARY:
            raise EgressRefused
        found = await self._egress.find(name, _PORT)
        # Given both, a browser could not find out which of them works: the tunnel takes
        # every connection, and only behind it one fails.
        old = [each for each in found if "." in each]
        return [*map(ip_address, old or found)]


def _record(question: Question, address: Address) -> ResourceRecord:
    return ResourceRecord(
        name=question.name,
        type=question.type,
        class_=question.class_,
        ttl=ResourceRecord.DEFAULT_TTL,
        data=address.packed,
    )
