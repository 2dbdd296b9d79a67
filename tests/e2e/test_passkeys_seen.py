"""A passkey is made and used in real Chromium, whose device is its debugger's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browsers import CHROMIUM, QUIET, missing
from own_thread import in_own_thread
from world import PASSWORD, World, program

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def _page_with_device(folder: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET], env={"HOME": str(folder)}
        )
        context = browser.new_context()
        page = context.new_page()
        debugger = context.new_cdp_session(page)
        debugger.send("WebAuthn.enable")
        debugger.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield page
        browser.close()


def test_a_passkey_is_made_once_and_then_signs_in(earth: World) -> None:
    reason = missing("chromium")
    if reason is not None:
        pytest.skip(reason)
    with (
        program(["overallt_server", "serve"], earth.operator),
        in_own_thread(_page_with_device(earth.folder)) as page,
    ):
        page.goto(f"{earth.url}/signup")
        page.fill("input[name=username]", "ada")
        page.fill("input[name=email]", "ada@mail.test")
        page.fill("input[name=password]", PASSWORD)
        page.click("form[action='/signup'] button")
        page.wait_for_selector("a[href='/things/new']")
        page.goto(f"{earth.url}/account/passkeys/new")
        page.click("form[data-options] button")
        page.wait_for_selector("form[action='/account/passkeys/remove']")
        page.click("form[action='/signout'] button")
        page.goto(f"{earth.url}/signin?next=/budget")
        page.click("form[action='/signin/passkey'] button")
        page.click("form[data-options] button")
        page.wait_for_selector("a[href='/things/new']")
        address = page.evaluate("location.pathname")

    assert "/budget" == address
