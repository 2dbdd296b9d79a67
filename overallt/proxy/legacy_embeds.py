"""Answers what pages still ask of Flattr's own servers: its script and its frames.

The rewriter has replaced every frame that stands in a page's source. Asked for are
those that a page's scripts put there. The script is one of ours that does nothing: it
only keeps the page's own scripts from failing. Neither sets a cookie, and the script is
the same for everybody.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Final

from mitmproxy import http

from overallt.client.hosts import host_in
from overallt.gateway.seals import Printed
from overallt.proxy.buttons import Buttons
from overallt.tagging import legacy_buttons

HOSTS: Final = frozenset({"api.flattr.com", "button.flattr.com"})
LOADER: Final = re.compile(r"/js/[^/?]+/load\.js(?:\?.*)?")

# A page may be isolated (HTML Standard, "cross-origin embedder policies"): then only
# what says that it may be embedded anywhere is shown.
_EMBEDDABLE: Final = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Content-Type-Options": "nosniff",
}
SCRIPT_HEADERS: Final = _EMBEDDABLE | {
    "Content-Type": "text/javascript; charset=utf-8",
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "public, max-age=86400",
}
FRAME_HEADERS: Final = _EMBEDDABLE | {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    # The link in it is good for a day, and for the page around it only.
    "Cache-Control": "no-store",
}
FRAME: Final = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    "<title>Flattr</title><style>body{margin:0}</style></head>"
    "<body>%s</body></html>"
)


class LegacyEmbeds:
    """What mitmproxy calls for each request.

    *is_left_alone* is asked for its host, and for that of the page around it.
    """

    def __init__(
        self, buttons: Buttons, *, is_left_alone: Callable[[str], bool]
    ) -> None:
        self._buttons = buttons
        self._is_left_alone = is_left_alone

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer instead of Flattr's servers what was asked of them."""
        request = flow.request
        if request.host not in HOSTS or request.method not in {"GET", "HEAD"}:
            return
        page = request.headers.get("referer", "")
        hosts = (request.host, host_in(page))
        if any(host and self._is_left_alone(host) for host in hosts):
            return
        if LOADER.fullmatch(request.path):
            flow.response = http.Response.make(200, _script(), SCRIPT_HEADERS)
            return
        old = legacy_buttons.read_frame(request.url)
        if old is not None:
            printed = Printed(page, in_document=False)
            button = self._buttons.on(printed, sandboxed=False).old(old)
            frame = FRAME % (button or "")
            flow.response = http.Response.make(
                200, frame.encode("ascii", "xmlcharrefreplace"), FRAME_HEADERS
            )


@cache
def _script() -> bytes:
    return (resources.files("overallt.proxy") / "static" / "load.js").read_bytes()
