"""Buckets in files: whole, private, and of one server only."""

import stat
from datetime import UTC, datetime
from pathlib import Path

from overallt.client.bucket_files import BucketFiles
from overallt.client.index_file import HeardIndex

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://server.test"


def heard(content: bytes) -> HeardIndex:
    return HeardIndex(content, START)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    files = BucketFiles(tmp_path / "buckets", URL)
    written = {"": heard(b"all"), "01": heard(b"some"), "10": heard(b"others")}

    for prefix, each in written.items():
        files.write(prefix, each)

    assert written == files.read()
    assert 0o700 == stat.S_IMODE((tmp_path / "buckets").stat().st_mode)


def test_what_is_removed_is_gone_also_twice(tmp_path: Path) -> None:
    files = BucketFiles(tmp_path, URL)
    files.write("01", heard(b"some"))

    files.remove("01")
    files.remove("01")

    assert {} == files.read()


def test_what_is_of_another_server_or_no_bucket_is_removed(tmp_path: Path) -> None:
    BucketFiles(tmp_path, "https://other.test").write("01", heard(b"some"))
    for name in ("bucket10", "bucket10.new", "bucket2"):
        (tmp_path / name).write_bytes(b"ha")

    found = BucketFiles(tmp_path, URL).read()

    assert {} == found
    assert [] == list(tmp_path.iterdir())


def test_where_there_is_no_folder_there_are_none(tmp_path: Path) -> None:
    assert {} == BucketFiles(tmp_path / "missing", URL).read()


def test_what_cannot_be_removed_stays(tmp_path: Path) -> None:
    (tmp_path / "bucket01").mkdir()

    found = BucketFiles(tmp_path, URL).read()

    assert {} == found
    assert ["bucket01"] == [each.name for each in tmp_path.iterdir()]
