"""Who does not take our certificate, and for how long that is remembered."""

from datetime import UTC, datetime, timedelta

import pytest
from mitmproxy.tls import ClientHello

from overallt.proxy.pinned_hosts import (
    AFTER_AN_ALERT,
    AFTER_SILENCE,
    MOST_REMEMBERED,
    Caller,
    PinnedHosts,
    caller_of,
)

NOW = datetime(2026, 1, 15, tzinfo=UTC)
ALERT = "The client does not trust the proxy's certificate (tlsv1 alert unknown ca)"
SILENCE = "The client disconnected during the handshake. If this happens"
A_MOMENT = timedelta(seconds=1)


def caller(host: str = "site.test", *, address: str = "127.0.0.1") -> Caller:
    return Caller(address, frozenset({host}), ((4865,), (0, 10), (b"h2",)))


@pytest.fixture
def hosts() -> PinnedHosts:
    return PinnedHosts()


@pytest.mark.parametrize(
    ("errors", "lasts"), [([ALERT], AFTER_AN_ALERT), ([SILENCE] * 2, AFTER_SILENCE)]
)
def test_who_refused_is_known_for_a_while(
    hosts: PinnedHosts, errors: list[str], lasts: timedelta
) -> None:
    for error in errors:
        hosts.break_off(caller(), error, NOW)

    found = [
        hosts.knows(caller(), NOW + after)
        for after in (timedelta(), lasts - A_MOMENT, lasts)
    ]

    assert [True, True, False] == found


def test_who_once_left_without_a_word_is_asked_again(hosts: PinnedHosts) -> None:
    hosts.break_off(caller(), SILENCE, NOW)
    hosts.break_off(caller("other.test"), SILENCE, NOW)

    assert not hosts.knows(caller(), NOW)


def test_who_takes_our_certificate_in_between_is_believed(hosts: PinnedHosts) -> None:
    hosts.break_off(caller(), SILENCE, NOW)
    hosts.accept(caller())
    hosts.break_off(caller(), SILENCE, NOW)

    assert not hosts.knows(caller(), NOW)


def test_another_fault_says_nothing_about_our_certificate(hosts: PinnedHosts) -> None:
    for _ in range(3):
        hosts.break_off(caller(), "no shared cipher", NOW)

    assert not hosts.knows(caller(), NOW)


def test_others_are_not_known(hosts: PinnedHosts) -> None:
    hosts.break_off(caller(), ALERT, NOW)
    others = [caller("other.test"), caller(address="10.0.0.2")]

    assert [False, False] == [hosts.knows(each, NOW) for each in others]


def test_the_oldest_is_forgotten_when_there_are_too_many(hosts: PinnedHosts) -> None:
    for number in range(MOST_REMEMBERED):
        hosts.break_off(caller(f"{number}.test"), ALERT, NOW)
    for name in ("0.test", "last.test"):
        hosts.break_off(caller(name), ALERT, NOW)

    names = ("0.test", "1.test", "2.test", "last.test")
    assert [True, False, True, True] == [
        hosts.knows(caller(name), NOW) for name in names
    ]


def hello(ciphers: list[int], extensions: list[int]) -> ClientHello:
    """Make a greeting that offers *ciphers* and has empty *extensions*."""
    offered = b"".join(each.to_bytes(2) for each in ciphers)
    said = b"".join(each.to_bytes(2) + b"\0\0" for each in extensions)
    return ClientHello(
        b"\x03\x03"
        + bytes(32)
        + b"\0"  # Version, random number, no session.
        + len(offered).to_bytes(2)
        + offered
        + b"\1\0"  # No compression.
        + len(said).to_bytes(2)
        + said
    )


def called(ciphers: list[int], extensions: list[int]) -> Caller:
    return caller_of("127.0.0.1", {"site.test"}, hello(ciphers, extensions))


@pytest.mark.parametrize(
    ("ciphers", "extensions"),
    [
        ([0xDADA, 0x1301, 0x1302], [0x17, 0x2A2A, 0x0B]),
        ([0x1301, 0x1302], [0x0B, 0x17, 35]),
        ([0x1301, 0x1302], [0x17, 21, 0x0B, 41]),
    ],
)
def test_a_program_is_known_again_whatever_it_draws_by_lot(
    ciphers: list[int], extensions: list[int]
) -> None:
    assert called([0x1301, 0x1302], [0x0B, 0x17]) == called(ciphers, extensions)


@pytest.mark.parametrize(
    ("ciphers", "extensions"),
    [
        ([0x1302, 0x1301], [0x0B, 0x17]),
        ([0x1301], [0x0B, 0x17]),
        ([0x1301, 0x1302], [0x0B]),
        ([0x1301, 0x1302, 0x0A1A], [0x0B, 0x17]),
    ],
)
def test_another_program_is_another(ciphers: list[int], extensions: list[int]) -> None:
    assert called([0x1301, 0x1302], [0x0B, 0x17]) != called(ciphers, extensions)
