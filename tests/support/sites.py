"""A web site over HTTPS on this machine, for pages that the tests write themselves."""

import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import override

import trustme


@contextmanager
def https_site(
    host: str,
    pages: Mapping[str, bytes],
    *,
    ca: Path,
    port: int = 0,
    aliases: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    redirects: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """Serve *pages* by path as *host* and its *aliases*, each with *headers*.

    A path among *redirects* leads to the address there. Writes the CA to *ca*, gives
    the port.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if redirects and self.path in redirects:
                self._lead_to(redirects[self.path])
                return
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body or b"")

        def _lead_to(self, address: str) -> None:
            self.send_response(302)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Leave the terminal to the tests."""

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host, *aliases).configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        # The greeting is made by the thread that answers, not by the one that accepts.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
