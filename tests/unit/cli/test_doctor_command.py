"""What ``doctor`` finds, with a real proxy and each thing wrong in turn."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from homes import make_firefox

from overallt.client.queue import Queue
from overallt.gateway.browsers import Browsers

pytestmark = pytest.mark.skipif(
    shutil.which("certutil") is None, reason="certutil (libnss3-tools) is missing"
)
type Doctor = Callable[[], Any]


@contextmanager
def proxy(data: Path, *arguments: str) -> Iterator[str]:
    """Run a real proxy; give where it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "overallt", "proxy", *arguments],
        env=os.environ | {"OVERALLT_HOME": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].rstrip(".")
        process.send_signal(signal.SIGTERM)


@pytest.fixture
def data(person: Path) -> Path:
    return person / ".local" / "share" / "overallt"


@pytest.fixture
def doctor(run: Any, api: Any, person: Path, data: Path) -> Iterator[Doctor]:
    """Set everything up, so that all is well; give the command."""

    def overallt(*arguments: str) -> Any:
        return run("--data-folder", str(data), *arguments)

    make_firefox(person)
    overallt("login", api.url)
    with proxy(data, "--listen", "127.0.0.1:0", "--server", api.url) as listen:
        overallt("setup", "firefox", "--listen", listen)
        browsers = Browsers(data / "gateway.sqlite")
        now = datetime.now(UTC)
        browsers.pair(browsers.new_pairing_code(now), now)
        (data / "index").touch(mode=0o600)
        yield lambda: overallt("doctor", "--listen", listen)


def problems(result: Any) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("problem")]


def test_where_all_is_well_every_line_says_ok(doctor: Doctor) -> None:
    result = doctor()

    assert [] == problems(result)
    assert 0 == result.exit_code
    assert 11 <= len(result.stdout.splitlines())


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda data: (data / "proxy.pac").unlink(), "does not name the proxy"),
        (lambda data: (data / "seal.key").chmod(0o644), "Others can read"),
        (lambda data: (data / "gateway.sqlite").unlink(), "No browser is paired"),
        (lambda data: os.utime(data / "index", (0, 0)), "index of things for a day"),
    ],
)
def test_one_thing_that_is_wrong_is_told_with_what_to_do(
    doctor: Doctor, data: Path, spoil: Callable[[Path], None], says: str
) -> None:
    spoil(data)

    result = doctor()

    assert 1 == result.exit_code
    assert says in problems(result)[0]


def test_a_sign_in_that_is_no_good_is_told(doctor: Doctor, api: Any) -> None:
    api.denies = True

    (problem,) = problems(doctor())

    assert f"You are not signed in. Run overallt login {api.url}" in problem


def test_a_browser_that_forgot_the_authority_is_told(
    doctor: Doctor, person: Path
) -> None:
    profile = person / ".mozilla" / "firefox" / "abc.default"
    forget = ["certutil", "-D", "-n", "overallt-proxy", "-d", f"sql:{profile}"]
    subprocess.run(forget, check=True)

    (problem,) = problems(doctor())

    assert "does not trust the proxy's certificate authority" in problem
    assert f"Run overallt setup firefox --profile {profile}" in problem


def test_an_authority_that_the_running_proxy_does_not_use_is_told(
    doctor: Doctor, data: Path, run: Any
) -> None:
    shutil.rmtree(data / "authority")
    run("--data-folder", str(data), "setup")

    assert "a proxy with another authority" in doctor().stdout


def test_flattrs_that_were_refused_are_told(doctor: Doctor, data: Path) -> None:
    queue = Queue(data / "queue.sqlite")
    now = datetime.now(UTC)
    queue.keep(click_id="a", sign_in="who", tag_id="7", site=None, confirmed_at=now)
    queue.refuse("a", "no_means")

    assert "server refused: 1" in problems(doctor())[0]


def test_a_clock_that_is_wrong_is_told(doctor: Doctor, api: Any) -> None:
    api.date = "Thu, 01 Jan 2026 00:00:00 GMT"

    (problem,) = problems(doctor())

    assert "clock" in problem


def test_while_the_proxy_runs_nothing_is_undone(
    doctor: Doctor, data: Path, run: Any
) -> None:
    listen = doctor().stdout.split("The proxy at ")[1].split(": ")[0]

    result = run("--data-folder", str(data), "setup", "--undo", "--listen", listen)

    assert 1 == result.exit_code
    assert "End the proxy first" in result.stderr
    assert (data / "changes.json").exists()


def test_a_proxy_with_a_password_is_known_by_that(run: Any, home: Path) -> None:
    run("setup")
    secret = home / "secret"
    secret.touch(mode=0o600)
    secret.write_text("long enough, this")
    arguments = ("--listen", "127.0.0.1:0", "--password-file", str(secret))
    with proxy(home, *arguments) as listen:
        result = run("status", "--listen", listen)

    assert f"Proxy         {listen}, running, asks for a password\n" in result.stdout
