"""The command ``doctor``: looks at each thing that can be wrong, and says what to do.

Every check is one function and one line; a check that needs another thing to be right
first is left out until it is, so that one fault is told once.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import click

from overallt.cli.changes import Changes
from overallt.cli.failing import EXIT_FAILED
from overallt.cli.folders import DataFolder
from overallt.cli.pac import pac
from overallt.cli.parameters import listen_option
from overallt.cli.places import HostPort, NotChanged
from overallt.cli.status_command import index_age, paired_browsers, queued
from overallt.cli.their_programs import HOW_TO_INSTALL

# The gateway's tickets hold for five minutes, and servers count by the hour.
CLOCK_SECONDS: Final = 120.0
SOON: Final = timedelta(days=30)
# The proxy hears of the index all the time and notes it once an hour.
OLD_INDEX: Final = timedelta(days=1)
_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found, and what to do about it; ``None``: it is as it should be."""

    found: str
    remedy: str | None = None


@click.command()
@listen_option
@click.pass_obj
def doctor(folder: DataFolder, listen: HostPort) -> None:
    """Check each thing that can be wrong, and say what to do about it.

    Exit code: 0 if all is well, 1 if not.
    """
    ill = False
    for each in _diagnoses(folder, listen):
        if each.remedy is None:
            click.echo(f"ok       {each.found}")
        else:
            click.echo(f"problem  {each.found} {each.remedy}")
            ill = True
    if ill:
        sys.exit(EXIT_FAILED)


def _diagnoses(folder: DataFolder, listen: HostPort) -> Iterator[Diagnosis]:
    yield _certutil()
    yield _privacy(folder)
    yield from _authority(folder, listen)
    yield _proxy(folder, listen)
    yield _pac(folder, listen)
    yield _pairing(folder)
    yield from _server(folder)
    yield _index(folder)
    yield _queue(folder)


def _certutil() -> Diagnosis:
    if shutil.which("certutil") is None:
        return Diagnosis(
            "The program certutil is missing, without which no browser is set up.",
            HOW_TO_INSTALL["certutil"],
        )
    return Diagnosis("certutil is there.")


def _privacy(folder: DataFolder) -> Diagnosis:
    from overallt.proxy.authority import KEY_FILE

    secrets = [folder.root, folder.authority / KEY_FILE, folder.credentials]
    secrets += [folder.seal_key, folder.password]
    others = [
        each for each in secrets if each.exists() and each.stat().st_mode & _OTHERS
    ]
    if others:
        return Diagnosis(
            f"Others can read {others[0]}.",
            f"Run chmod -R go= {folder.root}",
        )
    return Diagnosis(f"Nobody else can read {folder.root}.")


def _authority(folder: DataFolder, listen: HostPort) -> Iterator[Diagnosis]:
    from overallt.proxy.authority import CERTIFICATE_FILE, expires_at

    ca = folder.authority / CERTIFICATE_FILE
    if not ca.exists():
        yield Diagnosis(
            "There is no certificate authority yet.",
            "Run overallt setup firefox, or chromium.",
        )
        return
    until = expires_at(ca)
    if until - datetime.now(tz=UTC) < SOON:
        yield Diagnosis(
            f"The certificate authority is valid only until {until:%Y-%m-%d}.",
            "Run overallt setup --undo, then set your browsers up again.",
        )
    else:
        yield Diagnosis(f"The certificate authority is valid until {until:%Y-%m-%d}.")
    for change in Changes(folder.changes).all():
        place = change.place
        try:
            problem = place.problem(ca, listen)
        except NotChanged as error:
            problem = f"cannot be looked at: {error}"
        if problem is None:
            yield Diagnosis(f"{place.title} is as it was set up.")
        else:
            yield Diagnosis(f"{place.title} {problem}.", f"Run {place.command}")


def _proxy(folder: DataFolder, listen: HostPort) -> Diagnosis:
    from overallt.cli.probing import Listener, listener
    from overallt.proxy.authority import CERTIFICATE_FILE

    remedies = {
        Listener.NOBODY: "Start it: overallt proxy",
        Listener.STRANGER: "End it, or give proxy and setup another --listen.",
    }
    found = listener(*listen, folder.authority / CERTIFICATE_FILE)
    where = "{}:{}".format(*listen)
    return Diagnosis(f"The proxy at {where}: {found.value}.", remedies.get(found))


def _pac(folder: DataFolder, listen: HostPort) -> Diagnosis:
    address = "{}:{}".format(*listen)
    text = folder.pac.read_text(encoding="utf-8") if folder.pac.exists() else ""
    if text != pac(address):
        return Diagnosis(
            f"The file {folder.pac} does not name the proxy {address}.",
            "Run overallt setup",
        )
    return Diagnosis(f"The file {folder.pac} names the proxy.")


def _pairing(folder: DataFolder) -> Diagnosis:
    count = paired_browsers(folder)
    if not count:
        return Diagnosis(
            "No browser is paired.",
            "Run overallt setup and open the address that it shows, in your browser.",
        )
    return Diagnosis(f"Browsers paired: {count}.")


def _server(folder: DataFolder) -> Iterator[Diagnosis]:
    from overallt.cli.server_answer import ask_server

    server = ask_server(folder)
    if not server.reachable:
        yield Diagnosis(
            f"The server {server.url} does not answer.",
            "Is it running, and is this computer in the network?",
        )
        return
    yield Diagnosis(f"The server {server.url} answers.")
    if server.username is None:
        yield Diagnosis("You are not signed in.", f"Run overallt login {server.url}")
    else:
        yield Diagnosis(f"You are signed in as {server.username}.")
    if abs(server.clock_seconds) > CLOCK_SECONDS:
        yield Diagnosis(
            f"This computer's clock and the server's differ by "
            f"{abs(server.clock_seconds):.0f} seconds.",
            "Set this computer's clock.",
        )
    else:
        yield Diagnosis("The clock is right.")


def _index(folder: DataFolder) -> Diagnosis:
    age = index_age(folder)
    if age is None or age > OLD_INDEX:
        when = "yet" if age is None else "for a day"
        return Diagnosis(
            f"Nothing was heard of the index of things {when}.",
            "Let the proxy run while the server answers.",
        )
    return Diagnosis("The index of things is new.")


def _queue(folder: DataFolder) -> Diagnosis:
    from overallt.gateway.messages import ORIGIN

    waiting, refused = queued(folder)
    if refused:
        return Diagnosis(
            f"Flattrs that the server refused: {refused}.", f"See {ORIGIN}/ for why."
        )
    return Diagnosis(f"Flattrs that wait for the server: {waiting}.")
