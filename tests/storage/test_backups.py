"""A backup is one file with all that was true at one instant; restored, it is that."""

import asyncio
import shutil
import sqlite3
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from postgres import run_sql
from rows import all_rows, silent

from overallt_server.core.audit import Finding
from overallt_server.storage import schema
from overallt_server.storage.backups import BackupFailed, back_up, restore
from overallt_server.storage.database import Database

type Audit = Callable[[Database], Awaitable[list[Finding]]]


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Database]:
    """Give a SQLite database of which there is no file yet."""
    database = Database(f"sqlite:///{tmp_path / 'restored' / 'overallt.sqlite'}")
    yield database
    await database.close()


@pytest.fixture
async def empty_postgres(postgres_template: str) -> AsyncIterator[Database]:
    """Give a PostgreSQL database without a table."""
    run_sql(postgres_template, "CREATE DATABASE restored TEMPLATE template0")
    database = Database(f"{postgres_template}/restored")
    yield database
    await database.close()
    run_sql(postgres_template, "DROP DATABASE restored WITH (FORCE)")


async def test_what_is_restored_is_what_was_backed_up(
    books: Database, empty: Database, tmp_path: Path, audit: Audit
) -> None:
    await back_up(books, tmp_path / "backup", silent)

    await restore(empty, tmp_path / "backup", silent)

    assert await all_rows(books) == await all_rows(empty)
    assert [] == await audit(empty)


async def test_so_it_is_on_postgresql(
    postgres_books: Database, empty_postgres: Database, tmp_path: Path, audit: Audit
) -> None:
    await back_up(postgres_books, tmp_path / "backup", silent)

    await restore(empty_postgres, tmp_path / "backup", silent)

    assert await all_rows(postgres_books) == await all_rows(empty_postgres)
    assert [] == await audit(empty_postgres)


async def test_restored_books_cannot_be_changed_either(
    books: Database, empty: Database, tmp_path: Path
) -> None:
    await back_up(books, tmp_path / "backup", silent)
    await restore(empty, tmp_path / "backup", silent)

    with pytest.raises(sa.exc.IntegrityError):
        async with empty.transaction() as tx:
            await tx.execute(sa.delete(schema.postings))


async def test_a_backup_is_for_its_user_only(books: Database, tmp_path: Path) -> None:
    await back_up(books, tmp_path / "backup", silent)

    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert not (tmp_path / "backup.part").exists()


async def test_the_server_writes_on_and_the_backup_is_of_one_instant(
    books: Database, empty: Database, tmp_path: Path
) -> None:
    before = await all_rows(books)
    written = []

    def write(_done: int, _all: int) -> None:
        with closing(sqlite3.connect(str(books.url.database))) as other:
            other.execute("UPDATE budgets SET amount_minor = amount_minor + 1")
            other.commit()
        written.append(1)

    await back_up(books, tmp_path / "backup", write)
    await restore(empty, tmp_path / "backup", silent)

    assert written
    assert before == await all_rows(empty)
    assert before != await all_rows(books)


async def test_no_file_is_written_over(books: Database, tmp_path: Path) -> None:
    (tmp_path / "backup").write_bytes(b"last year's")

    with pytest.raises(FileExistsError):
        await back_up(books, tmp_path / "backup", silent)

    assert (tmp_path / "backup").read_bytes() == b"last year's"


async def test_no_database_is_written_over(books: Database, tmp_path: Path) -> None:
    before = await all_rows(books)
    await back_up(books, tmp_path / "backup", silent)

    with pytest.raises(BackupFailed, match="already"):
        await restore(books, tmp_path / "backup", silent)

    assert before == await all_rows(books)


async def test_nor_one_on_postgresql(postgres_books: Database, tmp_path: Path) -> None:
    before = await all_rows(postgres_books)
    await back_up(postgres_books, tmp_path / "backup", silent)

    with pytest.raises(BackupFailed, match="not empty"):
        await restore(postgres_books, tmp_path / "backup", silent)

    assert before == await all_rows(postgres_books)


async def test_what_another_database_left_behind_is_not_taken_for_its_last_changes(
    books: Database, empty: Database, tmp_path: Path
) -> None:
    await back_up(books, tmp_path / "backup", silent)
    file = Path(str(empty.url.database))
    await asyncio.to_thread(file.parent.mkdir)
    file.with_name(f"{file.name}-wal").write_bytes(b"left behind")

    with pytest.raises(BackupFailed, match="already"):
        await restore(empty, tmp_path / "backup", silent)


@pytest.mark.parametrize("at", [50, 20_000, 40_000])
async def test_a_damaged_backup_is_refused_and_leaves_nothing(
    books: Database, empty: Database, tmp_path: Path, at: int
) -> None:
    backup = tmp_path / "backup"
    await back_up(books, backup, silent)
    content = bytearray(backup.read_bytes())
    content[at : at + 3000] = bytes(3000)
    backup.write_bytes(content)

    with pytest.raises(BackupFailed, match="damaged"):
        await restore(empty, backup, silent)

    assert list(Path(str(empty.url.database)).parent.iterdir()) == []


async def test_any_other_file_is_refused(empty: Database, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear reader", encoding="utf-8")

    with pytest.raises(BackupFailed, match="no backup"):
        await restore(empty, tmp_path / "letter", silent)


async def test_a_backup_of_the_other_kind_says_how_to_go_on(
    books: Database, empty_postgres: Database, tmp_path: Path
) -> None:
    await back_up(books, tmp_path / "backup", silent)

    with pytest.raises(BackupFailed, match="overallt-server move"):
        await restore(empty_postgres, tmp_path / "backup", silent)


async def test_without_pg_dump_it_says_what_to_install(
    postgres_books: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupFailed, match="install"):
        await back_up(postgres_books, tmp_path / "backup", silent)

    assert not (tmp_path / "backup").exists()


async def test_what_postgresql_refuses_is_told_without_the_password(
    postgres_books: Database, tmp_path: Path
) -> None:
    url = postgres_books.url.set(database="missing", password="secret")
    nowhere = Database(url.render_as_string(hide_password=False))

    with pytest.raises(BackupFailed, match="missing") as failed:
        await back_up(nowhere, tmp_path / "backup", silent)

    assert "secret" not in str(failed.value)
    assert shutil.which("pg_dump")
