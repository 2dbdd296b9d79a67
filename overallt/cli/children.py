"""Programs that a command starts, and ends with itself.

Ctrl-C in a terminal reaches every program in it at once; a child ends by itself
then. Whatever else ends us, the children are asked to end (SIGTERM), and waited for.
"""

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Final, NoReturn

import click

READY_SECONDS: Final = 60.0
END_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.2


class ChildFailed(Exception):
    """A program ended before it was ready; it has said why on the screen."""


class Child:
    """One running program whose first line of output says that it is ready."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        """Start ``python -m`` *arguments*; what it prints as errors is seen."""
        self._process: Final = subprocess.Popen(  # noqa: S603 - our own programs.
            [sys.executable, "-m", *arguments],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ready: Final = threading.Event()
        self._first_line = ""
        threading.Thread(target=self._read, daemon=True).start()

    def wait_until_ready(self) -> None:
        """Wait for its first line.

        Raises:
            ChildFailed: it ended instead, or took too long.
        """
        self._ready.wait(READY_SECONDS)
        if not self._ready.is_set() or not self.running:
            raise ChildFailed

    @property
    def first_line(self) -> str:
        """What it said when it was ready."""
        return self._first_line

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def end(self) -> None:
        """Ask it to end, wait, and insist if it does not."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        output: IO[str] | None = self._process.stdout
        if output is not None:
            # Reading to the end keeps the pipe from filling up.
            for line in output:
                self._first_line = self._first_line or line.strip()
                self._ready.set()
        # The pipe closes a moment before the exit status is there.
        self._process.wait()
        self._ready.set()


@contextmanager
def child(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Child]:
    """Start a program, wait until it is ready, end it with the block.

    Raises:
        ChildFailed: it ended before it was ready.
    """
    started = Child(arguments, environment)
    try:
        started.wait_until_ready()
        yield started
    finally:
        started.end()


async def until_one_ends(*children: Child) -> None:
    """Return once one of *children* has ended by itself."""
    # A process that ends sets no event of ours.
    while all(each.running for each in children):  # noqa: ASYNC110 - see above.
        await asyncio.sleep(LOOK_SECONDS)


def run_until_interrupted(work: Coroutine[None, None, None]) -> NoReturn:
    """Run *work* until Ctrl-C or SIGTERM: exit code 0; 1 if it ends by itself."""
    # Ctrl-C too: a shell that starts us in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        asyncio.run(work)
    except KeyboardInterrupt:
        click.echo("Överallt has ended.")
        sys.exit(0)
    except ChildFailed:
        sys.exit(1)
    click.echo("One of the programs has ended, and so did the rest.", err=True)
    sys.exit(1)
