"""Presses that a page has tricked out of a person's hands, in real browsers.

The window that asks is put under a hand that is about to press something else, or under
one that presses without end.
"""

import time

import pytest
from prey import BUTTON, WAIT_MS, Prey

MIDDLE = """(() => {
    const box = document.getElementById('confirm').getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);
})()"""
FOCUSED = "document.activeElement.id || document.activeElement.tagName"
STORM_SECONDS = 1.5


@pytest.mark.parametrize("pause_seconds", [0.0, 0.25])
def test_a_storm_of_presses_on_the_button_confirms_nothing(
    prey: Prey, pause_seconds: float
) -> None:
    """A game of quick presses opens the page that asks where the next one falls."""
    prey.read("/storm")
    prey.window.press_into_new_tab(BUTTON)
    x, y = prey.window.run(MIDDLE)

    end = time.monotonic() + STORM_SECONDS
    while time.monotonic() < end:
        prey.window.press_at(x, y)
        time.sleep(pause_seconds)

    assert "Flattr this?" == prey.window.text("h1")
    assert [] == prey.given()
    prey.window.wait_for("#confirm:enabled")
    prey.window.press_at(x, y)
    prey.window.wait_for("#undo")
    assert [prey.tags.plain] == prey.begin_anew()


def test_a_link_cannot_put_the_focus_on_the_button(prey: Prey) -> None:
    """Else whoever types on, or holds a key down, would confirm."""
    script = "<script>button.href = `${link}#confirm`;</script>"
    prey.read("/focus", script)
    prey.window.press_into_new_tab(BUTTON)
    prey.window.wait_for("#confirm:enabled")
    focused = prey.window.run(FOCUSED)
    for key in ("Enter", " ", "Enter"):
        prey.window.press_key(key)
        time.sleep(WAIT_MS / 1000)

    assert "BODY" == focused
    assert prey.window.address.endswith("#confirm")
    assert [] == prey.given()
    assert [prey.tags.plain] == prey.confirm()


def test_a_person_can_confirm_by_keys(prey: Prey) -> None:
    prey.read("/keys")
    prey.window.press_into_new_tab(BUTTON)
    prey.window.wait_for("#confirm:enabled")
    while prey.window.run(FOCUSED) != "confirm":
        prey.window.press_key("Tab")
    prey.window.press_key("Enter")
    prey.window.wait_for("#undo")

    assert [prey.tags.plain] == prey.begin_anew()
