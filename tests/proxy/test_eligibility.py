"""Which responses may be rewritten, decided from their heads."""

import pytest

from overallt.proxy.eligibility import Decision, decide, is_sandboxed

HTML = {"content-type": "text/html"}


def decision(
    *,
    method: str = "GET",
    status: int = 200,
    asked: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Decision:
    return decide(
        method=method,
        request_headers=asked or {},
        status=status,
        response_headers=HTML | (headers or {}),
    )


@pytest.mark.parametrize("destination", ["document", "iframe", "frame"])
def test_what_a_person_reads_is_rewritten(destination: str) -> None:
    asked = {"sec-fetch-dest": destination}

    assert decision(asked=asked) == Decision.REWRITE


def test_a_page_of_an_old_browser_is_rewritten() -> None:
    headers = {
        "content-type": " Text/HTML ; charset=x",
        "content-disposition": "inline",
        "cache-control": "private, max-age=3",
    }

    assert decision(headers=headers) == Decision.REWRITE


def test_xhtml_is_rewritten() -> None:
    headers = {"content-type": "application/XHTML+xml; charset=utf-8"}

    assert decision(headers=headers) == Decision.REWRITE


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS"])
def test_only_what_was_got_is_rewritten(method: str) -> None:
    assert decision(method=method) == Decision.NO_DOCUMENT


@pytest.mark.parametrize("destination", ["empty", "script", "object", "embed"])
def test_what_a_script_gets_is_left_alone(destination: str) -> None:
    asked = {"sec-fetch-dest": destination}

    assert decision(asked=asked) == Decision.NO_DOCUMENT


@pytest.mark.parametrize("status", [101, 204, 205, 206, 301, 304, 404, 500])
def test_only_a_whole_page_is_rewritten(status: int) -> None:
    assert decision(status=status) == Decision.NO_PAGE


@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain", "text/htmlx", "text/event-stream", "multipart/mixed"),
        *("application/xml", "text/xml", "application/rss+xml", "image/svg+xml"),
        "application/atom+xml; charset=utf-8",
    ],
)
def test_only_html_is_rewritten(content_type: str) -> None:
    assert decision(headers={"content-type": content_type}) == Decision.NO_HTML


def test_a_download_is_left_alone() -> None:
    headers = {"content-disposition": 'ATTACHMENT; filename="a.html"'}

    assert decision(headers=headers) == Decision.DOWNLOAD


def test_a_page_that_must_not_be_transformed_is_left_alone() -> None:
    headers = {"cache-control": "public, No-Transform"}

    assert decision(headers=headers) == Decision.NO_TRANSFORM


@pytest.mark.parametrize(
    "policy",
    ["sandbox", "default-src 'self'; SANDBOX allow-scripts", "img-src *, sandbox"],
)
def test_a_sandbox_is_seen(policy: str) -> None:
    assert is_sandboxed({"content-security-policy": policy})


@pytest.mark.parametrize("policy", ["", "default-src sandbox", "sandboxed"])
def test_no_sandbox_is_invented(policy: str) -> None:
    assert not is_sandboxed({"content-security-policy": policy})
