"""The proxies that the bench compares: ours as a patron runs it, and others."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loopback import HOST, free_port
from origin import Origin
from programs import running

# Ours leaves addresses of this machine alone; the others know no other name for it.
NAME: Final = "site.test"
# What the others make of the same text tag: as long as our button.
MARKUP: Final = f"<a href=https://example.org/><b>{'F' * 700}</b></a>"
PRIVOXY: Final = """
confdir {folder}
listen-address {host}:{port}
filterfile bench.filter
actionsfile bench.action
buffer-limit 4096
keep-alive-timeout 300
tolerate-pipelining 1
connection-sharing 1
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A running proxy, its process, and the name by which it knows the site."""

    url: str
    process: int
    site: str


@contextmanager
def ours(folder: Path, origin: Origin, site: int) -> Iterator[Proxy]:
    """Run ``overallt proxy``, to which thing 7 exists and ``NAME`` is port *site*."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "overallt", "proxy", "--listen", f"{HOST}:{port}"),
        *("--server", f"http://{HOST}:{origin.port}"),
        *("--local-site", f"{NAME}={HOST}:{site}", "--upstream-ca", str(origin.ca)),
    ]
    environment = {"OVERALLT_HOME": str(folder / "patron")}
    with running(command, port, environment) as process:
        yield Proxy(f"http://{HOST}:{port}", process, NAME)


@contextmanager
def mitmdump(folder: Path, origin: Origin, *more: str) -> Iterator[Proxy]:
    """Run ``mitmdump -q`` with *more* arguments."""
    port = free_port()
    command = [
        *(str(Path(sys.executable).with_name("mitmdump")), "-q"),
        *("--listen-host", HOST, "-p", str(port)),
        *("--set", f"confdir={folder / 'mitmdump'}"),
        *("--set", f"ssl_verify_upstream_trusted_ca={origin.ca}", *more),
    ]
    with running(command, port) as process:
        yield Proxy(f"http://{HOST}:{port}", process, HOST)


@contextmanager
def modifying(folder: Path, origin: Origin) -> Iterator[Proxy]:
    """Run ``mitmdump -q`` that replaces the same text tag."""
    rule = rf"|\[Flattr=([0-9]+)\]|{MARKUP}"
    with mitmdump(folder, origin, "--modify-body", rule) as proxy:
        yield proxy


@contextmanager
def privoxy(folder: Path) -> Iterator[Proxy]:
    """Run Privoxy with a filter that replaces the same text tag."""
    port = free_port()
    home = folder / "privoxy"
    home.mkdir()
    (home / "bench.filter").write_text(
        f"FILTER: flattr The bench's\ns|\\[Flattr=([0-9]+)\\]|{MARKUP}|gi\n",
        encoding="utf-8",
    )
    (home / "bench.action").write_text("{+filter{flattr}}\n/\n", encoding="utf-8")
    configuration = home / "config"
    configuration.write_text(
        PRIVOXY.format(folder=home, host=HOST, port=port), encoding="utf-8"
    )
    command = [str(shutil.which("privoxy")), "--no-daemon", str(configuration)]
    with running(command, port) as process:
        yield Proxy(f"http://{HOST}:{port}", process, HOST)
