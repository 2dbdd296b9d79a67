"""The command line with a data folder of its own, and a server to sign in at."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override

import pytest
from click.testing import CliRunner, Result

from overallt.cli.main import cli

type Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path) -> Run:
    def run(*arguments: str, stdin: bytes = b"") -> Result:
        environment = {"OVERALLT_HOME": str(home)}
        return CliRunner(env=environment).invoke(cli, arguments, input=stdin)

    return run


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a person's home folder, empty, as every program sees it."""
    folder = tmp_path / "person"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def at_home(person: Path) -> Run:
    """Run commands as that person would, without naming a data folder."""

    def run(*arguments: str) -> Result:
        where = ("--listen", "127.0.0.1:1") if arguments[0] == "setup" else ()
        environment = {"OVERALLT_HOME": None}
        return CliRunner(env=environment).invoke(cli, [*arguments, *where])

    return run


@dataclass
class Api:
    """Signs in whoever asks; *denies* all when told to; *date* is its clock."""

    url: str = ""
    denies: bool = False
    date: str | None = None
    tokens: list[str] = field(default_factory=list)

    def answer(self, path: str, token: str) -> tuple[int, dict[str, Any]]:
        if path == "/healthz":
            return 200, {}
        self.tokens.append(token)
        if path == "/oauth/device":
            return 200, {
                "device_code": "device-1",
                "user_code": "ABCD-EFGH",
                "verification_uri": f"{self.url}/device",
                "expires_in": 600,
                "interval": 0,
            }
        if self.denies:
            error = {"error_description": "You denied it.", "error_uri": ""}
            return 400, {"error": "access_denied"} | error
        if path == "/oauth/token":
            bearer = {"token_type": "bearer", "scope": "flattr"}
            return 200, {"access_token": "secret-token"} | bearer
        names = ("url", "firstname", "lastname", "avatar", "about", "city", "country")
        user = {"type": "user", "resource": "r", "link": "l", "username": "grace"}
        return 200, user | dict.fromkeys(names, "")


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self.rfile.read(length)
            status, answer = api.answer(
                self.path, self.headers.get("Authorization", "")
            )
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        @override
        def date_time_string(self, timestamp: float | None = None) -> str:
            return api.date or super().date_time_string(timestamp)

        @override
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield api
        server.shutdown()
        thread.join()
