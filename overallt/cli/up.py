"""``overallt up``: server and proxy on this computer, ended by one Ctrl-C.

The two sides import nothing of each other: this starts ``overallt-server serve`` and
``overallt proxy`` as an operator and a patron would, each with its own settings.
"""

import os

import click

from overallt.cli.addresses import DEFAULT_SERVER
from overallt.cli.children import child, run_until_interrupted, until_one_ends
from overallt.cli.parameters import listen_option


@click.command()
@listen_option
def up(listen: tuple[str, int]) -> None:
    """Start the server and the proxy together."""
    run_until_interrupted(_up(listen))


async def _up(listen: tuple[str, int]) -> None:
    server_url = os.environ.get("OVERALLT_PUBLIC_URL", DEFAULT_SERVER)
    address = "{}:{}".format(*listen)
    proxy = ["overallt", "proxy", "--listen", address, "--server", server_url]
    with (
        child(["overallt_server", "serve"], os.environ) as server_side,
        child(proxy, os.environ) as patron_side,
    ):
        click.echo(_welcome(server_url, address))
        await until_one_ends(server_side, patron_side)


def _welcome(server_url: str, address: str) -> str:
    return f"""
  Överallt is running: the server at {server_url}, the proxy at {address}.

  1. Open {server_url} and sign up.
  2. In another terminal:  .venv/bin/overallt login {server_url}
  3. Set a browser up:     .venv/bin/overallt setup
  4. Write [Flattr=ID] on any page, with the ID of a thing, and read it there.

  To see it work at once:  make demo BROWSER=firefox (or chromium).
  Ctrl-C ends both.
"""
