"""The data folder knows all that lies in it."""

from pathlib import Path

from homes import snapshot

from overallt.cli.folders import DataFolder

KEPT = {"credentials"}


def test_clearing_deletes_whatever_the_folder_has_a_name_for(tmp_path: Path) -> None:
    """Who adds a file to the folder is told here that undoing must delete it."""
    folder = DataFolder(tmp_path / "above" / "data")
    folder.make()
    names = {
        name for name, kind in vars(DataFolder).items() if isinstance(kind, property)
    }
    for name in names - KEPT - {"made", "authority", "_buckets"}:
        getattr(folder, name).touch()
    for inside in (folder.authority, folder.index.with_name("index.buckets")):
        inside.mkdir()
        (inside / "file").touch()

    folder.clear()

    assert {} == snapshot(tmp_path)
