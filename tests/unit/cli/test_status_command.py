"""What ``status`` tells."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from overallt.client.queue import Queue


def test_on_a_new_machine_nothing_is_set_up(run: Any) -> None:
    result = run("status", "--listen", "127.0.0.1:1")

    assert 1 == result.exit_code
    assert "Server        http://localhost:8700, " in result.stdout
    assert "Signed in     no\n" in result.stdout
    assert "Proxy         127.0.0.1:1, not running\n" in result.stdout
    assert "Authority     none yet" in result.stdout
    assert "Set up        nothing by overallt setup\n" in result.stdout
    assert "Browsers      0 paired\n" in result.stdout
    assert "Index         none yet\n" in result.stdout
    assert "Queue         0 waiting for the server\n" in result.stdout


def test_after_setting_up_it_tells_as_whom(run: Any, api: Any, home: Path) -> None:
    run("login", api.url)
    run("setup")
    (home / "index").touch()
    os.utime(home / "index", (time.time(), time.time() - 3 * 3600))

    text = run("status", "--listen", "127.0.0.1:1").stdout

    assert f"Server        {api.url}, answers\n" in text
    assert "Signed in     as grace\n" in text
    assert "Authority     less than an hour old, valid until 2" in text
    assert "Index         heard of 3 hours ago\n" in text
    assert api.tokens[-1] == "Bearer secret-token"


def test_another_program_is_not_taken_for_the_proxy(run: Any, api: Any) -> None:
    run("setup")

    result = run("status", "--listen", api.url.removeprefix("http://"))

    assert "another program listens there" in result.stdout
    assert 1 == result.exit_code


def test_a_sign_in_that_was_taken_back_is_told(run: Any, api: Any) -> None:
    run("login", api.url)
    api.denies = True

    assert "no longer; run overallt login" in run("status").stdout


def test_clicks_that_wait_or_were_refused_are_counted(run: Any, home: Path) -> None:
    home.mkdir()
    queue = Queue(home / "queue.sqlite")
    for click_id in "abc":
        now = datetime(2026, 1, 15, tzinfo=UTC)
        queue.keep(
            click_id=click_id, sign_in="who", tag_id="7", site=None, confirmed_at=now
        )
    waiting = run("status").stdout
    queue.refuse("a", "no_means")

    refused = run("status").stdout

    assert "Queue         3 waiting for the server\n" in waiting
    assert (
        "Queue         2 waiting for the server, 1 refused: see "
        "https://flattr.internal/\n"
    ) in refused
