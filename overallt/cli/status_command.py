"""The command ``status``: what is set up and what answers."""

import asyncio
import socket

import click

from overallt.cli.credentials import Credentials
from overallt.cli.folders import DataFolder
from overallt.cli.parameters import listen_option
from overallt.cli.proxy_command import server_of
from overallt.gateway.messages import ORIGIN

ANSWER_SECONDS = 1.0


@click.command()
@listen_option
@click.pass_obj
def status(folder: DataFolder, listen: tuple[str, int]) -> None:
    """Tell what is set up and what answers."""
    click.echo(f"Data folder   {folder.root}")
    click.echo(f"Server        {server_of(folder)}")
    click.echo(f"Signed in     {_signed_in(folder)}")
    click.echo(f"Proxy         {listen[0]}:{listen[1]}, {_answering(*listen)}")
    click.echo(f"Authority     {_authority(folder)}")
    click.echo(f"Browsers      {_browsers(folder)} paired")
    click.echo(f"Queue         {_queue(folder)}")


def _signed_in(folder: DataFolder) -> str:
    from overallt.client.server import Refused, Server, ServerUnreachable

    credentials = Credentials.read(folder.credentials)
    if credentials is None:
        return "no"

    async def username() -> str:
        async with Server(credentials.server, credentials.access_token) as server:
            return (await server.user()).username

    try:
        return f"as {asyncio.run(username())}"
    except Refused:
        return "no longer; run overallt login"
    except ServerUnreachable:
        return "unknown, the server does not answer"


def _answering(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), timeout=ANSWER_SECONDS).close()
    except OSError:
        return "not running"
    return "running"


def _authority(folder: DataFolder) -> str:
    from overallt.proxy.authority import CERTIFICATE_FILE, expires_at

    certificate = folder.authority / CERTIFICATE_FILE
    if not certificate.exists():
        return "none yet; run overallt setup"
    return f"valid until {expires_at(certificate):%Y-%m-%d}"


def _browsers(folder: DataFolder) -> int:
    from overallt.gateway.browsers import Browsers

    return Browsers(folder.browsers).count() if folder.browsers.exists() else 0


def _queue(folder: DataFolder) -> str:
    from overallt.client.queue import Queue, State

    clicks = Queue(folder.queue).clicks() if folder.queue.exists() else []
    refused = sum(each.state is State.REFUSED for each in clicks)
    waits = f"{len(clicks) - refused} waiting for the server"
    # Why, and what to do, is told at length where it can be deleted.
    return f"{waits}, {refused} refused: see {ORIGIN}/" if refused else waits
