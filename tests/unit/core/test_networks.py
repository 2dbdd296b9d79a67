"""Networks are named no finer than addresses are given out."""

import pytest

from overallt_server.core.networks import line_of, network_of


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
