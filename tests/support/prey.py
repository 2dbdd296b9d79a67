"""A patron on whom hostile pages are let loose: signed in, with means, paired.

What decides is the server's own table and the queue on the patron's computer: nothing
may be in either that he did not mean. That his own click does count, in the same
browser right after an attack, shows that it did not fail for want of anything else.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from browsers import Browser
from sites import https_site
from world import World, world

from overallt.demo.people import settle_in
from overallt.demo.site import HOST, Tags

# Another origin of the same site, and another site.
NEIGHBOUR: Final = f"neighbour.{HOST}"
EVIL: Final = "evil.test"
BUTTON: Final = "a[href^='https://flattr.internal/give/']"
PATRON: Final = "cleo"
# More than settle in, and fewer than fill two buckets.
INDEX_MAX_THINGS: Final = 1000
# Past the moment in which the button is dead, and what browsers need for a page.
WAIT_MS: Final = 1200
PAGE: Final = """<!DOCTYPE html><title>Innocent</title>
<p>Read more: [Flattr={tag}]</p>
<button id="innocent" type="button">Next page</button>
<script>
const button = document.querySelector("a[href^='https://flattr.internal/']");
const link = button ? button.href : '';
const wait = () => new Promise((resolve) => setTimeout(resolve, {wait_ms}));
const say = (text) => {{
    const said = document.createElement('p');
    said.id = 'said';
    said.textContent = `learned: ${{text}}`;
    document.body.append(said);
}};
</script>
{body}
"""


@dataclass(frozen=True, slots=True)
class Prey:
    """The patron's browser, the pages that are there for it, and what counts."""

    earth: World
    window: Browser
    tags: Tags
    pages: dict[str, bytes]
    redirects: dict[str, str]

    def read(
        self, path: str, body: str = "", *, host: str = HOST, tag: str | None = None
    ) -> None:
        """Open a page with a button; its scripts have ``link``, ``wait``, ``say``."""
        self.put(path, body, tag=tag)
        self.window.open(f"https://{host}{path}")

    def put(self, path: str, body: str, *, tag: str | None = None) -> None:
        """Put such a page at *path* of every host, and do not open it."""
        page = PAGE.format(tag=tag or self.tags.plain, body=body, wait_ms=WAIT_MS)
        self.pages[path] = page.encode()

    def press_innocently(
        self, path: str, attack: str, *, host: str = HOST, tag: str | None = None
    ) -> None:
        """Press a harmless button that runs *attack*, as a function's body."""
        script = f"""<script>
        document.getElementById('innocent').addEventListener('click', async () => {{
            try {{ {attack} }} catch {{ say(''); }}
        }});
        </script>"""
        self.read(path, script, host=host, tag=tag)
        self.window.press("#innocent")

    def given(self) -> list[str]:
        """List the things that are flattred at the server, or wait in the queue."""
        at_server = _column(self.earth.database, "select thing_id from flattrs")
        return at_server + _column(
            self._home / "queue.sqlite", "select tag_id from clicks"
        )

    def begin_anew(self) -> list[str]:
        """Return what is given, and let it never have been: no month has passed."""
        given = self.given()
        with closing(sqlite3.connect(self.earth.database)) as tx, tx:
            tx.execute("delete from flattrs")
        with closing(sqlite3.connect(self._home / "sites.sqlite")) as tx, tx:
            tx.execute("delete from one_clicks")
        return given

    def give_by_hand(self) -> list[str]:
        """Flattr as a person does; return what is given then, and begin anew."""
        self.read("/by-hand")
        self.window.press_into_new_tab(BUTTON)
        return self.confirm()

    def confirm(self) -> list[str]:
        """Confirm what is asked; return what is given then, and begin anew."""
        self.window.press("#confirm:enabled")
        self.window.wait_for("#undo")
        return self.begin_anew()

    @property
    def _home(self) -> Path:
        return self.earth.folder / PATRON


def _column(database: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(database)) as tx:
        return [str(value) for (value,) in tx.execute(query)]


@contextmanager
def prey(kind: str, folder: Path) -> Iterator[Prey]:
    """Let a patron read in the browser *kind*; all is proved to be its owner's."""
    pages: dict[str, bytes] = {}
    redirects: dict[str, str] = {}
    with world(folder) as earth:
        earth.hosts.extend([NEIGHBOUR, EVIL])
        earth.operator["OVERALLT_INDEX_MAX_THINGS"] = str(INDEX_MAX_THINGS)
        earth.start_server()
        tags = settle_in({**earth.operator, **earth._then})
        site = https_site(
            HOST,
            pages,
            ca=earth._site_ca,
            port=earth._site_port,
            aliases=(NEIGHBOUR, EVIL),
            headers={"Cache-Control": "max-age=600"},
            redirects=redirects,
        )
        with site, earth.patron(kind, PATRON) as patron:
            earth.operate_then("means", "add", PATRON, "20.00", "--reason", "by hand")
            earth.operate_then("budget", "set", PATRON, "5.00")
            yield Prey(earth, patron.browser, tags, pages, redirects)
