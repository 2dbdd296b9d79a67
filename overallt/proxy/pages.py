"""Pages on their way through mitmproxy: which are rewritten, how, and what they become.

Whom the buttons lead to, and which hosts are left alone, is decided elsewhere: here it
is asked, page by page, what to print (``Printing``). Those who know are the addons of
the two proxies, that of a patron and that in front of an owner's site.

I7: whatever fails in here, the reader gets his page. So whatever touches a page
is wrapped, and what is not a page streams through untouched and unbuffered.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from mitmproxy import http

from overallt.proxy import headers
from overallt.proxy.bodies import Body, rewritten
from overallt.proxy.decoding import Decoder, decoder_for
from overallt.proxy.eligibility import (
    Decision,
    asks_for_document,
    decide,
    is_sandboxed,
)
from overallt.proxy.encoding import Encoder, encoder_for
from overallt.proxy.failures import told
from overallt.proxy.whole import is_whole
from overallt.tagging.legacy_buttons import LegacyButton
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

# Uploads that are larger, or do not say how large, are not gathered but sent on.
MAX_GATHERED_BYTES: Final = 64 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Printing:
    """What is printed into one page, in order, for each text tag and each old button.

    Both give markup, or ``None`` for none; without *old* old buttons are not sought.
    """

    text_tag: Callable[[TextTag], str | None]
    old: Callable[[LegacyButton], str | None] | None


class Printer(Protocol):
    """Whoever decides what is printed; asked for each page, before its body."""

    def __call__(self, flow: http.HTTPFlow, /, *, sandboxed: bool) -> Printing | None:
        """Return what is printed into a page; ``None`` if it is left alone."""
        ...  # pragma: no cover


class Pages:
    """What mitmproxy's hooks do to the pages among all that passes.

    *printer* says what to print; *is_here* tells of a flow whether nobody pays for the
    bytes of its last hop, so that they need not be encoded again.
    """

    def __init__(
        self, printer: Printer, *, is_here: Callable[[http.HTTPFlow], bool]
    ) -> None:
        self._printer = printer
        self._is_here = is_here

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Fit the request to what this proxy can pass back."""
        request = flow.request
        request.stream = may_be_large(request)
        headers.fit_request(
            request.headers,
            for_document=asks_for_document(request.method, request.headers),
        )

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Stream every response that is not here whole, a page through its rewriter."""
        response = flow.response
        if response is None:
            return
        headers.fit_connection(response.headers, flow.request.http_version)
        response.stream = not is_whole(response)
        if not response.stream:
            return
        try:
            parts = self._parts(flow, response)
        except Exception as error:  # noqa: BLE001 - I7: the page passes as it is.
            _log_bail_out(error)
            return
        if parts is None:
            return
        chunked = (
            flow.request.http_version == "HTTP/1.1"
            and response.http_version != "HTTP/1.0"
        )
        headers.fit_streamed(response.headers, chunked=chunked)
        headers.fit_rewritten(response.headers, encoded=not self._is_here(flow))
        response.stream = _stream(Body(*parts))

    def response(self, flow: http.HTTPFlow) -> None:
        """Rewrite a page that is here whole; without text tags it stays as it came."""
        response = flow.response
        if response is None or response.stream:
            return
        if flow.request.method == "HEAD":
            # Our own answers have a body, and here none may follow the head: it would
            # be read as the next answer (RFC 9110, 9.3.2).
            response.raw_content = b""
        try:
            parts = self._parts(flow, response)
            body = parts and rewritten(response.raw_content or b"", *parts)
        except Exception as error:  # noqa: BLE001 - I7: the page passes as it is.
            _log_bail_out(error)
            return
        if body is not None:
            headers.fit_rewritten(response.headers, encoded=not self._is_here(flow))
            response.headers["Content-Length"] = str(len(body))
            response.raw_content = body

    def _parts(
        self, flow: http.HTTPFlow, response: http.Response
    ) -> tuple[Decoder, Rewriter, Encoder] | None:
        """Return what a page passes through; ``None`` if *response* is none."""
        request = flow.request
        decision = decide(
            method=request.method,
            request_headers=request.headers,
            status=response.status_code,
            response_headers=response.headers,
        )
        encodings = response.headers.get("content-encoding", "")
        decoder = decoder_for(encodings)
        if decision is not Decision.REWRITE or decoder is None:
            return None
        printing = self._printer(flow, sandboxed=is_sandboxed(response.headers))
        if printing is None:
            return None
        rewriter = Rewriter(
            content_type=response.headers.get("content-type"),
            render=printing.text_tag,
            render_legacy=printing.old,
        )
        return decoder, rewriter, encoder_for("" if self._is_here(flow) else encodings)


def may_be_large(request: http.Request) -> bool:
    """Tell whether a request's body is too large to be gathered, or does not say."""
    length = request.headers.get("content-length", "")
    return not length.isdecimal() or int(length) > MAX_GATHERED_BYTES


def _stream(body: Body) -> Callable[[bytes], list[bytes]]:
    """Wrap *body* so that it never raises and never ends the page early."""

    def stream(data: bytes) -> list[bytes]:
        try:
            out = body.feed(data) if data else body.close()
        except Exception as error:  # noqa: BLE001 - I7: the rest passes as it is.
            _log_bail_out(error)
            out = body.bail_out() + (b"" if data else body.close())
        # An empty piece would end a chunked body:
        # https://github.com/mitmproxy/mitmproxy/pull/8242
        return [out] if out else []

    return stream


def _log_bail_out(error: Exception) -> None:
    logger.warning("bail_out %s", told(error))
