"""The commands ``login`` and ``logout``."""

import asyncio

import click

from overallt.cli.addresses import DEFAULT_SERVER
from overallt.cli.credentials import Credentials
from overallt.cli.failing import fail, make
from overallt.cli.folders import DataFolder
from overallt.cli.parameters import SERVER


@click.command()
@click.argument("server", type=SERVER, default=DEFAULT_SERVER)
@click.pass_obj
def login(folder: DataFolder, server: str) -> None:
    """Sign in at SERVER, the address of its pages; by default on this machine."""
    from overallt.client.device_flow import sign_in
    from overallt.client.server import Refused, Server, ServerUnreachable
    from overallt.protocol.messages import DeviceAuthorization

    make(folder)

    def show(device: DeviceAuthorization) -> None:
        click.echo(f"Open   {device.verification_uri}")
        click.echo(f"type   {device.user_code}")
        click.echo("and allow it. Waiting for you …")

    async def ask() -> tuple[str, str]:
        async with Server(server, None) as unknown:
            token = (await sign_in(unknown, show)).access_token
        async with Server(server, token) as known:
            return token, (await known.user()).username

    try:
        token, username = asyncio.run(ask())
    except Refused as refused:
        fail(f"The server said no: {refused.description}")
    except ServerUnreachable as error:
        fail(f"{server}: {error}")
    except KeyboardInterrupt:
        fail("Not signed in.")
    Credentials(server, token).write(folder.credentials)
    click.echo(f"You are signed in as {username}.")


@click.command()
@click.pass_obj
def logout(folder: DataFolder) -> None:
    """Forget the sign-in on this machine."""
    folder.credentials.unlink(missing_ok=True)
    click.echo("You are signed out.")
