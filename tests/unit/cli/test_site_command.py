"""The command ``site``, as far as it gets without visitors."""

import socket
from collections.abc import Callable

import pytest
from click.testing import Result


@pytest.mark.parametrize(
    ("upstream", "more", "sentence"),
    [
        ("ftp://127.0.0.1", [], "is not http://HOST:PORT"),
        ("127.0.0.1:8000", [], "is not http://HOST:PORT"),
        ("http://127.0.0.1/blog", [], "must name a web server"),
        ("http://me@127.0.0.1", [], "must name a web server"),
        ("http://127.0.0.1:x", [], "Port could not be cast"),
        ("http://localhost:8080", [], "where this would listen itself"),
        (
            "http://127.0.0.1:8000",
            ["--listen", "0.0.0.0:8000"],
            "where this would listen itself",
        ),
        ("http://127.0.0.1:1", ["--certificate", __file__], "cannot be used"),
        ("http://127.0.0.1:1", ["--workers", "0"], "--workers"),
    ],
)
def test_what_makes_no_sense_is_said_at_once(
    run: Callable[..., Result], upstream: str, more: list[str], sentence: str
) -> None:
    said = run("site", upstream, "--server", "https://flattr.test", *more)

    assert 2 == said.exit_code
    assert sentence in said.output


def test_where_the_port_is_taken_it_says_so(run: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        where = ("--server", "https://flattr.test", "--listen", f"127.0.0.1:{port}")
        said = run("site", "http://127.0.0.1:1", *where)

    assert 1 == said.exit_code
    assert f"The port {port} on 127.0.0.1 is in use, or not yours" in said.output


def test_the_server_has_to_be_named(run: Callable[..., Result]) -> None:
    """Whatever this machine calls it, visitors come from elsewhere."""
    said = run("site", "http://127.0.0.1:1")

    assert 2 == said.exit_code
    assert "--server" in said.output
