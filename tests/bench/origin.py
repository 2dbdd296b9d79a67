"""The site that the proxies of the bench fetch from: nginx with page-like pages."""

import getpass
import gzip
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certified import certify
from loopback import free_port
from programs import running

from overallt.protocol.ids import index_key

INDEX: Final = "/rest/v2/things/index"
CONFIGURATION: Final = """
daemon off; user {user}; worker_processes 1;
pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000; sendfile on; tcp_nopush on;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  types {{ }}
  server {{
    listen 127.0.0.1:{port}; listen 127.0.0.1:{secure_port} ssl http2;
    ssl_certificate {chain}; ssl_certificate_key {chain};
    root {folder}; default_type application/octet-stream;
    location /plain/ {{ default_type text/html; }}
    location /gzip/ {{ default_type text/html; add_header Content-Encoding gzip; }}
    location /script/ {{ default_type text/javascript; }}
    location /many/ {{
      types {{ text/css css; text/javascript js; image/svg+xml svg; }}
      default_type text/html;
    }}
    location = {index} {{ rewrite ^ /index break; }}
  }}
}}
"""
# What a page of a hundred resources has: ending, content, element, and how many.
RESOURCES: Final = {
    ("css", "/* {} */", "<link rel=stylesheet href={}>"): 10,
    ("js", "/* {} */", "<script src={}></script>"): 20,
    (
        "svg",
        "<svg xmlns='http://www.w3.org/2000/svg'><!-- {} --></svg>",
        "<img alt='' src={}>",
    ): 70,
}


@dataclass(frozen=True, slots=True)
class Origin:
    """A running nginx, and the CA that its certificate has."""

    port: int
    secure_port: int
    ca: Path

    def url(self, host: str, path: str, *, secure: bool) -> str:
        """Return the address of *path* on *host*, one of its names."""
        if secure:
            return f"https://{host}:{self.secure_port}{path}"
        return f"http://{host}:{self.port}{path}"


@contextmanager
def origin(folder: Path) -> Iterator[Origin]:
    """Serve ``/{plain,gzip}/{20,100,1000}[-tag]``, ``/script/2`` and ``/many/page``."""
    site = folder / "site"
    site.mkdir()
    _write_pages(site)
    certified = certify(site)
    port, secure_port = free_port(), free_port()
    configuration = site / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=site,
            user=getpass.getuser(),
            port=port,
            secure_port=secure_port,
            chain=certified.chain,
            index=INDEX,
        ),
        encoding="utf-8",
    )
    command = [str(shutil.which("nginx")), "-c", str(configuration)]
    with running(command, port):
        yield Origin(port, secure_port, certified.ca)


def _write_pages(site: Path) -> None:
    dice = random.Random(1)  # noqa: S311 - The same pages each time, no secrets.
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(dice.choices(letters, k=dice.randint(2, 9))) for _ in range(3000)]

    def paragraph() -> str:
        text = " ".join(dice.choices(words, k=12)) + " and so on" * 8
        return f'<p class="c{dice.randint(1, 9)}">{text} <b>x</b> [note].</p>\n'

    for folder in ("plain", "gzip", "script"):
        (site / folder).mkdir()
    for size in (20, 100, 1000):
        text = "<!doctype html><title>t</title>\n"
        while len(text) < size * 1000:
            text += paragraph()
        middle = text.index("<p", len(text) // 2)
        tagged = f"{text[:middle]}<p>Thanks: [Flattr=7]</p>\n{text[middle:]}"
        for name, page in ((f"{size}", text), (f"{size}-tag", tagged)):
            (site / "plain" / name).write_text(page, encoding="utf-8")
            (site / "gzip" / name).write_bytes(gzip.compress(page.encode(), 6))
    (site / "script" / "2").write_text(" ".join(words)[:2000], encoding="utf-8")
    _write_many(site / "many", (site / "plain" / "20-tag").read_text("utf-8"))
    (site / "index").write_bytes(index_key("7"))


def _write_many(folder: Path, text: str) -> None:
    """Write a page of *text* and of ``RESOURCES``, each of about 5 KB."""
    folder.mkdir()
    # Else a browser would ask for an icon that is not there.
    head, body = text.split("</title>", 1)
    markup = [head, "</title><link rel=icon href=data:,>", body]
    for (kind, content, element), count in RESOURCES.items():
        for number in range(count):
            name = f"{number}.{kind}"
            filled = content.format("and so on " * 500)
            (folder / name).write_text(filled, encoding="utf-8")
            markup.append(element.format(name))
    (folder / "page").write_text("\n".join(markup), encoding="utf-8")
