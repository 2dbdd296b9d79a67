"""One spelling for one page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overallt_server.core.refusals import InvalidThing
from overallt_server.core.urls import normal_url


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        ("  https://example.org/a ", "https://example.org/a"),
        ("HTTPS://EXAMPLE.org/Path", "https://example.org/Path"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://example.org/?b=2&a=1#part", "https://example.org/?b=2&a=1#part"),
        (
            "https://example.org/?utm_source=a&UTM_Medium=b&fbclid=c",
            "https://example.org/",
        ),
        ("https://example.org/?a=1&gclid=x&b=2#c", "https://example.org/?a=1&b=2#c"),
        (
            "https://example.org/?id=utm_source&utm=1",
            "https://example.org/?id=utm_source&utm=1",
        ),
        ("https://example.org/?a&&mc_cid&b=", "https://example.org/?a&&b="),
        (
            "https://example.org/?gclid2=a;utm_id=b",
            "https://example.org/?gclid2=a;utm_id=b",
        ),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://example.org/%c3%a9%20", "https://example.org/%c3%a9%20"),
        ("https://demo.test/plain", "https://demo.test/plain"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://localhost/", "http://localhost/"),
    ],
)
def test_the_normal_form(typed: str, expected: str) -> None:
    assert expected == normal_url(typed)
    assert expected == normal_url(expected)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example.org",
        "//example.org/",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://a b.example/",
        "https://example.org/a b",
        "https://example.org/a\nb",
        "https://ada@example.org/",
        "https://ada:secret@example.org/",
        "https://example.org:port/",
        "https://example.org:99999/",
        "https://[::1/",
        "https://-a.example/",
        "https://a..example/",
        "https://<b>.example/",
        "https://" + "é" * 64 + ".example/",
        "https://" + "a." * 127 + "example/",
        "https://example.org/" + "x" * 2000,
        "https://example.org/" + "é" * 400,
    ],
)
def test_what_nobody_could_open_is_refused(typed: str) -> None:
    with pytest.raises(InvalidThing):
        normal_url(typed)


@given(st.text(max_size=40))
def test_the_normal_form_of_a_normal_form_is_itself(path: str) -> None:
    try:
        normal = normal_url(f"https://example.org/{path}")
    except InvalidThing:
        return

    assert normal == normal_url(normal)
    assert normal.isascii()
