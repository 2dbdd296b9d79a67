"""What changes in a message's head."""

import pytest
from mitmproxy.http import Headers

from overallt.proxy.headers import (
    fit_connection,
    fit_request,
    fit_rewritten,
    fit_streamed,
)


def test_of_a_rewritten_page_goes_what_no_longer_holds() -> None:
    headers = Headers(
        Content_Encoding="gzip",
        ETag='"a"',
        Digest="x",
        Content_MD5="y",
        Accept_Ranges="bytes",
        Vary="Accept-Encoding",
        Content_Security_Policy="sandbox",
    )

    fit_rewritten(headers, encoded=False)

    assert dict(headers) == {
        "ETag": 'W/"a"',
        "Vary": "Accept-Encoding, Sec-Fetch-Dest",
        "Content-Security-Policy": "sandbox",
    }


def test_a_page_that_is_encoded_again_says_so_and_a_weak_etag_stays() -> None:
    headers = Headers(ETag='W/"a"', Content_Encoding="br", Vary="sec-fetch-dest")

    fit_rewritten(headers, encoded=True)

    assert dict(headers) == {
        "ETag": 'W/"a"',
        "Content-Encoding": "br",
        "Vary": "sec-fetch-dest",
    }


def test_what_was_printed_into_a_document_is_for_documents_only() -> None:
    """Out of the browser's cache a frame would show links that are worth one click."""
    headers = Headers()

    fit_rewritten(headers, encoded=False)

    assert dict(headers) == {"Vary": "Sec-Fetch-Dest"}


def test_a_streamed_page_is_cut_into_chunks() -> None:
    headers = Headers(Content_Length="5", Transfer_Encoding="gzip", Trailer="X-Sum")

    fit_streamed(headers, chunked=True)

    assert dict(headers) == {"Transfer-Encoding": "chunked"}


def test_where_there_are_no_chunks_a_streamed_page_ends_by_itself() -> None:
    headers = Headers(Content_Length="5", Transfer_Encoding="chunked")

    fit_streamed(headers, chunked=False)

    assert dict(headers) == {}


@pytest.mark.parametrize(
    ("http_version", "kept"),
    [
        ("HTTP/1.0", {"Connection", "Upgrade", "Server"}),
        ("HTTP/1.1", {"Connection", "Upgrade", "Transfer-Encoding", "Server"}),
        ("HTTP/2.0", {"Server"}),
        ("HTTP/3", {"Server"}),
    ],
)
def test_a_browser_hears_of_a_connection_what_its_http_knows(
    http_version: str, kept: set[str]
) -> None:
    headers = Headers(
        Connection="close", Upgrade="h2c", Transfer_Encoding="chunked", Server="x"
    )

    fit_connection(headers, http_version)

    assert set(headers) == kept


def test_a_document_is_asked_for_without_dictionaries() -> None:
    headers = Headers(
        TE="trailers",
        Available_Dictionary=":x:",
        Accept_Encoding="gzip, DCB;q=1, dcz",
    )

    fit_request(headers, for_document=True)

    assert dict(headers) == {"Accept-Encoding": "gzip"}


def test_all_else_is_asked_for_as_the_browser_does() -> None:
    headers = Headers(Available_Dictionary=":x:", Accept_Encoding="gzip,dcb")

    fit_request(headers, for_document=False)

    assert headers["Accept-Encoding"] == "gzip,dcb"
    assert "Available-Dictionary" in headers


def test_a_request_that_offers_nothing_stays_so() -> None:
    headers = Headers(Accept="*/*")

    fit_request(headers, for_document=True)

    assert dict(headers) == {"Accept": "*/*"}
