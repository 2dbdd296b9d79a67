"""What ``check`` says of files, of what is piped in, and of pages on the web."""

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override

import pytest

from overallt.cli import fetching

PAGE = b"<p>[Flattr=7]\n<code>[Flattr=8]</code>"
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/page": (200, {"Content-Type": "text/html; charset=utf-8"}, b"\xc3\xa5" + PAGE),
    "/moved": (302, {"Location": "/page"}, b""),
    "/round": (302, {"Location": "/round"}, b""),
    "/packed": (
        200,
        {"Content-Type": "text/html", "Content-Encoding": "gzip"},
        gzip.compress(PAGE),
    ),
    "/json": (200, {"Content-Type": "application/json"}, PAGE),
    "/fixed": (
        200,
        {"Content-Type": "text/html", "Cache-Control": "no-transform"},
        PAGE,
    ),
    "/large": (200, {"Content-Type": "text/html"}, b" " * 2000),
    "/torn": (200, {"Content-Encoding": "gzip"}, PAGE),
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        unknown: tuple[int, dict[str, str], bytes] = (404, {}, b"")
        status, headers, body = ANSWERS.get(self.path, unknown)
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(PAGE)
    return path


def test_each_text_tag_has_a_line(run: Any, page: Path) -> None:
    result = run("check", str(page))

    assert result.stdout.splitlines() == [
        f"{page}:1:4: [Flattr=7] becomes a button",
        f"{page}:2:7: [Flattr=8] stays text: inside <code>",
    ]
    assert 0 == result.exit_code


def test_what_is_piped_in_is_read_as_it_is_said_to_be(run: Any) -> None:
    stdin = "å[Flattr=7]".encode()
    as_browsers = run("check", "-", stdin=stdin)
    as_said = run("check", "-", "--content-type", "a/b; charset=utf-8", stdin=stdin)

    assert "<stdin>:1:3: [Flattr=7] becomes a button\n" == as_browsers.stdout
    assert "<stdin>:1:2: [Flattr=7] stays text: the page is not HTML\n" == (
        as_said.stdout
    )


def test_machines_are_answered_in_json(run: Any) -> None:
    lines = run("check", "--json", "-", stdin=PAGE).stdout.splitlines()

    assert {
        "source": "-",
        "written": "[Flattr=8]",
        "offset_bytes": 20,
        "line": 2,
        "column": 7,
        "reason": "inside <code>",
        "is_button": False,
    } == json.loads(lines[1])


def test_a_page_cannot_command_the_terminal(run: Any) -> None:
    result = run(
        "check", "-", stdin=b"<\x1b[Flattr=7]'<p\x1b contenteditable>[Flattr=7]"
    )

    assert "<stdin>:1:3: [Flattr=7] becomes a button" in result.stdout
    assert r"inside <p\x1b contenteditable>" in result.stdout


def test_nothing_found_is_said_with_a_hint(run: Any) -> None:
    nothing = run("check", "-", stdin=b"<p>")
    no_button = run("check", "-", stdin=b"<code>[Flattr=8]")

    assert "No text tag was found. Write [Flattr=ID]" in nothing.stderr
    assert "No text tag becomes a button.\n" == no_button.stderr
    assert (1, 1) == (nothing.exit_code, no_button.exit_code)


def test_what_cannot_be_read_does_not_keep_from_the_rest(run: Any, page: Path) -> None:
    missing = page.with_name("none.html")
    result = run("check", str(missing), str(page.parent), str(page))

    assert f"{missing}: No such file or directory.\n" in result.stderr
    assert f"{page.parent}: Is a directory.\n" in result.stderr
    assert "[Flattr=7] becomes a button" in result.stdout
    assert 2 == result.exit_code


def test_of_the_51st_it_says_that_it_is_one_too_many(run: Any) -> None:
    lines = run("check", "-", stdin=b"[Flattr=7]\n" * 51).stdout.splitlines()

    assert lines[49].endswith("becomes a button")
    assert lines[50].endswith("stays text: more than 50 on this page")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/page", ":1:5: [Flattr=7] becomes a button"),
        ("/moved", ":1:5: [Flattr=7] becomes a button"),
        ("/packed", ":1:4: [Flattr=7] becomes a button"),
        ("/json", "[Flattr=7] stays text: the site does not say Content-Type"),
        ("/fixed", "[Flattr=7] stays text: the site says Cache-Control: no-transform"),
    ],
)
def test_a_page_on_the_web_is_fetched(
    path: str, said: str, run: Any, site: str
) -> None:
    result = run("check", site + path)

    assert said in result.stdout


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/none", "the site answered with status 404."),
        ("/round", "the site redirects without end."),
        ("/large", "the page is larger than 1,000 bytes."),
        ("/torn", "the page cannot be fetched ("),
    ],
)
def test_a_page_that_cannot_be_fetched_says_why(
    path: str, said: str, run: Any, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The bound is scaled down: a page so large takes time.
    monkeypatch.setattr(fetching, "LARGEST_PAGE_BYTES", 1000)
    result = run("check", site + path)

    assert f"{site}{path}: {said}" in result.stderr
    assert 2 == result.exit_code


def test_an_address_that_is_none_is_said_to_be_none(run: Any) -> None:
    assert "http:///: this is not an address." in run("check", "http:///").stderr


def test_a_site_that_takes_too_long_is_left(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ANSWER_SECONDS", 0.05)
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as silent:
        # It listens, so that a connection is made, but nobody takes it up.
        result = run("check", f"http://127.0.0.1:{silent.server_port}/")

    assert "the site took longer than" in result.stderr
