"""Pages that try to flattr in their reader's name, in real browsers.

The page carries a text tag, so it has a real button with a good seal, and its reader is
a patron with means, in a paired browser. Each attack follows an innocent press that a
person made. What decides is the server's own table: no flattr has reached it.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from browsers import Browser
from sites import https_site
from world import World

from overallt.demo.people import settle_in
from overallt.demo.site import HOST

BUTTON = "a[href^='https://flattr.internal/give/']"
WAIT_MS = 1200

# Each body may use ``link``, the button's address, and says what it learned.
ATTACKS = {
    "fetches": """
        const form = new URLSearchParams({ticket: 'guess', step: 'give'});
        const post = {method: 'POST', body: form};
        const asked = [{}, {mode: 'no-cors'}, post, {mode: 'no-cors', ...post}].map(
            (how) => fetch(link, {credentials: 'include', ...how})
                .then((answer) => answer.text()));
        const answers = await Promise.allSettled(asked);
        say(answers.map((answer) => answer.value || '').join(''));
    """,
    "frames": """
        const frame = document.createElement('iframe');
        frame.src = link;
        document.body.append(frame);
        await wait();
        say(frame.contentDocument ? frame.contentDocument.body.innerText : '');
    """,
    "opens_a_window_and_scripts_it": """
        const opened = window.open(link);
        await wait();
        opened.document.getElementById('confirm').click();
        say(opened.document.body.innerText);
    """,
    "sends_a_form": """
        const form = document.createElement('form');
        form.method = 'post';
        form.action = link;
        form.target = '_blank';
        for (const [name, value] of [['ticket', 'guess'], ['step', 'give']]) {
            const input = document.createElement('input');
            [input.name, input.value] = [name, value];
            form.append(input);
        }
        document.body.append(form);
        form.submit();
        await wait();
        say('');
    """,
    "presses_the_button_itself": """
        document.querySelector("a[href^='https://flattr.internal/']").click();
        await wait();
        say('');
    """,
}
PAGE = """<!DOCTYPE html><title>Innocent</title>
<p>Read more: [Flattr=%(tag)s]</p>
<button id="innocent" type="button">Next page</button>
<script>
const link = document.querySelector("a[href^='https://flattr.internal/']").href;
const wait = () => new Promise((resolve) => setTimeout(resolve, %(wait_ms)d));
const say = (text) => {
    const said = document.createElement('p');
    said.id = 'said';
    said.textContent = `learned: ${text}`;
    document.body.append(said);
};
const attack = async () => {
    try { %(attack)s } catch { say(''); }
};
document.getElementById('innocent').addEventListener('click', attack);
</script>
"""
NAVIGATING = "location.href = link;"
AT_ONCE = f"</script><script>{NAVIGATING}"


def pages(tag: str) -> dict[str, bytes]:
    """Write a page for each attack, two that navigate, and one that does nothing."""
    attacks = {**ATTACKS, "navigates": NAVIGATING, "plain": ""}
    values = {"tag": tag, "wait_ms": WAIT_MS}
    written = {
        f"/{name}": PAGE % {"attack": attack, **values}
        for name, attack in attacks.items()
    }
    written["/navigates_at_once"] = (PAGE % {"attack": "", **values}).replace(
        "</script>", AT_ONCE + "</script>"
    )
    return {path: page.encode() for path, page in written.items()}


def flattrs(database: Path) -> int:
    """Count the flattrs that have reached the server."""
    with closing(sqlite3.connect(database)) as tx:
        return int(tx.execute("SELECT count(*) FROM flattrs").fetchone()[0])


@pytest.fixture
def window(earth: World, kind: str) -> Iterator[Browser]:
    """Give a patron with means who reads the hostile site in a paired browser."""
    earth.start_server()
    tags = settle_in({**earth.operator, **earth._then})
    site = https_site(HOST, pages(tags.plain), ca=earth._site_ca, port=earth._site_port)
    with site, earth.patron(kind, "cleo") as patron:
        earth.operate_then("means", "add", "cleo", "20.00", "--reason", "by hand")
        earth.operate_then("budget", "set", "cleo", "5.00")
        yield patron.browser


def test_no_page_flattrs_in_its_readers_name(earth: World, window: Browser) -> None:
    for attack in ATTACKS:
        window.open(f"https://{HOST}/{attack}")
        window.press("#innocent")
        window.wait_for("#said")

        assert "learned:" == window.text("#said"), attack
        assert 0 == flattrs(earth.database), attack

    # After a touch, a page may show the consent page, and nothing more.
    window.open(f"https://{HOST}/navigates")
    window.press("#innocent")
    window.wait_for("#confirm")
    time.sleep(WAIT_MS / 1000)

    assert f"The page {HOST}/navigates asks you to flattr" in window.text()
    assert 0 == flattrs(earth.database)

    # Without one, not even that; and nothing is asked of the server.
    window.open(f"https://{HOST}/navigates_at_once")
    window.wait_for("a.button")

    assert "A page opened this" in window.text("h1")
    assert 0 == flattrs(earth.database)

    # The same patron, by his own hand: so it was not for want of means or pairing.
    window.open(f"https://{HOST}/plain")
    window.press_into_new_tab(BUTTON)
    window.press("#confirm:enabled")
    window.wait_for("#undo")

    assert "Flattred" in window.text("h1")
    assert 1 == flattrs(earth.database)
