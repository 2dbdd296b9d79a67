"""Networks are named no finer than addresses are given out."""

import pytest

from overallt_server.core.networks import (
    is_within,
    line_of,
    network_of,
    networks_in,
)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("127.0.0.1", "this computer"),
        ("::1", "this computer"),
        ("::ffff:127.0.0.1", "this computer"),
        ("", "an unknown network"),
        ("203.0.113.9:80", "an unknown network"),
        ("<b>", "an unknown network"),
    ],
)
def test_an_address_lies_in_its_network(address: str, network: str) -> None:
    assert network == network_of(address)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("203.0.113.9", "203.0.113.9/32"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::1", "this computer"),
        ("<b>", "an unknown network"),
    ],
)
def test_a_line_is_what_one_household_has(address: str, line: str) -> None:
    assert line == line_of(address)


@pytest.mark.parametrize(
    ("address", "is_in"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("2001:db8::1", True),
        ("11.1.2.3", False),
        ("2001:db9::1", False),
        ("unix:", False),
    ],
)
def test_an_address_is_within_what_is_listed(address: str, *, is_in: bool) -> None:
    assert is_in == is_within(address, networks_in("10.0.0.0/8, 2001:db8::/32"))


def test_nobody_is_within_nothing() -> None:
    assert not is_within("10.1.2.3", networks_in(""))


@pytest.mark.parametrize("text", ["10.0.0.1/8", "example.org", "10.0.0.0/8;::1/128"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not appear|has host bits"):
        networks_in(text)
