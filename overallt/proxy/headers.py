"""What changes in a message's head, and nothing else.

A rewritten page has the length and the encodings of the last hop, its digests are
gone, and its ``ETag`` is weak: still good for "not modified", no longer for byte
ranges, which would mix rewritten and original bytes. A page that streams leaves with
its head before its text is known, so all of this holds for it, too. It is the same
for everybody, but not for everything: links that were printed into a document are
worth more than those in a frame, so that no browser may show it in one out of its
cache (``Vary``). No security header is ever touched (P8).
"""

from collections.abc import MutableMapping
from typing import Final

DIGESTS: Final = ("Digest", "Repr-Digest", "Content-Digest", "Content-MD5")
# RFC 9113, 8.2.2: what belongs to one connection has no place in HTTP/2.
CONNECTION_HEADERS: Final = (
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "Transfer-Encoding",
    "Upgrade",
)
# RFC 9112, 6.1: HTTP/1.0 knows no chunks; its bodies end with their connection.
UNKNOWN: Final[dict[str, tuple[str, ...]]] = {
    "HTTP/1.0": ("Transfer-Encoding", "Trailer"),
    "HTTP/2.0": CONNECTION_HEADERS,
    "HTTP/3": CONNECTION_HEADERS,
}
DICTIONARY_ENCODINGS: Final = frozenset({"dcb", "dcz"})
DICTIONARY_HEADERS: Final = ("Available-Dictionary", "Dictionary-ID")


def fit_rewritten(headers: MutableMapping[str, str], *, encoded: bool) -> None:
    """Fit a response's head to a page whose text is, or may be, another.

    *encoded* says that the page leaves in the encodings in which it came.
    """
    for name in (*DIGESTS, "Accept-Ranges"):
        headers.pop(name, None)
    if not encoded:
        headers.pop("Content-Encoding", None)
    vary = headers.get("Vary", "")
    if "sec-fetch-dest" not in vary.lower():
        headers["Vary"] = f"{vary}, Sec-Fetch-Dest" if vary else "Sec-Fetch-Dest"
    etag = headers.get("ETag")
    if etag is not None and not etag.startswith("W/"):
        headers["ETag"] = f"W/{etag}"


def fit_streamed(headers: MutableMapping[str, str], *, chunked: bool) -> None:
    """Fit a response's head to a body of unknown length.

    *chunked* says that both ends speak HTTP/1.1; else the body ends with its
    stream (HTTP/2) or its connection (HTTP/1.0).
    """
    for name in ("Content-Length", "Transfer-Encoding", "Trailer"):
        headers.pop(name, None)
    if chunked:
        headers["Transfer-Encoding"] = "chunked"


def fit_connection(headers: MutableMapping[str, str], http_version: str) -> None:
    """Take out what the browser's HTTP does not know, of what the server's says."""
    for name in UNKNOWN.get(http_version, ()):
        headers.pop(name, None)


def fit_request(headers: MutableMapping[str, str], *, for_document: bool) -> None:
    """Take out of a request what could not be answered through this proxy."""
    # Trailers are dropped on their way (``http1``), so none are asked for.
    headers.pop("TE", None)
    if for_document:
        # A page that was rewritten is no dictionary for the next one (RFC 9842).
        for name in DICTIONARY_HEADERS:
            headers.pop(name, None)
        _leave_out_dictionaries(headers)


def _leave_out_dictionaries(headers: MutableMapping[str, str]) -> None:
    offered = headers.get("Accept-Encoding")
    if offered is None:
        return
    encodings = [each.strip() for each in offered.split(",")]
    kept = [
        each
        for each in encodings
        if each.partition(";")[0].strip().lower() not in DICTIONARY_ENCODINGS
    ]
    if kept != encodings:
        headers["Accept-Encoding"] = ", ".join(kept)
