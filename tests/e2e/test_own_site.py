"""A visitor without a proxy, on a site whose owner runs one in front of it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import override

from browsers import browser
from loopback import HOST, free_port
from world import World, program

from overallt.demo.site import STRICT_POLICY

PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Bread</title>
<h1>Bread</h1><p>Flour, water, salt, and a day. [Flattr=%s] That is all of it.</p>
<p>Nobody has this: [Flattr=9999999].</p></html>"""


@contextmanager
def web_server(page: str) -> Iterator[int]:
    """Serve *page* as the owner's web server does; gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", STRICT_POLICY)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_visitor_flattrs_by_a_link_that_every_policy_lets_through(
    earth: World, kind: str
) -> None:
    earth.start_server()
    with browser(kind, earth.folder / "ben") as ben:
        earth.sign_up(ben, "ben")
        tag = earth.register(ben, "/bread", "Bread")
    port = free_port()
    site = [
        *("overallt", "site", "--listen", f"{HOST}:{port}", "--workers", "2"),
        *("--server", earth.url),
    ]
    own = {**os.environ, "OVERALLT_HOME": str(earth.folder / "site")}

    with (
        web_server(PAGE % tag) as upstream,
        program([*site, f"http://{HOST}:{upstream}"], own),
        browser(kind, earth.folder / "ada") as ada,
    ):
        earth.sign_up(ada, "ada")
        earth.operate_then("means", "add", "ada", "20.00", "--reason", "by hand")
        ada.open(f"{earth.url}/budget")
        ada.write("input[name=amount]", "5.00")
        ada.press("form[action='/budget'] button")
        ada.wait_for("a[href='/things/new']")
        ada.open(f"http://{HOST}:{port}/")
        ada.wait_for(f"a[href='{earth.url}/thing/{tag}'] svg")
        ada.picture(earth.folder / "site.png")
        buttons = ada.count("a")
        ada.press_into_new_tab(f"a[href='{earth.url}/thing/{tag}']")
        ada.press("#flattr")
        ada.wait_for("#flattred")
        flattred = ada.text("#flattrs")

    assert 1 == buttons
    assert "1" == flattred
