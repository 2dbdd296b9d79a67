"""The command ``setup phone``: shows a phone the way to the proxy, step by step.

The phone's proxy is one of its own, beside that of this computer: it listens in the
network, so it asks for a password, which browsers here need not be bothered with.
Through WireGuard it asks for nothing: the tunnel's key is what the password is there.
What the phone is given by a page could be changed on the way, in a hostile network:
so fingerprint, password, key and pairing address are shown on this computer only.
"""

import asyncio
import secrets
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from overallt.cli.addresses import WIREGUARD_PORT
from overallt.cli.changes import Changes
from overallt.cli.failing import fail, make
from overallt.cli.folders import DataFolder
from overallt.cli.own_address import own_address
from overallt.cli.parameters import HOST_PORT
from overallt.cli.passwords import USERNAME, read_password
from overallt.cli.phone_password import PhonePassword
from overallt.cli.phone_wireguard import PhoneWireGuard
from overallt.cli.places import HostPort, NotChanged
from overallt.cli.undoing import undo_options, undo_set_up

DEFAULT_PORT: Final = 8081


@click.command()
@click.option(
    "--listen",
    type=HOST_PORT,
    help="Where the phone's proxy will listen; without it at this computer's address "
    f"in its network, port {DEFAULT_PORT}, with --wireguard {WIREGUARD_PORT}.",
)
@click.option(
    "--wireguard",
    is_flag=True,
    help="Lead all that the phone sends to the proxy, through a tunnel.",
)
@undo_options
@click.pass_obj
def phone(
    folder: DataFolder,
    listen: HostPort | None,
    *,
    wireguard: bool,
    undo: bool,
    anyway: bool,
) -> None:
    """Show a phone in the same Wi-Fi how to use the proxy, until Ctrl-C."""
    place: PhoneWireGuard | PhonePassword
    if wireguard:
        place, port = PhoneWireGuard(folder.wireguard_keys), WIREGUARD_PORT
        there = "delete the tunnel in the app"
    else:
        place, port = PhonePassword(folder.password), DEFAULT_PORT
        there = "take the proxy out of its Wi-Fi's settings"
    where = listen or (own_address(), port)
    if undo:
        undo_set_up(folder, where, kinds={place.kind}, anyway=anyway)
        click.echo(f"On the phone, {there} and take")
        click.echo("the authority out of its certificates.")
        return
    make(folder)
    try:
        Changes(folder.changes).note(place)
        asyncio.run(_show(folder, place, where))
    except NotChanged as error:
        fail(str(error))


async def _show(
    folder: DataFolder, place: PhoneWireGuard | PhonePassword, where: HostPort
) -> None:
    from overallt.cli.connecting import server_of
    from overallt.cli.phone_page import CodePage, PhonePage, serving
    from overallt.cli.stopping import stop_on_signals
    from overallt.proxy.authority import ensure_authority
    from overallt.proxy.wireguard_keys import WireGuardKeys

    ca = ensure_authority(folder.authority, datetime.now(tz=UTC))
    place.set_up(ca, where)
    server = server_of(folder)
    wireguard = isinstance(place, PhoneWireGuard)
    stop = stop_on_signals()
    async with AsyncExitStack() as open_pages:
        page = PhonePage(server, ca, where, wireguard=wireguard)
        site = await open_pages.enter_async_context(serving(page, where[0]))
        if wireguard:
            settings = WireGuardKeys.ensure(place.file).phone_settings(*where)
            code = CodePage(server, secrets.token_urlsafe(), settings)
            here = await open_pages.enter_async_context(serving(code, "127.0.0.1"))
            click.echo(_first_steps(ca, site, f"--wireguard --listen {_said(where)}"))
            click.echo(_wireguard_steps(settings, here + code.secret, _pairing(folder)))
        else:
            options = f"--listen {_said(where)} --password-file {place.file}"
            click.echo(_first_steps(ca, site, options))
            click.echo(_steps(read_password(place.file), _pairing(folder)))
        await stop.wait()


def _first_steps(ca: Path, page: str, options: str) -> str:
    from overallt.proxy.authority import fingerprint

    return f"""\
1. In another terminal, start the phone's proxy, beside that of this computer:
     overallt proxy {options}
2. With the phone in the same Wi-Fi, scan this, or open {page}
{_qr(page)}
   There it asks for what stands only here.
     SHA-256 fingerprint of the certificate authority:
{_in_lines(fingerprint(ca))}"""


def _steps(password: str, pairing: str) -> str:
    return f"""\
     Name and password:  {USERNAME}  {password}
3. When the phone uses the proxy, scan this, within 10 minutes:
{_qr(pairing)}
   or type {pairing}
Ctrl-C ends the page of step 2; the phone needs it no more."""


def _wireguard_steps(settings: str, page: str, pairing: str) -> str:
    return f"""\
3. In the phone's app WireGuard, add a tunnel, scan this, and switch it on:
{_qr(settings)}
   or scan it from {page}
   Show it to nobody: it holds the tunnel's key, which is as good as a password.
4. When the tunnel is on, scan this, within 10 minutes:
{_qr(pairing)}
   or type {pairing}
Ctrl-C ends the pages of steps 2 and 3; the phone needs them no more."""


def _pairing(folder: DataFolder) -> str:
    from overallt.gateway.browsers import Browsers
    from overallt.gateway.messages import ORIGIN

    code = Browsers(folder.browsers).new_pairing_code(datetime.now(tz=UTC))
    return f"{ORIGIN}/pair/{code}"


def _said(where: HostPort) -> str:
    return "{}:{}".format(*where)


def _qr(text: str) -> str:
    import io

    import segno

    drawn = io.StringIO()
    segno.make(text, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def _in_lines(fingerprint: str) -> str:
    middle = len(fingerprint) // 2
    halves = (fingerprint[:middle], fingerprint[middle:].lstrip(":"))
    return "\n".join(f"       {half}" for half in halves)
