"""What changes in a message's head."""

from mitmproxy.http import Headers

from overallt.proxy.headers import fit_request, fit_to_http2, stream_rewritten


def test_a_rewritten_page_is_framed_anew() -> None:
    headers = Headers(
        Content_Length="5",
        Content_Encoding="gzip",
        ETag='"a"',
        Digest="x",
        Content_MD5="y",
        Accept_Ranges="bytes",
        Vary="Accept-Encoding",
    )

    stream_rewritten(headers, chunked=True)

    assert dict(headers) == {
        "ETag": 'W/"a"',
        "Vary": "Accept-Encoding",
        "Transfer-Encoding": "chunked",
    }


def test_a_weak_etag_stays_and_http_2_has_no_chunks() -> None:
    headers = Headers(ETag='W/"a"', Transfer_Encoding="chunked")

    stream_rewritten(headers, chunked=False)

    assert dict(headers) == {"ETag": 'W/"a"'}


def test_http_2_hears_nothing_of_a_connection() -> None:
    headers = Headers(Connection="close", Transfer_Encoding="chunked", Server="x")

    fit_to_http2(headers)

    assert dict(headers) == {"Server": "x"}


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
