"""This computer's address in the network that leads out of it."""

import socket
from typing import Final

from overallt.cli.failing import fail

# RFC 5737: an address that nobody has; nothing is sent, only a route looked up.
_FAR_AWAY: Final = ("192.0.2.1", 9)


def own_address() -> str:
    """Return it, or say that there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)
        except OSError:
            fail("This computer is in no network; or write --listen HOST:PORT.")
        return str(probe.getsockname()[0])
