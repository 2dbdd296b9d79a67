"""``overallt up``: server and proxy on this computer, ended by one Ctrl-C.

The two sides import nothing of each other: this starts ``overallt-server serve`` and
``overallt proxy`` as an operator and a patron would, each with its own settings.
"""

import os
import re

import click

from overallt.cli.addresses import DEFAULT_LISTEN, DEFAULT_SERVER
from overallt.cli.children import child, run_until_interrupted, until_one_ends
from overallt.cli.parameters import listen_option


@click.command()
@listen_option
def up(listen: tuple[str, int]) -> None:
    """Start the server and the proxy together."""
    run_until_interrupted(_up(listen))


async def _up(listen: tuple[str, int]) -> None:
    address = "{}:{}".format(*listen)
    with child(["overallt_server", "serve"], os.environ) as server_side:
        # Its settings may stand in a file of its own: so it is asked, not guessed.
        server_url = _address_in(server_side.first_line)
        proxy = ["overallt", "proxy", "--listen", address, "--server", server_url]
        with child(proxy, os.environ) as patron_side:
            click.echo(_welcome(server_url, address))
            await until_one_ends(server_side, patron_side)


def _address_in(sentence: str) -> str:
    found = re.search(r"https?://\S+", sentence)
    return found[0].rstrip(".") if found else DEFAULT_SERVER


def _welcome(server_url: str, address: str) -> str:
    where = "" if address == DEFAULT_LISTEN else f" --listen {address}"
    return f"""
  Överallt is running: the server at {server_url}, the proxy at {address}.

  1. Open {server_url}, sign up, and set a budget.
  2. In another terminal, here in this folder, with your own username (the first
     line says that you run this alone: else money takes two operators):
       export OVERALLT_OPERATORS_NEEDED=1
       .venv/bin/overallt-server means add USERNAME 10.00 --reason "paid in"
       .venv/bin/overallt login {server_url}
       .venv/bin/overallt setup firefox{where}   (or: chromium)
     with that browser closed; then open in it what the last one prints.
  3. Register a thing at the server, or let somebody else do it. Write its
     text tag, [Flattr=ID], on any page of the web, and read that page.

  To see it all at once, without any of this:  make demo BROWSER=firefox
  (or chromium), after Ctrl-C here: it needs the same ports.
  Ctrl-C ends both.
"""
