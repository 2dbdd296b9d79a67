"""Names of hosts as people write them, and the sites they belong to."""

import pytest

from overallt.client.hosts import domains_of, host_in, is_public_suffix, site_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Dn.SE ", "dn.se"),
        ("dn.se.", "dn.se"),
        ("https://user:secret@www.dn.se:8443/a?b#c", "www.dn.se"),
        ("www.dn.se/path", "www.dn.se"),
        ("dn.se:443", "dn.se"),
        ("räksmörgås.se", "xn--rksmrgs-5wao1o.se"),
        ("nas", "nas"),
        ("10.0.0.7", "10.0.0.7"),
        ("http://[FD00::1]:80/", "fd00::1"),
    ],
)
def test_a_host_is_found_in_what_people_paste(text: str, expected: str) -> None:
    assert expected == host_in(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "https://", "two words", "a..b", "-a.b", "[x", "*", "a\nb.se"),
        *("x" * 64 + ".se", "☃" * 64, "-"),
    ],
)
def test_what_names_no_host_has_none(text: str) -> None:
    assert host_in(text) is None


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.dn.se", "dn.se"),
        ("dn.se", "dn.se"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("www.ada.github.io", "ada.github.io"),
        ("my.pages.dev", "my.pages.dev"),
        ("github.io", "github.io"),
        ("nas", "nas"),
        ("a.site.test", "site.test"),
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_a_site_is_what_one_owner_has(host: str, expected: str) -> None:
    assert expected == site_of(host)


@pytest.mark.parametrize("host", ["se", "co.uk", "github.io", "pages.dev", "bank"])
def test_below_a_public_suffix_owners_are_strangers(host: str) -> None:
    assert is_public_suffix(host)


@pytest.mark.parametrize("host", ["dn.se", "nas", "site.test", "10.0.0.7", "::1"])
def test_other_names_are_no_public_suffix(host: str) -> None:
    assert not is_public_suffix(host)


def test_the_domains_of_a_host_go_up_to_the_top() -> None:
    assert ["a.b.se", "b.se", "se"] == list(domains_of("a.b.se"))
