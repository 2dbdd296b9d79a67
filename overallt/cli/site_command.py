"""The command ``site``: runs a proxy in front of its owner's own site."""

import asyncio
import logging
import ssl
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from overallt.cli.addresses import is_this_machine
from overallt.cli.failing import fail, make
from overallt.cli.folders import DataFolder
from overallt.cli.parameters import SERVER, UPSTREAM, listen_option
from overallt.cli.proxy_command import MAX_BUTTONS
from overallt.proxy.site_settings import SiteSettings, Upstream

if TYPE_CHECKING:
    import socket

    from overallt.client.index import Index

MOST_WORKERS: Final = 64
EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - Compared, not used.
# As often as the workers look for it.
SAVE_EVERY_SECONDS: Final = 1.0

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("upstream", type=UPSTREAM)
@listen_option
@click.option(
    "--server",
    type=SERVER,
    required=True,
    help="The server to whose pages the buttons lead, as your visitors reach it.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    help="How many processes answer; as many as the machine has cores are useful.",
)
@click.option(
    "--certificate",
    type=_FILE,
    help="A file with your site's certificates and their key: speaks TLS, and nothing "
    "else, with visitors. A renewed file is noticed.",
)
@click.option(
    "--upstream-ca",
    type=_FILE,
    help="A file with the CA of UPSTREAM's certificate, instead of the public ones.",
)
@click.option("--socket", "number", type=int, hidden=True)
@click.pass_obj
def site(
    folder: DataFolder,
    upstream: Upstream,
    listen: tuple[str, int],
    server: str,
    workers: int,
    certificate: Path | None,
    upstream_ca: Path | None,
    number: int | None,
) -> None:
    """Put buttons on your own site, for every visitor, until Ctrl-C.

    UPSTREAM is the web server that has the pages, such as http://127.0.0.1:8000. Let
    your visitors come here instead: each text tag of a thing that exists is a link to
    the thing's page on the server. Nobody needs a proxy for that.
    """
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    settings = SiteSettings(upstream, upstream_ca, certificate, server, MAX_BUTTONS)
    if number is not None:
        _work(folder, settings, number)
        return
    _check(settings, listen)
    from overallt.cli.shared_port import open_port

    make(folder)
    try:
        sockets = open_port(*listen, workers)
    except OSError:
        fail(f"The port {listen[1]} on {listen[0]} is in use, or not yours to use.")
    with ExitStack() as stack:
        for each in sockets:
            stack.enter_context(each)
        asyncio.run(_keep(folder, settings, sockets))


def _work(folder: DataFolder, settings: SiteSettings, number: int) -> None:
    """Be one of the workers."""
    from overallt.cli.site_worker import work

    asyncio.run(work(folder, settings, number))


def _check(settings: SiteSettings, listen: tuple[str, int]) -> None:
    """Find out what would only be found out by visitors."""
    upstream = settings.upstream
    if (upstream.host, upstream.port) == listen or (
        is_this_machine(upstream.host)
        and (is_this_machine(listen[0]) or listen[0] in EVERYWHERE)
        and upstream.port == listen[1]
    ):
        raise click.UsageError(
            "UPSTREAM is where this would listen itself: give one of them another port."
        )
    if settings.certificate is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                settings.certificate, password=""
            )
        except OSError as error:
            raise click.UsageError(
                f"{settings.certificate} cannot be used: it must hold the site's "
                f"certificate, those that vouch for it, and its key, without a "
                f"password ({error.strerror or 'none found'})."
            ) from None


async def _keep(
    folder: DataFolder, settings: SiteSettings, sockets: "list[socket.socket]"
) -> None:
    """Follow the server, and keep the workers that read what was heard of it."""
    from overallt.cli.stopping import stop_on_signals
    from overallt.cli.workers import Workers, WorkersFailed
    from overallt.client.index import Index
    from overallt.client.index_file import IndexFile
    from overallt.client.server import Server
    from overallt.proxy.following import keep_up

    stop = stop_on_signals()

    def say_ready() -> None:
        host, port = sockets[0].getsockname()[:2]
        click.echo(f"The site's proxy listens on {host}:{port}.")

    # The index is public: it is asked for without saying who asks.
    async with Server(settings.server_url, None) as server:
        file = IndexFile(folder.site_index, settings.server_url)
        index = Index(server, file, clock=_now, on_return=lambda: None)
        following = [
            asyncio.create_task(keep_up(index.follow)),
            asyncio.create_task(_save(index)),
        ]
        workers = Workers(_command(), ready=say_ready, wants=index.knows)
        try:
            await workers.keep(sockets, stop)
        except WorkersFailed:
            fail("The workers do not stay alive; see above.")
        finally:
            for each in following:
                each.cancel()
            await asyncio.gather(*following, return_exceptions=True)


def _now() -> datetime:
    return datetime.now(tz=UTC)


async def _save(index: "Index") -> None:
    """Write down all that is heard, as soon as it is."""
    while True:
        await asyncio.sleep(SAVE_EVERY_SECONDS)
        index.save()


def _command() -> list[str]:
    """Return the command that was typed: a worker is given the same words."""
    return [sys.executable, "-m", "overallt", *sys.argv[1:]]
