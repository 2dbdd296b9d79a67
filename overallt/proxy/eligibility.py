"""Which responses may be rewritten.

Only what a person will read as a page: HTML or XHTML that was asked for as a document
or a frame. Feeds and other XML stay as they are. So do pieces of a page that scripts
fetch, since scripts may compare or hash them, and what the site wants left alone. What
the patron wants left alone is not told by a response's head: see ``opt_out``.
"""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

# Absent: plain HTTP, or a browser without Fetch Metadata.
DOCUMENTS: Final = frozenset({"document", "iframe", "frame", None})
PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
SUCCESS: Final = 2
BODILESS: Final = frozenset(
    {HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.PARTIAL_CONTENT}
)


class Decision(StrEnum):
    """What to do with a response, and why."""

    REWRITE = "rewrite"
    NO_DOCUMENT = "no_document"
    NO_PAGE = "no_page"
    NO_HTML = "no_html"
    DOWNLOAD = "download"
    NO_TRANSFORM = "no_transform"


def asks_for_document(method: str, request_headers: Mapping[str, str]) -> bool:
    """Tell whether a request is for a page that somebody will read."""
    return method == "GET" and request_headers.get("sec-fetch-dest") in DOCUMENTS


def decide(
    *,
    method: str,
    request_headers: Mapping[str, str],
    status: int,
    response_headers: Mapping[str, str],
) -> Decision:
    """Decide about one response from its heads alone."""
    content_type = _first_word(response_headers.get("content-type", ""))
    disposition = _first_word(response_headers.get("content-disposition", ""))
    is_page = status // 100 == SUCCESS and status not in BODILESS
    # RFC 9111, 5.2.2.6: "no-transform" binds every intermediary.
    cache_control = response_headers.get("cache-control", "").lower().split(",")
    left_alone = {
        Decision.NO_DOCUMENT: not asks_for_document(method, request_headers),
        Decision.NO_PAGE: not is_page,
        Decision.NO_HTML: content_type not in PAGES,
        Decision.DOWNLOAD: disposition not in {"", "inline"},
        Decision.NO_TRANSFORM: "no-transform" in map(str.strip, cache_control),
    }
    reasons = (decision for decision, holds in left_alone.items() if holds)
    return next(reasons, Decision.REWRITE)


def is_sandboxed(response_headers: Mapping[str, str]) -> bool:
    """Tell whether the page's policy has ``sandbox``: no new window from there."""
    header = response_headers.get("content-security-policy", "").lower()
    # A comma begins the next policy, a semicolon the next directive.
    directives = header.replace(",", ";").split(";")
    return any(directive.split()[:1] == ["sandbox"] for directive in directives)


def _first_word(header: str) -> str:
    return header.partition(";")[0].strip().lower()
