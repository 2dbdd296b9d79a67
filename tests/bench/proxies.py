"""The proxies that the bench compares: ours as a patron runs it, and others."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme
from loopback import HOST, free_port
from origin import Origin
from programs import running
from trustme import KeyType

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
ca-directory {folder}
ca-cert-file ca.pem
ca-key-file ca-key.pem
certificate-directory {folder}
trusted-cas-file {site_ca}
"""
# proxy.py passes pieces on as they come, but a tag may lie across two of them.
PROXY_PY_PLUGIN: Final = """
import gzip
import re

from proxy.http.parser import HttpParser, httpParserTypes
from proxy.http.proxy import HttpProxyBasePlugin

TAG = re.compile(rb"\\[Flattr=([0-9]+)\\]", re.IGNORECASE)


class Flattr(HttpProxyBasePlugin):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.answer = HttpParser(httpParserTypes.RESPONSE_PARSER)

    def handle_upstream_chunk(self, chunk):
        self.answer.parse(chunk)
        if not self.answer.is_complete:
            return None
        answer, self.answer = self.answer, HttpParser(httpParserTypes.RESPONSE_PARSER)
        kind = answer.header(b"content-type")
        if kind == b"text/html":
            body = answer.body
            if answer.has_header(b"content-encoding"):
                answer.del_header(b"content-encoding")
                body = gzip.decompress(body)
            answer.update_body(TAG.sub({markup!r}, body), kind)
        return memoryview(answer.build_response())
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
def privoxy(folder: Path, origin: Origin) -> Iterator[Proxy]:
    """Run Privoxy with a filter that replaces the same text tag, over TLS, too."""
    port = free_port()
    home = folder / "privoxy"
    home.mkdir()
    # It copies the authority's name, and cannot copy the sign in trustme's own one.
    authority = trustme.CA(organization_unit_name="bench", key_type=KeyType.RSA)
    authority.cert_pem.write_to_path(home / "ca.pem")
    authority.private_key_pem.write_to_path(home / "ca-key.pem")
    (home / "bench.filter").write_text(
        f"FILTER: flattr The bench's\ns|\\[Flattr=([0-9]+)\\]|{MARKUP}|gi\n",
        encoding="utf-8",
    )
    # What is certified for a number it does not believe: so it need not look.
    (home / "bench.action").write_text(
        "{+filter{flattr} +https-inspection +ignore-certificate-errors}\n/\n",
        encoding="utf-8",
    )
    configuration = home / "config"
    configuration.write_text(
        PRIVOXY.format(folder=home, host=HOST, port=port, site_ca=origin.ca),
        encoding="utf-8",
    )
    command = [str(shutil.which("privoxy")), "--no-daemon", str(configuration)]
    with running(command, port) as process:
        yield Proxy(f"http://{HOST}:{port}", process, HOST)


def has_proxy_py() -> bool:
    """Tell whether proxy.py is installed; it is known by its command alone.

    Its package is called ``proxy``, as our bench is.
    """
    return _proxy_py().exists()


def _proxy_py() -> Path:
    return Path(sys.executable).with_name("proxy")


@contextmanager
def proxy_py(folder: Path) -> Iterator[Proxy]:
    """Run proxy.py with a plugin that replaces the same text tag."""
    port = free_port()
    home = folder / "proxy_py"
    home.mkdir()
    plugin = PROXY_PY_PLUGIN.format(markup=MARKUP.encode())
    (home / "flattr_plugin.py").write_text(plugin, encoding="utf-8")
    command = [
        *(str(_proxy_py()), "--hostname", HOST, "--port", str(port)),
        *("--num-acceptors", "1", "--num-workers", "1"),
        *("--plugins", "flattr_plugin.Flattr", "--data-dir", str(home)),
    ]
    with running(command, port, {"PYTHONPATH": str(home)}) as process:
        yield Proxy(f"http://{HOST}:{port}", process, HOST)
