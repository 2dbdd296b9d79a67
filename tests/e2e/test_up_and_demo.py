"""``overallt up`` and ``overallt demo``: what make run and make demo start."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from loopback import free_port

SECONDS = 60


@contextmanager
def overallt(
    *arguments: str, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Run ``overallt`` in a process group of its own, as a terminal does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "overallt", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Return what *process* says until *text* is in it."""
    assert process.stdout is not None
    said = ""
    while text not in said:
        line = process.stdout.readline()
        assert line, f"ended without {text!r}: {said}"
        said += line
    return said


def ports(tmp_path: Path) -> tuple[dict[str, str], int, str]:
    """Return an environment with a free port for the server, and one for the proxy."""
    port = free_port()
    environment = {
        "OVERALLT_DATA": str(tmp_path / "server"),
        "OVERALLT_HOME": str(tmp_path / "patron"),
        "OVERALLT_LISTEN_PORT": str(port),
        "OVERALLT_PUBLIC_URL": f"http://localhost:{port}",
    }
    return environment, port, f"127.0.0.1:{free_port()}"


def answers(address: tuple[str, int]) -> bool:
    """Tell whether anybody listens at *address*."""
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


def test_both_ports_answer_and_ctrl_c_ends_both(tmp_path: Path) -> None:
    environment, port, listen = ports(tmp_path)
    proxy = ("127.0.0.1", int(listen.split(":")[1]))
    with overallt("up", "--listen", listen, environment=environment) as process:
        said = read_until(process, "Ctrl-C ends both.")
        assert f"http://localhost:{port}" in said
        with urllib.request.urlopen(f"http://localhost:{port}/healthz") as answer:
            assert answer.status == 200
        assert answers(proxy)
        # A terminal sends Ctrl-C to the whole group.
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(SECONDS)

    assert code == 0
    assert not answers(proxy)
    assert not answers(("127.0.0.1", port))


def test_terminating_the_launcher_ends_its_children(tmp_path: Path) -> None:
    environment, port, listen = ports(tmp_path)
    with overallt("up", "--listen", listen, environment=environment) as process:
        read_until(process, "Ctrl-C ends both.")
        process.terminate()
        process.wait(SECONDS)

    assert not answers(("127.0.0.1", port))
    assert not answers(("127.0.0.1", int(listen.split(":")[1])))


@pytest.mark.parametrize("taken", ["server", "proxy"])
def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path, taken: str) -> None:
    environment, port, listen = ports(tmp_path)
    with socket.socket() as other:
        other.bind(
            ("127.0.0.1", port if taken == "server" else int(listen.split(":")[1]))
        )
        other.listen()
        with overallt("up", "--listen", listen, environment=environment) as process:
            said, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert "Traceback" not in said
    assert "in use" in said
    assert 1 == len(said.splitlines())


@pytest.mark.parametrize("folder", ["OVERALLT_DATA", "OVERALLT_HOME"])
def test_a_folder_that_cannot_be_used_is_one_clear_sentence(
    tmp_path: Path, folder: str
) -> None:
    environment, _, listen = ports(tmp_path)
    # Root may write anywhere, but not below a file.
    (tmp_path / "file").touch()
    environment[folder] = str(tmp_path / "file" / "folder")
    with overallt("up", "--listen", listen, environment=environment) as process:
        said, _ = process.communicate(timeout=SECONDS)

    assert process.returncode == 1
    assert "Traceback" not in said
    assert environment[folder] in said
    assert 1 == len(said.splitlines())


def test_the_demonstration_shows_a_button_on_each_page(tmp_path: Path) -> None:
    _, port, listen = ports(tmp_path)
    command = [
        *("demo", "--listen", listen, "--server-port", str(port)),
        *("--site-port", str(free_port())),
    ]
    kept = {"TMPDIR": str(tmp_path)}
    with overallt(*command, environment=kept) as process:
        said = read_until(process, "Ctrl-C ends everything")
        authority = re.search(r"/\S+\.pem", said)
        assert authority is not None, said
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({"https": f"http://{listen}"}),
            urllib.request.HTTPSHandler(
                context=ssl.create_default_context(cafile=authority[0])
            ),
        )
        pages = [
            opener.open(f"https://demo.test{path}").read().decode()
            for path in ("/", "/strict", "/slow")
        ]
        things = f"http://localhost:{port}/rest/v2/things"
        proved = [
            json.load(opener.open(f"{things}/{thing}"))["hosts"]
            for thing in re.findall(r"internal/give/([0-9]+)", "".join(pages))
        ]
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(SECONDS)

    buttons = [page.count('<a href="https://flattr.internal/give/') for page in pages]
    assert [1, 1, 2] == buttons
    # So the page that asks says "Confirmed on this site", as a proved one does.
    assert 4 * [["demo.test"]] == proved
    assert code == 0
    assert [] == list(tmp_path.glob("overallt-demo-*"))
