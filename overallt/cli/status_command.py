"""The command ``status``: what is set up and what answers."""

import sys
from datetime import UTC, datetime, timedelta

import click

from overallt.cli.changes import Changes
from overallt.cli.failing import EXIT_FAILED
from overallt.cli.folders import DataFolder
from overallt.cli.parameters import listen_option
from overallt.cli.places import HostPort
from overallt.gateway.messages import ORIGIN


@click.command()
@listen_option
@click.pass_obj
def status(folder: DataFolder, listen: HostPort) -> None:
    """Tell what is set up and what answers.

    Exit code: 0 if proxy and server are running, 1 if not.
    """
    from overallt.cli.probing import Listener, listener
    from overallt.cli.server_answer import ask_server
    from overallt.proxy.authority import CERTIFICATE_FILE

    server = ask_server(folder)
    proxy = listener(*listen, folder.authority / CERTIFICATE_FILE)
    answers = "answers" if server.reachable else "does not answer"
    signed_in = "no"
    if server.has_sign_in:
        signed_in = "no longer; run overallt login"
        if server.username is not None:
            signed_in = f"as {server.username}"
        elif not server.reachable:
            signed_in = "unknown, the server does not answer"
    click.echo(f"Data folder   {folder.root}")
    click.echo(f"Server        {server.url}, {answers}")
    click.echo(f"Signed in     {signed_in}")
    click.echo(f"Proxy         {listen[0]}:{listen[1]}, {proxy.value}")
    click.echo(f"Authority     {_authority(folder)}")
    click.echo(f"Set up        {_set_up(folder)}")
    click.echo(f"Browsers      {paired_browsers(folder)} paired")
    click.echo(f"Index         {_index(folder)}")
    click.echo(f"Queue         {_queue(folder)}")
    if proxy not in {Listener.OURS, Listener.LOCKED} or not server.reachable:
        sys.exit(EXIT_FAILED)


def paired_browsers(folder: DataFolder) -> int:
    """Count the paired browsers, without making the file that lists them."""
    from overallt.gateway.browsers import Browsers

    return Browsers(folder.browsers).count() if folder.browsers.exists() else 0


def index_age(folder: DataFolder) -> timedelta | None:
    """Return how long ago the server last spoke of its index; ``None``: never."""
    if not folder.index.exists():
        return None
    heard_at = datetime.fromtimestamp(folder.index.stat().st_mtime, UTC)
    return datetime.now(tz=UTC) - heard_at


def queued(folder: DataFolder) -> tuple[int, int]:
    """Count the clicks that wait for the server, and those that it refused."""
    from overallt.client.queue import Queue, State

    clicks = Queue(folder.queue).clicks() if folder.queue.exists() else []
    refused = sum(each.state is State.REFUSED for each in clicks)
    return len(clicks) - refused, refused


def _authority(folder: DataFolder) -> str:
    from overallt.proxy.authority import CERTIFICATE_FILE, expires_at, made_at

    certificate = folder.authority / CERTIFICATE_FILE
    if not certificate.exists():
        return "none yet; run overallt setup"
    until = expires_at(certificate)
    age = datetime.now(tz=UTC) - made_at(certificate)
    return f"{_in_words(age)} old, valid until {until:%Y-%m-%d}"


def _set_up(folder: DataFolder) -> str:
    # Each on a line of its own, below the first.
    titles = [each.place.title for each in Changes(folder.changes).all()]
    return f"\n{'':14}".join(titles) or "nothing by overallt setup"


def _index(folder: DataFolder) -> str:
    age = index_age(folder)
    return "none yet" if age is None else f"heard of {_in_words(age)} ago"


def _queue(folder: DataFolder) -> str:
    waiting, refused = queued(folder)
    waits = f"{waiting} waiting for the server"
    # Why, and what to do, is told at length where it can be deleted.
    return f"{waits}, {refused} refused: see {ORIGIN}/" if refused else waits


def _in_words(age: timedelta) -> str:
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        count = age // length
        if count >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than an hour"
