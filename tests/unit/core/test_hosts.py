"""Which hosts can be proved, in one spelling."""

import pytest

from overallt_server.core.hosts import provable_host
from overallt_server.core.refusals import InvalidHost


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("blog.test", "blog.test"),
        (" Blog.TEST ", "blog.test"),
        ("blog.test/", "blog.test"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("a-1.b.example.xn--p1ai", "a-1.b.example.xn--p1ai"),
    ],
)
def test_a_host_has_one_spelling(typed: str, expected: str) -> None:
    assert expected == provable_host(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "blog.test:8443",
        "blog.test/path",
        "https://blog.test",
        "me@blog.test",
        "blog.test.",
        "-blog.test",
        "blog.te_st",
        "a b.test",
        "x" * 64 + ".test",
        "a." * 130 + "test",
    ],
)
def test_what_names_no_single_host_is_refused(typed: str) -> None:
    with pytest.raises(InvalidHost):
        provable_host(typed)


@pytest.mark.parametrize("host", ["bo.github.io", "bo.co.uk", "www.bo.test"])
def test_a_site_below_a_public_suffix_is_provable(host: str) -> None:
    assert host == provable_host(host)


@pytest.mark.parametrize("suffix", ["github.io", "co.uk", "bo.ck"])
def test_a_public_suffix_is_not(suffix: str) -> None:
    with pytest.raises(InvalidHost, match="nobody's own"):
        provable_host(suffix)
