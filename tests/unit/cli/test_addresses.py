"""Addresses as a patron types them."""

import pytest

from overallt.cli.addresses import parse_host_port, parse_local_site, parse_server


def test_a_host_and_a_port_are_taken_apart() -> None:
    assert parse_host_port("127.0.0.1:8080") == ("127.0.0.1", 8080)
    assert parse_host_port("[::1]:80") == ("::1", 80)


@pytest.mark.parametrize("text", ["", ":80", "a", "a:", "a:b", "a:-1", "a:65536"])
def test_what_has_no_host_or_no_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse_host_port(text)


def test_a_local_site_has_a_name_and_an_address() -> None:
    assert parse_local_site("Demo.test=127.0.0.1:8710") == (
        "demo.test",
        ("127.0.0.1", 8710),
    )


@pytest.mark.parametrize("text", ["127.0.0.1:80", "=127.0.0.1:80"])
def test_a_local_site_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME=HOST:PORT"):
        parse_local_site(text)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("http://localhost:8700/", "http://localhost:8700"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("https://server.test/below/", "https://server.test/below"),
    ],
)
def test_a_server_has_one_form(text: str, server: str) -> None:
    assert server == parse_server(text)


@pytest.mark.parametrize("text", ["", "server.test", "ftp://server.test", "https://"])
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not the address"):
        parse_server(text)
