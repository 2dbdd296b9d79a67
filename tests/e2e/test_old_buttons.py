"""Flattr's old markup comes back to life in real browsers, as plugins printed it."""

import pytest
from browsers import browser
from sites import https_site
from world import World

from overallt.demo.site import HOST

PAGE = f"""<!DOCTYPE html>
<html><head><title>An old blog</title>
<script src="https://api.flattr.com/js/0.6/load.js?mode=auto&amp;uid=ben"></script>
<link rel="payment" href="https://flattr.com/submit/auto?user_id=ben&amp;url=x">
</head><body>
<p class="wp-flattr-button"><a class="FlattrButton" style="display:none" title="Bread"
 href="https://{HOST}/bread" data-flattr-uid="ben" data-flattr-category="text">Baked
slowly.</a></p>
<p><iframe
 src="//api.flattr.com/button/view/?uid=ben&amp;url=https%3A%2F%2F{HOST}%2Fnew"
 width="110" height="20"></iframe></p>
<script>FlattrLoader.render({{}}, null, "append"); FlattrLoader.setup();
FlattrLoader.addLoadEvent(() => {{ document.title = "All went well"; }});</script>
</body></html>"""
FRAME = f"https://api.flattr.com/button/view/?uid=ben&url=https%3A%2F%2F{HOST}%2Fbread"
OLD = "a[href^='https://flattr.internal/give?']"
SIZE = f"""(() => {{
    const seen = document.querySelector("{OLD} svg").getBoundingClientRect();
    return [seen.width >= 110, seen.height >= 20];
}})()"""


def test_old_buttons_lead_to_the_page_that_asks(earth: World, kind: str) -> None:
    earth.start_server()
    with browser(kind, earth.folder / "ben") as ben:
        earth.sign_up(ben, "ben")
        earth.register(ben, "/bread", "How to bake bread")
    pages = {"/": PAGE.encode()}
    with (
        https_site(HOST, pages, ca=earth._site_ca, port=earth._site_port),
        earth.patron(kind, "ada") as patron,
    ):
        window = patron.browser
        window.open(f"https://{HOST}/")
        window.wait_for(OLD)
        title = window.run("document.title")
        count = window.count(OLD)
        size = window.run(SIZE)
        window.press_into_new_tab(OLD)
        asked = window.text()
        window.open(f"https://{HOST}/")
        window.press_into_new_tab(f"p + p {OLD}")
        unknown = window.text()
        window.open(FRAME)
        window.press_into_new_tab(OLD)
        framed = window.text()

    assert "All went well" == title
    assert (2, [True, True]) == (count, size)
    assert f"The page {HOST} asks you to flattr" in asked
    assert "How to bake bread" in asked
    assert "Nobody has claimed this yet" in unknown
    assert f"{HOST}/new" in unknown
    assert "An unknown page asks you to flattr" in framed
    assert "How to bake bread" in framed


@pytest.mark.timeout(300)
def test_what_nobody_has_claimed_waits_for_its_owner(earth: World, kind: str) -> None:
    earth.start_server()
    with browser(kind, earth.folder / "ben") as ben:
        earth.sign_up(ben, "ben")
    pages = {"/": PAGE.encode()}
    with (
        https_site(HOST, pages, ca=earth._site_ca, port=earth._site_port),
        earth.patron(kind, "ada") as patron,
    ):
        window = patron.browser
        earth.operate_then("means", "add", "ada", "10.00", "--reason", "by hand")
        earth.operate_then("budget", "set", "ada", "5.00")
        window.open(f"https://{HOST}/")
        window.wait_for(OLD)
        window.press_into_new_tab(OLD)
        window.press("#confirm:enabled")
        window.wait_for("#take-back")
        kept = window.text()
        added = earth.operate_then(
            *("thing", "add", f"https://{HOST}/bread"),
            *("--owner", "ben", "--title", "How to bake bread"),
        )
        thing = added.partition("[Flattr=")[2].partition("]")[0]
        earth.operate_then("host", "add", thing, HOST)
        window.open("https://flattr.internal/")
        window.wait_for("form[action^='/take-back/']")
        claimed = window.text()
        window.open(f"https://{HOST}/")
        window.press_into_new_tab(OLD)
        window.wait_for("form[action^='/undo/']")
        flattred = window.text()

    assert f"Your flattr waits for the owner of {HOST}/bread" in kept
    assert "No money is set aside for it." in kept
    assert "It is claimed: How to bake bread gets a part of your budget" in claimed
    assert "Already flattred" in flattred
    assert "every cent is where it belongs" in earth.operate("audit")
