"""What it costs to read the API: look-up, index, user, thing.

Over the framework answering the same bytes by heart, as fast as either can; and how
long one in a hundred waits where each is asked half of what it can take. Who asks
without a token comes through a server in front, so that his requests are counted.
"""

import asyncio
import statistics
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Final, override

from figures import Figure
from load import CONNECTIONS, Asking, Constant, constant, measure, ours
from patrons_and_things import fill

from overallt_server.use_cases.secret_tokens import new_token

REQUESTS: Final = 25
ROUNDS: Final = 3
THINGS: Final = 1000
# Each is a path, what else there is to it, and whether a token goes with it.
ROWS: Final = {
    "look-up": ("/rest/v2/things/lookup", "?url=https://bo.example/7", False),
    "index": ("/rest/v2/things/index", "", False),
    "user": ("/rest/v2/user", "", True),
    "thing": ("/rest/v2/things/7", "", False),
}


def figures() -> list[Figure]:
    """Let 64 clients read here and there, in turn."""
    rows = []
    tokens = tuple(new_token() for _ in range(CONNECTIONS))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/reads.db"
        asyncio.run(fill(url, tokens, THINGS))
        with ours(url) as port:
            answers = {
                path: _answer_to(port, path + query, tokens[0] if known else "")
                for path, query, known in ROWS.values()
            }
            with constant(answers) as theirs:
                for name, (path, query, known) in ROWS.items():
                    asking = _asking(path + query, tokens if known else ())
                    rows += _figures(name, port, theirs, asking)
    return rows


def _figures(name: str, our_port: int, their_port: int, asking: Asking) -> list[Figure]:
    speeds, delays = [], []
    for _ in range(ROUNDS + 1):
        our = asyncio.run(measure(our_port, asking))
        their = asyncio.run(measure(their_port, asking))
        speeds.append(our.a_second / their.a_second)
        ours_at_half, theirs_at_half = (
            asyncio.run(
                measure(port, asking, pace_seconds=2 * CONNECTIONS / full.a_second)
            )
            for port, full in ((our_port, our), (their_port, their))
        )
        delays.append(ours_at_half.p99_seconds / theirs_at_half.p99_seconds)
    return [
        Figure(
            f"api: requests/s of {name}, over an aiohttp that answers a constant",
            statistics.median(speeds[1:]),
            must=0.35,
        ),
        Figure(
            f"api: p99 of {name} at half load, over the same",
            statistics.median(delays[1:]),
            must=None,
            at_least=False,
        ),
    ]


def _asking(path: str, tokens: tuple[str, ...]) -> Asking:
    def asking(number: int, port: int) -> Iterator[bytes]:
        who = (
            f"Authorization: Bearer {tokens[number]}"
            if tokens
            else f"X-Forwarded-For: 203.0.113.{number}"
        )
        request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{who}\r\n\r\n"
        for _ in range(REQUESTS):
            yield request.encode()

    return asking


def _answer_to(port: int, path: str, token: str) -> Constant:
    request = urllib.request.Request(f"http://localhost:{port}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.build_opener(_Stay).open(request) as answer:
            return Constant(
                answer.status, answer.read(), answer.headers.get_content_type()
            )
    except urllib.error.HTTPError as redirect:
        with redirect:
            return Constant(
                redirect.code, redirect.read(), redirect.headers.get_content_type()
            )


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it is the answer."""

    @override
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None
