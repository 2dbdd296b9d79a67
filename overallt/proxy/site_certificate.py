"""The certificate of an owner's own site, for TLS with its visitors.

Certificates are renewed every few weeks, in the same file; the new one is taken from
the next connection on. While the file makes no sense the one before it stays.
"""

import logging
from pathlib import Path
from typing import Any, Final

from OpenSSL import SSL

# In our order; RFC 7301, 3.2.
PROTOCOLS: Final = (b"h2", b"http/1.1")

logger = logging.getLogger(__name__)


class SiteCertificate:
    """The certificates and their key in the file at *path*.

    Raises:
        OSError: the file cannot be read.
        SSL.Error: it holds no certificate with its key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written_at_ns = path.stat().st_mtime_ns
        self._context = _context(path)

    def connection(self) -> SSL.Connection:
        """Return the server's end of a new TLS connection, without a socket."""
        try:
            self._look()
        except (OSError, SSL.Error) as error:
            logger.warning("certificate read=no reason=%s", type(error).__name__)
        connection = SSL.Connection(self._context)
        connection.set_accept_state()
        return connection

    def _look(self) -> None:
        written_at_ns = self._path.stat().st_mtime_ns
        if written_at_ns != self._written_at_ns:
            self._written_at_ns = written_at_ns
            self._context = _context(self._path)


def _context(path: Path) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.use_certificate_chain_file(str(path))
    context.use_privatekey_file(str(path))
    context.check_privatekey()
    context.set_alpn_select_callback(_choose)
    return context


def _choose(_connection: SSL.Connection, offered: list[bytes]) -> bytes | Any:
    for each in PROTOCOLS:
        if each in offered:
            return each
    return SSL.NO_OVERLAPPING_PROTOCOLS
