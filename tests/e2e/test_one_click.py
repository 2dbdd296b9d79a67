"""One click on a trusted site, in real browsers: sent by itself, or stopped."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from browsers import Browser, browser
from world import World

from overallt.demo.site import HOST, Tags

PAGES = ("/", "/strict", "/slow")
BUTTON = "a[href^='https://flattr.internal/give/']"


def flattred(database: Path) -> list[str]:
    """List the titles of what was flattred, in alphabetical order."""
    with closing(sqlite3.connect(database)) as tx:
        rows = tx.execute(
            "SELECT title FROM flattrs JOIN things ON id = thing_id ORDER BY title"
        ).fetchall()
    return [title for (title,) in rows]


def press_button(window: Browser, path: str) -> None:
    """Read a page and press its button."""
    window.open(f"https://{HOST}{path}")
    window.press_into_new_tab(BUTTON)


@pytest.mark.timeout(300)
def test_what_is_ticked_once_gives_by_itself_from_then_on_until_it_is_ended(
    earth: World, kind: str
) -> None:
    earth.start_server()
    with browser(kind, earth.folder / "ben") as ben:
        earth.sign_up(ben, "ben")
        tags = [earth.register(ben, path, f"The page {path}") for path in PAGES]
    for tag in tags:
        earth.operate_then("host", "add", tag, HOST)
    earth.start_site(Tags(*tags))
    with earth.patron(kind, "ada") as patron:
        earth.operate_then("means", "add", "ada", "20.00", "--reason", "by hand")
        earth.operate_then("budget", "set", "ada", "5.00")
        window = patron.browser

        press_button(window, "/")
        assert "Confirmed on this site" in window.text()
        window.press("#trust")
        window.press("#confirm:enabled")
        window.wait_for("#undo")
        window.press("#confirm:enabled")
        assert "Every month from now on" in window.text("h1")

        press_button(window, "/slow")
        assert "Flattred in ten seconds" in window.text("h1")
        assert ["The page /"] == flattred(earth.database)
        # The page goes on by itself, once the proxy has sent the click.
        window.wait_for("#undo")
        assert "Flattred" == window.text("h1")

        press_button(window, "/strict")
        window.press("#stop")
        assert "Taken back" in window.text("h1")

        window.open("https://flattr.internal/")
        assert "You flattr these every month" in window.text()
        window.press("form[action^='/ask/'] button")
        assert "You are asked again" in window.text("h1")
        press_button(window, "/strict")
        assert "Flattr this?" in window.text("h1")

    assert ["The page /", "The page /slow"] == flattred(earth.database)
