"""The patron's own list of hosts to leave alone: a file that he may also edit by hand.

One host a line, its subdomains included. ``!`` before it takes it off the list that
comes with the proxy; what follows ``#`` is a note::

    bank.example
    !mail.example      # I like buttons here
    *.gov.example      # a public suffix, with every site below it

A public suffix alone would be a slip: ``co.uk`` is half the sites of a country. So it
has to be said with ``*.``. A line that cannot be understood leaves nothing alone.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from overallt.client.hosts import host_in, is_public_suffix
from overallt.client.private_files import replace_private

EXCEPTION: Final = "!"
WHOLE_SUFFIX: Final = "*."


class WrongHost(ValueError):
    """What was written is no host that could be left alone."""


@dataclass(frozen=True, slots=True)
class OptOutHosts:
    """Hosts that are left alone, and exceptions; *wrong* are bad lines, by number."""

    left_alone: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()
    wrong: tuple[int, ...] = ()


@dataclass(slots=True)
class OptOutFile:
    """The list in the file at *path*, which need not exist."""

    path: Path
    _stamp: tuple[int, int] | None = field(default=None, init=False)
    _hosts: OptOutHosts = field(default_factory=OptOutHosts, init=False)

    def read(self) -> OptOutHosts:
        """Return what stands in the file now; it is read again only once it changed."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return OptOutHosts()
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            self._hosts = parse(self.path.read_text(encoding="utf-8", errors="replace"))
            self._stamp = stamp
        return self._hosts

    def add(self, text: str, *, excepted: bool) -> str:
        """Add a host, or an exception; return how it was understood.

        Raises:
            WrongHost: it is none, or a public suffix without ``*.``.
            OSError: the file cannot be written.
        """
        host = read_host(text)
        mark = EXCEPTION if excepted else ""
        suffix = WHOLE_SUFFIX if is_public_suffix(host) else ""
        self._write([*_without(self._lines(), host), f"{mark}{suffix}{host}"])
        return host

    def forget(self, text: str) -> bool:
        """Take out every line about a host; tell whether there was one.

        Raises:
            WrongHost: it is no host.
            OSError: the file cannot be written.
        """
        lines = self._lines()
        kept = _without(lines, read_host(text))
        if kept == lines:
            return False
        self._write(kept)
        return True

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _write(self, lines: list[str]) -> None:
        replace_private(self.path, "".join(f"{each}\n" for each in lines).encode())


def parse(text: str) -> OptOutHosts:
    """Return what the lines of *text* say."""
    sides: dict[bool, set[str]] = {False: set(), True: set()}
    wrong = []
    for number, line in enumerate(text.splitlines(), start=1):
        written = _written(line)
        if not written:
            continue
        try:
            host = read_host(written.removeprefix(EXCEPTION))
        except WrongHost:
            wrong.append(number)
        else:
            sides[written.startswith(EXCEPTION)].add(host)
    return OptOutHosts(frozenset(sides[False]), frozenset(sides[True]), tuple(wrong))


def read_host(text: str) -> str:
    """Return the host that *text* names.

    Raises:
        WrongHost: it is none, or a public suffix without ``*.``.
    """
    text = text.strip()
    host = host_in(text.removeprefix(WHOLE_SUFFIX))
    if host is None:
        raise WrongHost(f"“{text}” is not the name of a host.")
    if is_public_suffix(host) and not text.startswith(WHOLE_SUFFIX):
        raise WrongHost(
            f"Many owners have their sites below {host}. If you mean all of them, "
            f"write {WHOLE_SUFFIX}{host}."
        )
    return host


def _written(line: str) -> str:
    return line.partition("#")[0].strip()


def _without(lines: list[str], host: str) -> list[str]:
    """Return *lines* without those that speak of *host*."""
    spoken = {host, WHOLE_SUFFIX + host}
    return [
        each for each in lines if _written(each).removeprefix(EXCEPTION) not in spoken
    ]
