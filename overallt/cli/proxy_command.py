"""The command ``proxy``: runs the proxy in this terminal."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from overallt.cli import addresses
from overallt.cli.connecting import server_of
from overallt.cli.failing import fail, make
from overallt.cli.folders import DataFolder
from overallt.cli.own_address import own_address
from overallt.cli.parameters import (
    HOST_PORT,
    LOCAL_SITE,
    OPT_OUT_HOST,
    SERVER,
)
from overallt.cli.passwords import USERNAME, UnusablePassword, read_password
from overallt.cli.places import HostPort

MAX_BUTTONS: Final = 50
ONE_CLICKS_A_DAY: Final = 20


@click.command()
@click.option(
    "--listen",
    type=HOST_PORT,
    help=f"Where the proxy listens; without it at {addresses.DEFAULT_LISTEN}, with "
    "--wireguard at this computer's address in its network, port "
    f"{addresses.WIREGUARD_PORT}.",
)
@click.option(
    "--socks", is_flag=True, help="Speak SOCKS5 with browsers instead of HTTP."
)
@click.option(
    "--wireguard",
    is_flag=True,
    help="Be the end of a phone's tunnel; see also overallt setup phone --wireguard.",
)
@click.option(
    "--local",
    metavar="PROGRAM",
    help="Capture what this program on this computer sends, as firefox or chromium; "
    "asks for root by sudo.",
)
@click.option(
    "--server",
    type=SERVER,
    help="Your server; without it the one you signed in at, "
    f"or {addresses.DEFAULT_SERVER}.",
)
@click.option(
    "--local-site",
    "local_sites",
    type=LOCAL_SITE,
    multiple=True,
    help="NAME=HOST:PORT: a name that the proxy takes to an address on this machine.",
)
@click.option(
    "--upstream-ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a CA that sites may have beside the public ones.",
)
@click.option(
    "--opt-out",
    type=OPT_OUT_HOST,
    multiple=True,
    help="A host whose pages, and those of its subdomains, are left alone; "
    "see also overallt opt-out.",
)
@click.option(
    "--one-clicks-a-day",
    type=click.IntRange(min=0),
    default=ONE_CLICKS_A_DAY,
    show_default=True,
    help="How many flattrs the sites where one click is enough may cost you a day.",
)
@click.option(
    "--legacy/--no-legacy",
    default=True,
    show_default=True,
    help="Bring Flattr's old buttons, frames and badges back to life.",
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="A file with the password that everybody has to send, with the name "
    f'"{USERNAME}"; needed to listen for other computers.',
)
@click.pass_obj
def proxy(  # noqa: PLR0913 - one argument for each option of the command.
    folder: DataFolder,
    *,
    listen: HostPort | None,
    local: str | None,
    server: str | None,
    local_sites: tuple[tuple[str, tuple[str, int]], ...],
    upstream_ca: Path | None,
    opt_out: tuple[str, ...],
    one_clicks_a_day: int,
    password_file: Path | None,
    socks: bool,
    wireguard: bool,
    legacy: bool,
) -> None:
    """Run the proxy until Ctrl-C."""
    if socks + wireguard + (local is not None) > 1:
        raise click.UsageError("Write --socks, --wireguard or --local, one of them.")
    if listen is None:
        listen = (
            _wireguard_end()
            if wireguard
            else addresses.parse_host_port(addresses.DEFAULT_LISTEN)
        )
    # The tunnel's key is what a password is elsewhere; captured programs are here.
    by_address = wireguard or local is not None
    sign_in = None if by_address else _sign_in(listen[0], password_file)
    from overallt.cli.proxying import run_proxy
    from overallt.cli.stopping import stop_on_signals
    from overallt.client.opt_out_file import OptOutFile
    from overallt.proxy.master import CannotListen
    from overallt.proxy.opt_out import OptOut
    from overallt.proxy.settings import Mode, ProxySettings

    make(folder)
    mode, detail = Mode.SOCKS if socks else Mode.HTTP, ""
    if wireguard:
        mode, detail = Mode.WIREGUARD, _ensure_keys(folder)
    elif local is not None:
        mode, detail = Mode.LOCAL, local
    _log_to_stderr()
    settings = ProxySettings(
        mode=mode,
        mode_detail=detail,
        listen_host=listen[0],
        listen_port=listen[1],
        authority_folder=folder.authority,
        local_sites=dict(local_sites),
        upstream_ca=upstream_ca,
        opt_out=OptOut(added=frozenset(opt_out), file=OptOutFile(folder.opt_out)),
        max_buttons=MAX_BUTTONS,
        one_clicks_a_day=one_clicks_a_day,
        legacy=legacy,
        sign_in=sign_in,
    )

    async def run() -> None:
        await run_proxy(
            folder,
            settings,
            server or server_of(folder),
            ready=lambda listening: click.echo(_ready(listening, local)),
            stop=stop_on_signals(),
        )

    try:
        asyncio.run(run())
    except CannotListen as error:
        if local is not None:
            fail(_not_captured(local, error))
        fail(f"The port {listen[1]} on {listen[0]} is in use, or not yours to use.")


def _wireguard_end() -> HostPort:
    return own_address(), addresses.WIREGUARD_PORT


def _ensure_keys(folder: DataFolder) -> str:
    from overallt.proxy.wireguard_keys import UnusableKeys, WireGuardKeys

    try:
        WireGuardKeys.ensure(folder.wireguard_keys)
    except UnusableKeys as error:
        fail(str(error))
    return str(folder.wireguard_keys)


def _sign_in(host: str, password_file: Path | None) -> str | None:
    """Return what clients have to send: nothing, if they are all on this machine."""
    if password_file is not None:
        try:
            return f"{USERNAME}:{read_password(password_file)}"
        except UnusablePassword as error:
            raise click.UsageError(str(error)) from None
    if not addresses.is_this_machine(host):
        raise click.UsageError(
            f"Other computers could use a proxy that listens on {host}: give it a "
            "password with --password-file FILE."
        )
    return None


def _ready(listening: Sequence[HostPort], local: str | None) -> str:
    if local is not None:
        return f"The proxy captures what {local} sends."
    host, port = listening[0]
    return f"The proxy listens on {host}:{port}."


def _not_captured(program: str, error: Exception) -> str:
    return (
        f"What {program} sends cannot be captured: {error} It takes root, by sudo, "
        "and on Linux eBPF and cgroup 2. Without it: overallt setup firefox"
    )


def _log_to_stderr() -> None:
    # A proxy that runs well says nothing after its first line.
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
