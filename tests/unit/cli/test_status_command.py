"""What ``status`` tells."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from overallt.client.queue import Queue


def test_on_a_new_machine_nothing_is_set_up(run: Any) -> None:
    text = run("status", "--listen", "127.0.0.1:1").stdout

    assert "Server        http://localhost:8700\n" in text
    assert "Signed in     no\n" in text
    assert "Proxy         127.0.0.1:1, not running\n" in text
    assert "Authority     none yet" in text
    assert "Browsers      0 paired\n" in text
    assert "Queue         0 waiting for the server\n" in text


def test_after_setting_up_it_tells_as_whom(run: Any, api: Any) -> None:
    run("login", api.url)
    run("setup")

    text = run("status", "--listen", api.url.removeprefix("http://")).stdout

    assert f"Server        {api.url}\n" in text
    assert "Signed in     as grace\n" in text
    assert ", running\n" in text
    assert "Authority     valid until 2" in text
    assert api.tokens[-1] == "Bearer secret-token"


def test_a_sign_in_that_was_taken_back_is_told(run: Any, api: Any) -> None:
    run("login", api.url)
    api.denies = True

    assert "no longer; run overallt login" in run("status").stdout


def test_clicks_that_wait_or_were_refused_are_counted(run: Any, home: Path) -> None:
    home.mkdir()
    queue = Queue(home / "queue.sqlite")
    for click_id in "abc":
        now = datetime(2026, 1, 15, tzinfo=UTC)
        queue.keep(click_id=click_id, sign_in="who", tag_id="7", confirmed_at=now)
    waiting = run("status").stdout
    queue.refuse("a", "no_means")

    refused = run("status").stdout

    assert "Queue         3 waiting for the server\n" in waiting
    assert (
        "Queue         2 waiting for the server, 1 refused: see "
        "https://flattr.internal/\n"
    ) in refused
