"""The index in a file: whole, private, and of one server only."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overallt.client.index_file import HeardIndex, IndexFile

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
HEARD = HeardIndex(b"\n\n345678", START)
URL = "https://server.test"


@pytest.fixture
def file(tmp_path: Path) -> IndexFile:
    return IndexFile(tmp_path / "index", URL)


def test_what_was_written_is_read_again(file: IndexFile, tmp_path: Path) -> None:
    file.write(HEARD)

    assert file.read() == HEARD
    assert [tmp_path / "index"] == list(tmp_path.iterdir())
    assert 0o600 == stat.S_IMODE((tmp_path / "index").stat().st_mode)


def test_a_newer_one_takes_its_place(file: IndexFile) -> None:
    newer = HeardIndex(b"12345678" * 2, START + timedelta(days=1))
    file.write(HEARD)

    file.write(newer)

    assert file.read() == newer


def test_what_a_killed_program_left_half_written_does_not_matter(
    file: IndexFile, tmp_path: Path
) -> None:
    (tmp_path / "index.new").write_bytes(b"ha")

    file.write(HEARD)

    assert file.read() == HEARD


def test_what_is_confirmed_is_as_new_as_that(file: IndexFile) -> None:
    later = START + timedelta(hours=2)
    file.write(HEARD)

    file.confirm(later)

    assert file.read() == HeardIndex(HEARD.content, later)


def test_another_server_has_another_index(file: IndexFile, tmp_path: Path) -> None:
    file.write(HEARD)

    assert IndexFile(tmp_path / "index", "https://other.test").read() is None


@pytest.mark.parametrize(
    "content", [b"", b"12345678", b"[]\n12345678", b'{"server": 1}\n', b"\xff\n"]
)
def test_what_is_no_such_file_is_none(
    file: IndexFile, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "index").write_bytes(content)

    assert file.read() is None


def test_where_there_is_none_there_is_none(file: IndexFile) -> None:
    assert file.read() is None
