"""A whole small world of real programs: server, proxies, a web site, people.

Everything is started as a user would start it, by its command, with folders of its
own. The server lives in the middle of last month, so that the month can be closed and
settled by today's clock.
"""

import asyncio
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from browsers import Browser, browser
from loopback import free_port

from overallt.demo.site import HOST, Tags, make_app, serving

END_SECONDS: Final = 15
PASSWORD: Final = "a sentence that nobody guesses"
MIDDLE: Final = 15


def last_month(now: datetime) -> datetime:
    """Return a moment in the middle of the month before *now*."""
    return (now.replace(day=1) - timedelta(days=1)).replace(day=MIDDLE)


@contextmanager
def program(
    arguments: list[str], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Run ``python -m`` *arguments* until the block ends; wait for its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        assert first, f"{arguments} ended with {process.wait()}"
        yield process
    finally:
        process.terminate()
        process.wait(END_SECONDS)
        process.stdout.close()


@dataclass(frozen=True, slots=True)
class Patron:
    """A person at a computer of his own, with a proxy and a browser."""

    name: str
    browser: Browser


class World:
    """The server and its operator; patrons join it with their browsers."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Prepare in *folder*; what is started is ended by *stack*."""
        self.folder: Final = folder
        self._stack: Final = stack
        self._site_port: Final = free_port()
        # The names by which the proxies find the web site.
        self.hosts: Final = [HOST]
        port = free_port()
        self.url: Final = f"http://localhost:{port}"
        self.operator: Final = {
            **os.environ,
            "OVERALLT_DATA": str(folder / "server"),
            "OVERALLT_LISTEN_PORT": str(port),
            "OVERALLT_PUBLIC_URL": self.url,
            # One person runs it.
            "OVERALLT_OPERATORS_NEEDED": "1",
            # So that even a small month has slices between which it can be killed.
            "OVERALLT_SLICE_PATRONS": "1",
        }
        now = datetime.now(UTC)
        self.month: Final = f"{last_month(now):%Y-%m}"
        offset = int((last_month(now) - now).total_seconds())
        self._then: Final = {"OVERALLT_CLOCK_OFFSET_SECONDS": str(offset)}

    def start_server(self) -> subprocess.Popen[str]:
        """Start the server, in the middle of last month."""
        return self._stack.enter_context(
            program(["overallt_server", "serve"], {**self.operator, **self._then})
        )

    def operate(self, *arguments: str, code: int = 0, typed: str = "") -> str:
        """Run a command of the operator today; return what it prints."""
        return self._run(self.operator, arguments, code, typed)

    def operate_then(self, *arguments: str, typed: str = "") -> str:
        """Run a command of the operator in the middle of last month."""
        return self._run({**self.operator, **self._then}, arguments, 0, typed)

    def start_site(self, tags: Tags) -> None:
        """Serve the demonstration's pages with *tags* over HTTPS."""
        started = threading.Event()
        loop = asyncio.new_event_loop()
        stop = asyncio.Event()

        async def serve() -> None:
            app = make_app(tags)
            async with serving(app, port=self._site_port, ca=self._site_ca):
                started.set()
                await stop.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()

        def end() -> None:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()

        self._stack.callback(end)
        assert started.wait(END_SECONDS)

    def sign_up(self, window: Browser, name: str) -> None:
        """Sign *name* up at the server's own page."""
        window.open(f"{self.url}/signup")
        window.write("input[name=username]", name)
        window.write("input[name=email]", f"{name}@mail.test")
        window.write("input[name=password]", PASSWORD)
        window.press("form[action='/signup'] button")
        window.wait_for("a[href='/things/new']")

    def register(self, window: Browser, path: str, title: str) -> str:
        """Register a page of the site as who is signed in; return its id."""
        window.open(f"{self.url}/things/new")
        window.write("input[name=url]", f"https://{HOST}{path}")
        window.write("input[name=title]", title)
        window.press("form[action='/things/new'] button")
        match = re.search(r"\[Flattr=([0-9]+)\]", window.text())
        assert match is not None, window.text()
        return match[1]

    @contextmanager
    def patron(self, kind: str, name: str, *, dark: bool = False) -> Iterator[Patron]:
        """Give *name* a proxy and a browser, sign him up, in, and pair them."""
        home = self.folder / name
        environment = {**os.environ, "OVERALLT_HOME": str(home)}
        listen = f"127.0.0.1:{free_port()}"
        self.start_proxy(name, listen)
        ca = home / "authority" / "mitmproxy-ca-cert.pem"
        with browser(kind, home / "browser", proxy=listen, ca=ca, dark=dark) as window:
            self.sign_up(window, name)
            self._log_in(window, environment)
            said = self._overallt(environment, "setup")
            pairing = re.search(r"https://flattr\.internal/pair/\S+", said)
            assert pairing is not None, said
            window.open(pairing[0])
            yield Patron(name, window)

    def start_proxy(self, name: str, listen: str) -> subprocess.Popen[str]:
        """Start the proxy of the patron *name*."""
        environment = {**os.environ, "OVERALLT_HOME": str(self.folder / name)}
        command = [
            *("overallt", "proxy", "--listen", listen, "--server", self.url),
            *(
                f"--local-site={host}=127.0.0.1:{self._site_port}"
                for host in self.hosts
            ),
            *("--upstream-ca", str(self._site_ca)),
        ]
        return self._stack.enter_context(program(command, environment))

    @property
    def database(self) -> Path:
        """Where the server keeps everything."""
        return self.folder / "server" / "overallt.sqlite"

    @property
    def _site_ca(self) -> Path:
        return self.folder / "site-ca.pem"

    def _log_in(self, window: Browser, environment: Mapping[str, str]) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "overallt", "login", self.url],
            env=dict(environment),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        code = None
        while code is None:
            line = process.stdout.readline()
            assert line, "login printed no code"
            code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", line)
        window.open(f"{self.url}/device")
        window.write("input[name=user_code]", code[0])
        window.press("form[action='/device'] button")
        window.press("button[name=decision][value=allow]")
        process.stdout.read()
        assert process.wait(END_SECONDS) == 0
        process.stdout.close()

    def _overallt(self, environment: Mapping[str, str], *arguments: str) -> str:
        command = [sys.executable, "-m", "overallt", *arguments]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def _run(
        self,
        environment: Mapping[str, str],
        arguments: tuple[str, ...],
        code: int,
        typed: str,
    ) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "overallt_server", *arguments],
            env=environment,
            input=typed,
            check=False,
            capture_output=True,
            text=True,
        )
        assert code == done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Make a world in *folder*; everything in it ends with the block."""
    with ExitStack() as stack:
        yield World(folder, stack)
