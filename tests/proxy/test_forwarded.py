"""Who asks, as the owner's web server is told; what visitors say of it is no matter."""

import pytest
from mitmproxy.http import Headers

from overallt.proxy.forwarded import fit_forwarded

TRUE = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "site.test",
}
OWN = {"X-Own": "x", "Content-Length": "1"}


@pytest.mark.parametrize(
    "lie",
    [
        "X-Forwarded-For",
        "x-forwarded-proto",
        "X-FORWARDED-HOST",
        "X-Forwarded-Port",
        "X_Forwarded_For",
        "X-Forwarded_Ssl",
        "Forwarded",
        "X-Real-IP",
        "X_Real_IP",
    ],
)
def test_a_lie_is_replaced(lie: str) -> None:
    headers = Headers([(lie.encode(), b"10.0.0.1"), (lie.encode(), b"10.0.0.2")])

    fit_forwarded(headers, peer="203.0.113.7", tls=True, host="site.test")

    assert dict(headers) == TRUE


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("close, X-Forwarded-For", {"Connection": "close"} | OWN),
        ("X-Forwarded-For,Keep-Alive", {"Connection": "Keep-Alive"} | OWN),
        ("Upgrade, X-Own", {"Connection": "Upgrade", "Content-Length": "1"}),
        ("Upgrade", {"Connection": "Upgrade"} | OWN),
        ("Content-Length, Host", OWN),
        (", ,", OWN),
    ],
)
def test_what_is_meant_for_one_connection_goes_no_further(
    said: str, left: dict[str, str]
) -> None:
    """Else the next proxy would take out what we say of the visitor."""
    headers = Headers(
        [(b"Connection", said.encode()), (b"X-Own", b"x"), (b"Content-Length", b"1")]
    )

    fit_forwarded(headers, peer="203.0.113.7", tls=True, host="site.test")

    assert TRUE | left == dict(headers)


def test_who_came_by_ipv4_to_a_socket_for_both_has_his_own_address() -> None:
    headers = Headers()

    fit_forwarded(headers, peer="::ffff:203.0.113.7", tls=False, host=None)

    assert {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"} == dict(
        headers
    )


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_web_server_on_this_machine_knows_more_than_we_do(peer: str) -> None:
    headers = Headers([(b"X-Forwarded-For", b"203.0.113.7"), (b"Via", b"1.1 front")])

    fit_forwarded(headers, peer=peer, tls=False, host="site.test")

    assert {"X-Forwarded-For": "203.0.113.7", "Via": "1.1 front"} == dict(headers)
