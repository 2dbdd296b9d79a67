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

PROGRAMS: Final = Path("/usr/lib/postgresql")
START_SECONDS: Final = 60


class PostgresMissing(Exception):
    """PostgreSQL's server programs are not installed."""


@contextmanager
def postgres(*, durable: bool) -> Iterator[str]:
    """Start PostgreSQL; gives its URL, without a database's name.

    Unless it is *durable*, it answers before the disk has it: tests kill programs, and
    no machine.

    Raises:
        PostgresMissing: there is none on this machine.
    """
    folders = sorted(PROGRAMS.glob("*/bin/initdb"))
    if not folders:
        raise PostgresMissing(PostgresMissing.__doc__)
    programs = folders[-1].parent
    # PostgreSQL refuses to run as root, which is what a container's tests run as.
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="overallt-postgres-") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        port = free_port()
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
            user=user,
        )
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "fsync": "on" if durable else "off",
            "max_connections": 50,
        }
        server = subprocess.Popen(
            [
                *(programs / "postgres", "-D", folder / "data"),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            user=user,
        )
        try:
            url = f"postgresql://overallt@127.0.0.1:{port}"
            _wait_until_it_answers(url, server)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(START_SECONDS)


def run_sql(url: str, statement: str) -> None:
    """Run one *statement* in the server's own database, in no transaction."""
    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


def _wait_until_it_answers(url: str, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(f"{url}/postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up:
                raise
            time.sleep(0.05)
        else:
            return
