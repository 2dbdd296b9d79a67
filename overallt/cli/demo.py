"""``overallt demo``: everything at once, in a folder that is gone afterwards.

server ◀── people and things, by the operator's commands
   ▲
 token, by the device code
   │
proxy ◀── browser with a throw-away profile, paired
   ▼
site ``https://demo.test``, on this computer
"""

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from overallt.cli.children import child, run_until_interrupted, until_one_ends
from overallt.cli.credentials import Credentials
from overallt.cli.failing import fail
from overallt.cli.folders import DataFolder
from overallt.cli.parameters import listen_option
from overallt.cli.places import NotChanged
from overallt.cli.throwaway_browser import PROGRAMS, NoBrowser, throwaway_browser
from overallt.demo import people
from overallt.demo.signing_in import get_token
from overallt.demo.site import HOST, make_app, serving
from overallt.gateway.browsers import Browsers
from overallt.gateway.messages import ORIGIN
from overallt.proxy.authority import CERTIFICATE_FILE


@dataclass(frozen=True, slots=True)
class _Ports:
    proxy: tuple[str, int]
    server: int
    site: int

    @property
    def server_url(self) -> str:
        return f"http://localhost:{self.server}"


@click.command()
@click.option("--browser", type=click.Choice(sorted(PROGRAMS)), help="Open this one.")
@listen_option
@click.option(
    "--server-port", default=8700, show_default=True, help="The server's port."
)
@click.option("--site-port", default=8710, show_default=True, help="The site's port.")
def demo(
    browser: str | None, listen: tuple[str, int], server_port: int, site_port: int
) -> None:
    """Show Överallt with a little web site, two people and a few things."""
    ports = _Ports(listen, server_port, site_port)
    with tempfile.TemporaryDirectory(prefix="overallt-demo-") as folder:
        try:
            run_until_interrupted(_demo(Path(folder), ports, browser))
        except people.CommandFailed as failed:
            fail(f"The demonstration failed: {failed}")
        except OSError as error:
            # The site's port, most likely: the other two speak for themselves.
            fail(f"The demonstration's site cannot start: {error.strerror or error}.")


async def _demo(folder: Path, ports: _Ports, browser: str | None) -> None:
    environment = {
        **os.environ,
        "OVERALLT_DATA": str(folder / "server"),
        "OVERALLT_HOME": str(folder / "patron"),
        "OVERALLT_LISTEN_PORT": str(ports.server),
        "OVERALLT_PUBLIC_URL": ports.server_url,
        # Nobody is there to confirm what the demonstration books.
        "OVERALLT_OPERATORS_NEEDED": "1",
    }
    patron = DataFolder(folder / "patron")
    patron.make()
    site_ca = folder / "site-ca.pem"
    click.echo("Setting the demonstration up ...")
    with ExitStack() as stack:
        server = stack.enter_context(child(["overallt_server", "serve"], environment))
        tags = people.settle_in(environment)
        token = await get_token(ports.server_url, people.PATRON, people.PASSWORD)
        Credentials(ports.server_url, token.access_token).write(patron.credentials)
        async with serving(make_app(tags), port=ports.site, ca=site_ca):
            host, port = ports.proxy
            command = [
                *("overallt", "proxy", "--server", ports.server_url),
                *("--listen", f"{host}:{port}", "--upstream-ca", str(site_ca)),
                *("--local-site", f"{HOST}=127.0.0.1:{ports.site}"),
            ]
            proxy = stack.enter_context(child(command, environment))
            code = Browsers(patron.browsers).new_pairing_code(datetime.now(UTC))
            pairing = f"{ORIGIN}/pair/{code}"
            ca = patron.authority / CERTIFICATE_FILE
            if browser:
                urls = [f"https://{HOST}/", f"{ports.server_url}/dashboard", pairing]
                try:
                    stack.enter_context(
                        throwaway_browser(
                            browser, folder, ca=ca, proxy=ports.proxy, urls=urls
                        )
                    )
                except (NoBrowser, NotChanged) as reason:
                    click.echo(f"{reason} Set one up by hand:", err=True)
                    browser = None
            click.echo(_welcome(ports, browser, ca, pairing))
            await until_one_ends(server, proxy)


def _welcome(ports: _Ports, browser: str | None, ca: Path, pairing: str) -> str:
    host, port = ports.proxy
    by_hand = f"""
  1. Tell a browser to use the proxy {host}:{port} (HTTP and HTTPS),
     and to trust the authority in {ca}
     (Firefox: Settings, look for "certificates", View, Authorities, Import).
  2. Open {pairing}
     in it, once: so the proxy knows whom it serves."""
    return f"""
  The demonstration is running.
{"" if browser else by_hand}
  Read    https://{HOST}/ (and /strict, /slow): its text tags are buttons. Press one.
  Look    {ports.server_url}/dashboard
          as {people.PATRON}, who gives, or {people.OWNER}, who is flattred;
          the password of both is {people.PASSWORD}

  Ctrl-C ends everything; nothing of it is kept.
"""
