"""A PostgreSQL of one's own, from the machine's server programs, gone when it ends."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from loopback import free_port
from memory import folder_in_memory

PROGRAMS: Final = Path("/usr/lib/postgresql")
START_SECONDS: Final = 60
# PostgreSQL refuses to run as root, which is what a container's tests run as.
USER: Final = "postgres" if os.geteuid() == 0 else None


class PostgresMissing(Exception):
    """PostgreSQL's server programs are not installed."""


class Cluster:
    """PostgreSQL's server in *folder*, which can be killed and started again."""

    def __init__(self, programs: Path, folder: Path, *, durable: bool) -> None:
        """Make its files; nothing runs yet."""
        self._folder = folder
        port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "fsync": "on" if durable else "off",
            "max_connections": 50,
        }
        self._command: list[str | Path] = [
            *(programs / "postgres", "-D", folder / "data"),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]
        self.url: Final = f"postgresql://overallt@127.0.0.1:{port}"
        subprocess.run(
            [
                *(programs / "initdb", "-D", folder / "data", "-U", "overallt"),
                *("-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
                # It knows which letters are the same in another case, as others do.
                "--lc-ctype=C.UTF-8",
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            user=USER,
        )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        give_up = time.monotonic() + START_SECONDS
        self._server = self._run()
        while True:
            try:
                psycopg.connect(f"{self.url}/postgres").close()
            except psycopg.OperationalError:
                if time.monotonic() > give_up:
                    raise
                # While anything of the one before it still goes down, it refuses.
                if self._server.poll() is not None:
                    self._server = self._run()
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """Kill every process of it at once: whatever was not written is lost."""
        for each in self._stopped():
            os.kill(each, signal.SIGKILL)
        self._server.wait(START_SECONDS)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let every process of it hang until the end of the block."""
        processes = self._stopped()
        try:
            for each in processes:
                os.kill(each, signal.SIGSTOP)
            yield
        finally:
            for each in processes:
                os.kill(each, signal.SIGCONT)

    def stop(self) -> None:
        """Stop it, whatever its clients are at."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(START_SECONDS)

    def _stopped(self) -> list[int]:
        # It must not notice how its children go, and start others.
        self._server.send_signal(signal.SIGSTOP)
        pid = self._server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [*map(int, children.split()), pid]

    def _run(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            user=USER,
        )


@contextmanager
def cluster(*, durable: bool) -> Iterator[Cluster]:
    """Start a PostgreSQL that may be killed.

    Unless it is *durable*, its files are in memory where there is room: tests kill
    programs, and no machine.

    Raises:
        PostgresMissing: there is none on this machine.
    """
    folders = sorted(PROGRAMS.glob("*/bin/initdb"))
    if not folders:
        raise PostgresMissing(PostgresMissing.__doc__)
    where = None if durable else folder_in_memory()
    with tempfile.TemporaryDirectory(prefix="overallt-postgres-", dir=where) as name:
        if USER:
            shutil.chown(name, USER)
        made = Cluster(folders[-1].parent, Path(name), durable=durable)
        made.start()
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def postgres(*, durable: bool) -> Iterator[str]:
    """Start PostgreSQL as ``cluster`` does; gives its URL, without a database's name.

    Raises:
        PostgresMissing: there is none on this machine.
    """
    with cluster(durable=durable) as made:
        yield made.url


def run_sql(url: str, statement: str) -> None:
    """Run one *statement* in the server's own database, in no transaction."""
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())
