"""The server starts with one command, says where, and ends when asked to."""

import os
import pty
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from loopback import free_port

PROGRAM = [sys.executable, "-m", "overallt_server"]


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*PROGRAM, "serve"],
        env=os.environ | environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_migrates_says_where_it_answers_and_ends_cleanly(
    how: signal.Signals, newcomer: Any
) -> None:
    port = free_port()
    address = f"http://localhost:{port}"
    environment = {"OVERALLT_LISTEN_PORT": str(port), "OVERALLT_PUBLIC_URL": address}
    with serving(environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            status = answer.status
        process.send_signal(how)
        _out, errors = process.communicate(timeout=20)

    assert f"The server answers at {address}.\n" == line
    assert 200 == status
    assert (0, "") == (process.returncode, errors)
    assert 0o700 == stat.S_IMODE(newcomer.folder.stat().st_mode)
    assert 0o600 == stat.S_IMODE((newcomer.folder / "overallt.sqlite").stat().st_mode)


def test_a_port_in_use_is_one_sentence(newcomer: Any, taken: socket.socket) -> None:
    port = taken.getsockname()[1]
    with serving({"OVERALLT_LISTEN_PORT": str(port)}) as process:
        out, errors = process.communicate(timeout=20)

    assert 1 == process.returncode
    assert "" == out
    assert f"Cannot listen on 127.0.0.1:{port}" in errors
    assert 1 == errors.count("\n")


def test_every_setting_is_listed_with_its_default(
    newcomer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERALLT_HOLD_DAYS", "3")
    ran = newcomer.run("settings")

    assert "OVERALLT_HOLD_DAYS = 3\n" in ran.out
    assert "Days from a period's end until it is settled (default 9)" in ran.out
    assert "OVERALLT_PUBLIC_URL = 'http://localhost:8700'\n" in ran.out


def test_the_settings_do_not_show_the_databases_password(
    newcomer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERALLT_DATABASE", "postgresql://me:hush@db.test/books")
    ran = newcomer.run("settings")

    assert "postgresql://me:***@db.test/books" in ran.out
    assert "hush" not in ran.out


def test_at_a_terminal_the_settlement_shows_how_far_it_is(month: Any) -> None:
    month.run("period", "close")
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*PROGRAM, "settle"], stdout=subprocess.PIPE, stderr=theirs, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 4096).decode()
    os.close(ours)

    assert b" is settled: " in done.stdout
    assert "Settling" in shown
    assert "100%" in shown
