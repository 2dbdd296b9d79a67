"""The server behind others, as our own examples set them up, over HTTPS.

nginx is run wherever the tests are; Caddy and Apache where they are installed.
"""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any, Final

import pytest
import trustme
from killing import running
from loopback import HOST, free_port
from skips import skip_for_want_of

EXAMPLES: Final = Path(__file__).parents[2] / "server" / "operating"
NAME: Final = "flattr.example.org"
LETSENCRYPT: Final = f"/etc/letsencrypt/live/{NAME}"
PATIENCE_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: HTTPMessage
    body: bytes


@dataclass(frozen=True, slots=True)
class Front:
    """A server in front: where it listens, and whom it is believed by."""

    port: int
    plain_port: int
    authority: ssl.SSLContext

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Ask by HTTPS, as if the name led here."""
        connection = HTTPConnection(f"{NAME}:{self.port}")
        plain = socket.create_connection((HOST, self.port), PATIENCE_SECONDS)
        connection.sock = self.authority.wrap_socket(plain, server_hostname=NAME)
        return _answer(connection, method, path, body, dict(headers or {}))

    def ask_plainly(self, path: str) -> Answer:
        """Ask by HTTP."""
        connection = HTTPConnection(HOST, self.plain_port, timeout=PATIENCE_SECONDS)
        return _answer(connection, "GET", path, b"", {"Host": NAME})


def _answer(connection: HTTPConnection, *asked: Any) -> Answer:
    with closing(connection):
        connection.request(*asked)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


def _nginx(example: str, folder: Path, front: Front) -> list[str]:
    example = example.replace("listen [::]", "# ").replace(
        "listen 80;", f"listen {HOST}:{front.plain_port};"
    )
    example = example.replace("listen 443 ", f"listen {HOST}:{front.port} ")
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/errors;\n"
        "events {}\nhttp {\n"
        + "".join(
            f"{kind}_temp_path {folder}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + example
        + "}\n"
    )
    return ["nginx", "-e", f"{folder}/errors", "-c", f"{folder}/nginx.conf"]


def _caddy(example: str, folder: Path, front: Front) -> list[str]:
    files = f"tls {folder}/fullchain.pem {folder}/privkey.pem"
    example = example.replace(
        f"{NAME} {{", f"{NAME}:{front.port} {{\n\tbind {HOST}\n\t{files}"
    )
    own = f"{{\n\tadmin off\n\thttp_port {front.plain_port}\n"
    own += f"\thttps_port {front.port}\n}}\n"
    (folder / "Caddyfile").write_text(own + example)
    return ["caddy", "run", "--config", f"{folder}/Caddyfile"]


def _apache(example: str, folder: Path, front: Front) -> list[str]:
    modules = Path(shutil.which("apache2") or "/").parents[1] / "lib/apache2/modules"
    names = ("mpm_event", "authz_core", "alias", "proxy", "proxy_http", "ssl")
    lines = [f"LoadModule {name}_module {modules}/mod_{name}.so" for name in names]
    lines += [f"Listen {HOST}:{port}" for port in (front.plain_port, front.port)]
    lines += [f"PidFile {folder}/pid", f"ErrorLog {folder}/errors"]
    lines += [f"ServerName {NAME}", f"DefaultRuntimeDir {folder}"]
    lines += [f"Mutex file:{folder}"]
    example = example.replace("*:80>", f"*:{front.plain_port}>")
    example = example.replace("*:443>", f"*:{front.port}>")
    (folder / "apache.conf").write_text("\n".join([*lines, example]))
    return ["apache2", "-D", "FOREGROUND", "-f", f"{folder}/apache.conf"]


type Setting = Callable[[str, Path, Front], list[str]]
FRONTS: Final[Mapping[str, tuple[str, Setting]]] = {
    "nginx": ("nginx.conf", _nginx),
    "caddy": ("Caddyfile", _caddy),
    "apache2": ("apache.conf", _apache),
}


@contextmanager
def _in_front(program: str, folder: Path, front: Front, server: int) -> Iterator[None]:
    """Run *program* by our example, but for addresses and files of its own."""
    name, setting = FRONTS[program]
    example = (EXAMPLES / name).read_text(encoding="utf-8")
    example = example.replace(LETSENCRYPT, str(folder)).replace(
        f"{HOST}:8700", f"{HOST}:{server}"
    )
    said = folder / "said"
    with said.open("wb") as file:
        process = subprocess.Popen(
            setting(example, folder, front), stdout=file, stderr=file
        )
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not _listens(front.port):
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


HERE: Final = [each for each in FRONTS if each == "nginx" or shutil.which(each)]


@pytest.fixture(params=HERE, scope="module")
def front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """Give each server in front, with ours behind it."""
    if shutil.which(request.param) is None:
        skip_for_want_of(request.param)
    folder = tmp_path_factory.mktemp("front")
    authority = trustme.CA()
    issued = authority.issue_cert(NAME)
    for each in issued.cert_chain_pems:
        each.write_to_path(folder / "fullchain.pem", append=True)
    issued.private_key_pem.write_to_path(folder / "privkey.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    made = Front(free_port(), free_port(), context)
    port = free_port()
    command = running(
        "",
        folder / "data",
        "serve",
        listen_port=str(port),
        public_url=f"https://{NAME}:{made.port}",
        metrics_networks="127.0.0.0/8",
    )
    with command as process:
        assert process.stdout is not None
        assert "answers" in process.stdout.readline()
        with _in_front(request.param, folder, made, port):
            yield made


def test_pages_come_through_and_hold_to_https(front: Front) -> None:
    answer = front.ask("/")

    assert 200 == answer.status
    assert "max-age=31536000" == answer.headers["Strict-Transport-Security"]
    assert b'href="/signup"' in answer.body


def test_who_asks_is_not_whom_he_says_he_is(front: Front) -> None:
    """From this computer nobody is counted; whoever is believed to be elsewhere is."""
    invented = {"X-Forwarded-For": "203.0.113.9"}

    answer = front.ask("/rest/v2/things/search?query=x", headers=invented)

    assert 200 == answer.status
    assert "X-RateLimit-Limit" not in answer.headers


def test_metrics_stay_inside(front: Front) -> None:
    answer = front.ask("/metrics")

    assert answer.status in {403, 404}
    assert b"overallt_requests" not in answer.body


def test_what_is_too_much_is_refused(front: Front) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = front.ask(
        "/signin", method="POST", headers=form, body=b"name=" + 70_000 * b"a"
    )

    assert 413 == answer.status


def test_plain_http_leads_to_https(front: Front) -> None:
    answer = front.ask_plainly("/thing/7")

    assert answer.status in {301, 308}
    assert f"https://{NAME}/thing/7" == answer.headers["Location"]
