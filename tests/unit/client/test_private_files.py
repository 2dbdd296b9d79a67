from pathlib import Path

import pytest

from overallt.client.private_files import replace_private


def test_only_its_user_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"

    replace_private(path, b"secret")

    assert 0o600 == path.stat().st_mode & 0o777
    assert b"secret" == path.read_bytes()


def test_a_file_that_anybody_could_read_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    for each in (path, path.with_suffix(".new")):
        each.write_bytes(b"old")
        each.chmod(0o644)

    replace_private(path, b"new")

    assert 0o600 == path.stat().st_mode & 0o777
    assert b"new" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_what_was_there_stays_if_it_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"old")
    path.with_suffix(".new").mkdir()

    with pytest.raises(OSError, match=r"key\.new"):
        replace_private(path, b"new")

    assert b"old" == path.read_bytes()
