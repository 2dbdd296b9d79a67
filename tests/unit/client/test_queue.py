"""The queue: what is kept, and what may be taken back."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overallt.client import queue as client_queue
from overallt.client.queue import NotKept, Queue, State

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "queue.sqlite"


@pytest.fixture
def queue(path: Path) -> Queue:
    return Queue(path)


def keep(queue: Queue, click_id: str, tag_id: str = "7") -> None:
    queue.keep(
        click_id=click_id, sign_in="who", tag_id=tag_id, site=None, confirmed_at=START
    )


def states(queue: Queue) -> dict[str, State]:
    return {each.click_id: each.state for each in queue.clicks()}


def test_what_is_kept_is_there_for_the_next_program(queue: Queue, path: Path) -> None:
    at = START.replace(microsecond=7)

    kept = queue.keep(
        click_id="a", sign_in="who", tag_id="ada", site=None, confirmed_at=at
    )

    assert [kept] == Queue(path).clicks()
    assert (kept.tag_id, kept.confirmed_at, kept.reason) == ("ada", START, None)


def test_nobody_else_can_read_it(queue: Queue, path: Path) -> None:
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("select * from clicks").fetchall()
        keep(queue, "a")
        beside = sorted(path.parent.iterdir())
        modes = {stat.S_IMODE(file.stat().st_mode) for file in beside}

    assert 3 == len(beside)
    assert {0o600} == modes


def test_it_is_written_ahead_and_to_the_disk(queue: Queue, path: Path) -> None:
    with queue._transaction() as tx:
        full = tx.execute("pragma synchronous").fetchone()
        mode = tx.execute("pragma journal_mode").fetchone()

    assert ((2,), ("wal",)) == (full, mode)


def test_a_click_that_waits_can_be_taken_back(queue: Queue) -> None:
    keep(queue, "a")

    assert queue.drop("a")
    assert not queue.depart("a")
    assert queue.clicks() == []


def test_a_click_that_is_underway_cannot_be_taken_back(queue: Queue) -> None:
    keep(queue, "a")

    assert queue.depart("a")
    assert not queue.drop("a")
    assert states(queue) == {"a": State.UNDERWAY}


def test_a_click_that_was_refused_stays_with_its_reason(queue: Queue) -> None:
    keep(queue, "a")
    queue.depart("a")

    queue.refuse("a", "no_means")

    assert ["no_means"] == [each.reason for each in queue.clicks()]
    assert queue.unsent() == []
    assert not queue.depart("a")
    assert queue.drop("a")


def test_a_click_that_is_gone_cannot_be_refused(queue: Queue) -> None:
    keep(queue, "a")
    queue.forget("a")

    queue.refuse("a", "flattr_once")

    assert queue.clicks() == []


def test_the_oldest_comes_first(queue: Queue) -> None:
    for minute, click_id in enumerate("cab"):
        at = START + timedelta(minutes=minute)
        queue.keep(
            click_id=click_id, sign_in="who", tag_id="7", site=None, confirmed_at=at
        )
    queue.depart("a")

    assert ["c", "a", "b"] == [each.click_id for each in queue.unsent()]


def test_a_queue_that_cannot_be_written_says_so(
    queue: Queue, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_queue, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")

        with pytest.raises(NotKept):
            keep(queue, "a")


def test_a_click_keeps_the_site_that_is_to_be_trusted(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "queue.sqlite")

    kept = queue.keep(
        click_id="a", sign_in="who", tag_id="7", site="a.test", confirmed_at=START
    )

    assert "a.test" == kept.site
    assert [kept] == queue.clicks()


def test_clicks_of_an_older_version_are_still_sent(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite"
    older = client_queue.SCHEMA.replace(",\n    site text", "")
    with closing(sqlite3.connect(path)) as tx, tx:
        tx.executescript(older)
        tx.execute("insert into clicks values ('a', 'who', '7', 0, 'waiting', null)")

    (click,) = Queue(path).unsent()

    assert "a" == click.click_id
    assert click.site is None
    assert [click] == Queue(path).unsent()
