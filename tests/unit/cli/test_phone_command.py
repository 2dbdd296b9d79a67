"""Showing a phone the way to the proxy."""

import io
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import segno
from homes import snapshot
from mitmproxy_rs.wireguard import genkey, pubkey

from overallt.cli.passwords import read_password
from overallt.gateway.browsers import Browsers
from overallt.proxy.wireguard_keys import WireGuardKeys

LISTEN = "127.0.0.1:8081"


@pytest.fixture
def data(person: Path) -> Path:
    return person / ".local" / "share" / "overallt"


@pytest.fixture
def way() -> list[str]:
    return []


TUNNEL = pytest.mark.parametrize("way", [["--wireguard"]])


@pytest.fixture
def shown(
    person: Path, monkeypatch: pytest.MonkeyPatch, way: list[str]
) -> Iterator[str]:
    """Run the command as long as the test; give what it says."""
    monkeypatch.delenv("OVERALLT_HOME", raising=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "overallt", "setup", "phone", "--listen", LISTEN, *way],
        env={
            name: text for name, text in os.environ.items() if name != "OVERALLT_HOME"
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield said
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert 0 == process.returncode


def fetch(
    shown: str, path: str, language: str = "en", *, said: str = "open"
) -> tuple[str, str]:
    """Fetch *path* where the page is *said* to be; give its type and its text."""
    found = re.search(rf"{said} http://127\.0\.0\.1:(\d+)/", shown)
    assert found is not None, shown
    with closing(HTTPConnection("127.0.0.1", int(found[1]))) as connection:
        connection.request("GET", path, headers={"Accept-Language": language})
        answer = connection.getresponse()
        return answer.headers["Content-Type"], answer.read().decode()


def test_the_terminal_shows_what_a_page_could_not_be_trusted_with(
    shown: str, data: Path
) -> None:
    pem = (data / "authority" / "mitmproxy-ca-cert.pem").read_text()
    fingerprint = sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    pairing = re.search(r"https://flattr\.internal/pair/(\S+)", shown)
    _, page = fetch(shown, "/")
    password = read_password(data / "password")

    assert fingerprint in re.sub(r"[\s:]", "", shown)
    assert f"overallt  {password}\n" in shown
    assert f"--listen {LISTEN} --password-file {data / 'password'}" in shown
    assert pairing is not None
    assert Browsers(data / "gateway.sqlite").pair(pairing[1], datetime.now(UTC))
    assert password not in page
    assert pairing[1] not in page
    assert 2 == len(re.findall(r"(?m)^\s*[█▀▄ ]{20,}\n(?=[^█▀▄]*\n|   )", shown))


def test_the_page_gives_the_authority_and_says_the_steps(
    shown: str, data: Path
) -> None:
    _, page = fetch(shown, "/")
    _, translated = fetch(shown, "/", "de")
    pem = (data / "authority" / "mitmproxy-ca-cert.pem").read_text()

    assert "server <b>127.0.0.1</b>, port <b>8081</b>" in page
    assert "Dieses Telefon einrichten" in translated
    assert ("application/x-x509-ca-cert", pem) == fetch(shown, "/overallt.crt")
    assert "text/css" == fetch(shown, "/gateway.css")[0]


def test_undoing_leaves_nothing(at_home: Any, person: Path, shown: str) -> None:
    result = at_home("setup", "phone", "--undo")

    assert 0 == result.exit_code
    assert "On the phone, take the proxy out" in result.stdout
    assert {} == snapshot(person)


@TUNNEL
def test_the_tunnels_code_is_shown_on_this_computer_only(
    shown: str, data: Path
) -> None:
    keys = WireGuardKeys.ensure(data / "wireguard.json")
    code = segno.make(keys.phone_settings("127.0.0.1", 8081))
    found = re.search(r"scan it from http://127\.0\.0\.1:\d+(/\S+)", shown)
    assert found is not None
    _, page = fetch(shown, found[1], said="scan it from")
    _, root = fetch(shown, "/", said="scan it from")
    _, of_the_phone = fetch(shown, "/")
    drawn = io.StringIO()
    code.terminal(drawn, compact=True)

    assert code.svg_inline(light="white", omitsize=True) in page
    assert drawn.getvalue().rstrip("\n") in shown
    assert "404" in root
    assert "the second code that the computer shows" in of_the_phone
    assert 0o600 == (data / "wireguard.json").stat().st_mode & 0o777
    assert keys.phone not in shown + of_the_phone + page


@TUNNEL
def test_undoing_a_tunnel_leaves_nothing(
    at_home: Any, person: Path, shown: str
) -> None:
    result = at_home("setup", "phone", "--wireguard", "--undo")

    assert 0 == result.exit_code
    assert "On the phone, delete the tunnel" in result.stdout
    assert {} == snapshot(person)


@pytest.mark.parametrize("command", [["setup", "phone"], ["proxy"]])
def test_keys_that_others_can_read_are_not_used(
    tmp_path: Path, command: list[str]
) -> None:
    file = tmp_path / "wireguard.json"
    WireGuardKeys.ensure(file)
    file.chmod(0o644)

    said = subprocess.run(
        [sys.executable, "-m", "overallt", *command, "--wireguard", "--listen", LISTEN],
        env=os.environ | {"OVERALLT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == said.returncode
    assert f"Others can read {file}: run chmod 600 {file}\n" == said.stderr


def test_the_phone_is_told_all_it_needs_and_both_families_are_led_in() -> None:
    keys = WireGuardKeys(proxy=genkey(), phone=genkey())

    said = keys.phone_settings("192.168.1.5", 51820)

    assert [
        "[Interface]",
        f"PrivateKey = {keys.phone}",
        "Address = 198.51.100.254/32, 2001:db8::254/128",
        "DNS = 198.51.100.253",
        "",
        "[Peer]",
        f"PublicKey = {pubkey(keys.proxy)}",
        "AllowedIPs = 0.0.0.0/0, ::/0",
        "Endpoint = 192.168.1.5:51820",
    ] == said.splitlines()
    assert keys.phone not in repr(keys)
