"""The confirm button is dead until the page was there for a moment, untouched."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest

from overallt.gateway.messages import ORIGIN
from overallt.gateway.pages import Pages

# What a page that asks says, be the server there or not.
FACTS = {
    "tag_id": "7",
    "page": None,
    "ticket": "t",
    "second_step": False,
    "trust": "offered",
    "trusts": None,
}
IS_DEAD = "document.getElementById('confirm').disabled"
QUIET_MS = 600


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """Give a window in which the gateway asks for a flattr."""
    pages = Pages("https://server.test", "en")
    shown = {
        "/": lambda: pages.show(
            "consent_unseen.html", status=HTTPStatus.OK, headers=None, **FACTS
        ),
        "/gateway.css": lambda: pages.part("gateway.css", "text/css"),
        "/arm.js": lambda: pages.part("arm.js", "text/javascript"),
    }

    def serve(route: Any) -> None:
        answer = shown[route.request.url.removeprefix(ORIGIN)]()
        route.fulfill(
            status=int(answer.status), body=answer.body, headers=dict(answer.headers)
        )

    context = chromium.new_context()
    window = context.new_page()
    window.route(f"{ORIGIN}/**", serve)
    window.goto(f"{ORIGIN}/")
    yield window
    context.close()


def arm(page: Any) -> float:
    """Wait until the button can be pressed; return how old the page is, in ms."""
    page.locator("#confirm:enabled").wait_for()
    return float(page.evaluate("performance.now()"))


def test_the_button_is_dead_for_the_first_moment(page: Any) -> None:
    is_dead = page.evaluate(IS_DEAD)
    loaded = page.evaluate("performance.timing.domInteractive - performance.timeOrigin")

    assert is_dead
    assert loaded + QUIET_MS <= arm(page)


@pytest.mark.parametrize("happens", ["focus", "blur", "resize", "pageshow"])
def test_the_wait_starts_anew_when_the_window_changes(page: Any, happens: str) -> None:
    arm(page)
    changed = page.evaluate(
        f"window.dispatchEvent(new Event('{happens}')) && performance.now()"
    )

    assert page.evaluate(IS_DEAD)
    assert changed + QUIET_MS <= arm(page)


@pytest.mark.parametrize("touch", ["h1", "#trust", "label"])
def test_a_press_anywhere_else_starts_the_wait_anew(page: Any, touch: str) -> None:
    arm(page)
    page.locator(touch).click()

    assert page.evaluate(IS_DEAD)
    arm(page)
    assert (touch != "h1") == page.locator("#trust").is_checked()


def test_enter_in_the_tick_does_not_confirm(page: Any) -> None:
    arm(page)
    page.locator("#trust").press("Enter")

    assert page.evaluate(IS_DEAD)
    assert f"{ORIGIN}/" == page.url


def test_a_key_held_down_is_no_press(page: Any) -> None:
    arm(page)
    was_let_through = page.evaluate(
        """document.getElementById("confirm").dispatchEvent(new KeyboardEvent(
            "keydown", {key: "Enter", repeat: true, bubbles: true, cancelable: true}
        ))"""
    )

    assert not was_let_through


def test_once_pressed_the_button_stays_dead(page: Any) -> None:
    arm(page)
    page.evaluate("""addEventListener('submit', event => event.preventDefault())""")
    page.locator("#confirm").click()
    page.wait_for_function(IS_DEAD)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(QUIET_MS + 200)

    assert page.evaluate(IS_DEAD)
