"""The command ``setup phone``: shows a phone the way to the proxy, step by step.

The phone's proxy is one of its own, beside that of this computer: it listens in the
network, so it asks for a password, which browsers here need not be bothered with.
What the phone is given by a page could be changed on the way, in a hostile network:
so fingerprint, password and pairing address are shown in the terminal only.
"""

import asyncio
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from overallt.cli.changes import Changes
from overallt.cli.failing import fail, make
from overallt.cli.folders import DataFolder
from overallt.cli.parameters import HOST_PORT
from overallt.cli.passwords import USERNAME, read_password
from overallt.cli.phone_password import PhonePassword
from overallt.cli.places import HostPort, NotChanged
from overallt.cli.undoing import undo_options, undo_set_up

DEFAULT_PORT: Final = 8081
# RFC 5737: an address that nobody has; nothing is sent, only a route looked up.
_FAR_AWAY: Final = ("192.0.2.1", 9)


@click.command()
@click.option(
    "--listen",
    type=HOST_PORT,
    help="Where the phone's proxy will listen; without it at this computer's address "
    f"in its network, port {DEFAULT_PORT}.",
)
@undo_options
@click.pass_obj
def phone(
    folder: DataFolder, listen: HostPort | None, *, undo: bool, anyway: bool
) -> None:
    """Show a phone in the same Wi-Fi how to use the proxy, until Ctrl-C."""
    where = listen or (_own_address(), DEFAULT_PORT)
    if undo:
        undo_set_up(folder, where, kinds={PhonePassword.kind}, anyway=anyway)
        click.echo("On the phone, take the proxy out of its Wi-Fi's settings and the")
        click.echo("authority out of its certificates.")
        return
    make(folder)
    password = PhonePassword(folder.password)
    try:
        Changes(folder.changes).note(password)
        asyncio.run(_show(folder, password, where))
    except NotChanged as error:
        fail(str(error))


async def _show(folder: DataFolder, password: PhonePassword, where: HostPort) -> None:
    from overallt.cli.connecting import server_of
    from overallt.cli.phone_page import PhonePage, serving
    from overallt.cli.stopping import stop_on_signals
    from overallt.proxy.authority import ensure_authority

    ca = ensure_authority(folder.authority, datetime.now(tz=UTC))
    password.set_up(ca, where)
    stop = stop_on_signals()
    async with serving(PhonePage(server_of(folder), ca, where), where[0]) as page:
        click.echo(_steps(folder, ca, where, page))
        await stop.wait()


def _steps(folder: DataFolder, ca: Path, where: HostPort, page: str) -> str:
    from overallt.gateway.browsers import Browsers
    from overallt.gateway.messages import ORIGIN
    from overallt.proxy.authority import fingerprint

    code = Browsers(folder.browsers).new_pairing_code(datetime.now(tz=UTC))
    pairing = f"{ORIGIN}/pair/{code}"
    return f"""\
1. In another terminal, start the phone's proxy, beside that of this computer:
     overallt proxy --listen {where[0]}:{where[1]} --password-file {folder.password}
2. With the phone in the same Wi-Fi, scan this, or open {page}
{_qr(page)}
   There it asks for two things that stand only here.
     Name and password:  {USERNAME}  {read_password(folder.password)}
     SHA-256 fingerprint of the certificate authority:
{_in_lines(fingerprint(ca))}
3. When the phone uses the proxy, scan this, within 10 minutes:
{_qr(pairing)}
   or type {pairing}
Ctrl-C ends the page of step 2; the phone needs it no more."""


def _qr(address: str) -> str:
    import io

    import segno

    drawn = io.StringIO()
    segno.make(address, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def _in_lines(fingerprint: str) -> str:
    middle = len(fingerprint) // 2
    halves = (fingerprint[:middle], fingerprint[middle:].lstrip(":"))
    return "\n".join(f"       {half}" for half in halves)


def _own_address() -> str:
    """Return this computer's address in the network that leads out of it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR_AWAY)
        except OSError:
            fail("This computer is in no network; or write --listen HOST:PORT.")
        return str(probe.getsockname()[0])
