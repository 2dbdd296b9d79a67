"""What answers where the proxy should listen: asked as a browser would ask.

The gateway's own host is asked for through the proxy, by TLS, trusting the one
authority of this data folder. Only a proxy that signs with its key can answer.
"""

import ssl
from enum import Enum
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Final

from overallt.gateway.messages import HOST

ANSWER_SECONDS: Final = 5.0
# The library tells what a proxy said to CONNECT by this text alone.
_LOCKED: Final = "Tunnel connection failed: 407"


class Listener(Enum):
    """Who listens there; the value says it to people."""

    NOBODY = "not running"
    OURS = "running"
    LOCKED = "running, asks for a password"
    STRANGER = "another program listens there, or a proxy with another authority"


def listener(host: str, port: int, ca: Path) -> Listener:
    """Find out who listens on *host* and *port*; *ca* may be missing."""
    # Without an authority nothing can be ours.
    tls = ssl.create_default_context(cafile=ca if ca.exists() else None)
    connection = HTTPSConnection(host, port, context=tls, timeout=ANSWER_SECONDS)
    connection.set_tunnel(HOST)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except ConnectionRefusedError:
        return Listener.NOBODY
    except (OSError, HTTPException) as error:
        locked = str(error).startswith(_LOCKED)
        return Listener.LOCKED if locked else Listener.STRANGER
    finally:
        connection.close()
    return Listener.OURS
