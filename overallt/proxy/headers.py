"""What changes in a message's head, and nothing else.

A page that streams through the rewriter leaves with its head before its text is
known. So its length and encoding are those of the last hop, its digests are
gone, and its ``ETag`` is weak: still good for "not modified", no longer for byte
ranges, which would mix rewritten and original bytes. No security header is ever
touched (P8).
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
DICTIONARY_ENCODINGS: Final = frozenset({"dcb", "dcz"})
DICTIONARY_HEADERS: Final = ("Available-Dictionary", "Dictionary-ID")


def stream_rewritten(headers: MutableMapping[str, str], *, chunked: bool) -> None:
    """Fit a response's head to a body that is decoded and perhaps rewritten.

    *chunked* says that both ends speak HTTP/1.1; else the body ends with its
    stream (HTTP/2) or its connection (HTTP/1.0).
    """
    for name in (
        *DIGESTS,
        "Content-Length",
        "Content-Encoding",
        "Accept-Ranges",
        "Transfer-Encoding",
        "Trailer",
    ):
        headers.pop(name, None)
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
    etag = headers.get("ETag")
    if etag is not None and not etag.startswith("W/"):
        headers["ETag"] = f"W/{etag}"


def fit_to_http2(headers: MutableMapping[str, str]) -> None:
    """Take out what an HTTP/1.1 server said about its own connection."""
    for name in CONNECTION_HEADERS:
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
