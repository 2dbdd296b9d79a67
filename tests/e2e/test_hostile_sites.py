"""Sites that use the one click which the patron allows another, in real browsers."""

import time
from collections.abc import Iterator

import pytest
from prey import BUTTON, EVIL, NEIGHBOUR, WAIT_MS, Prey

from overallt.demo.site import HOST

# The whole of the frame is the button, and nobody sees the frame.
ALL_BUTTON = "<style>a[href*='flattr.internal'] { position: fixed; inset: 0; }</style>"
COVERED = """<p style="position: fixed; top: 40px">Press here to go on</p>
<iframe src="https://{host}{path}" onload="say('')" width="400" height="300"
    style="position: fixed; inset: 0; border: 0; opacity: 0.01"></iframe>"""
WHERE = (200, 150)


@pytest.fixture(scope="module")
def trusting(prey: Prey) -> Iterator[Prey]:
    """Give a patron who has allowed one click on the site, by his own hand."""
    prey.read("/trusted")
    prey.window.press_into_new_tab(BUTTON)
    prey.window.press("#trust")
    prey.confirm()
    yield prey
    prey.window.open("https://flattr.internal/")
    prey.window.press("form[action^='/ask/'] button")
    prey.window.wait_for("main:not(:has(form))")


def give_by_one_click(trusting: Prey) -> list[str]:
    """Press the button as a person does; return what is held, and drop it."""
    trusting.read("/one-click", tag=trusting.tags.strict)
    trusting.window.press_into_new_tab(BUTTON)
    assert "Flattred in ten seconds" == trusting.window.text("h1")
    held = trusting.begin_anew()
    drop(trusting)
    return held


def drop(trusting: Prey) -> None:
    """Take the one click that is held out of the queue."""
    trusting.window.open("https://flattr.internal/")
    trusting.window.press("form[action^='/drop/'] button")
    trusting.window.wait_for("main:not(:has(form))")
    assert [] == trusting.given()


@pytest.mark.parametrize("host", [HOST, NEIGHBOUR])
def test_a_covered_frame_gets_no_one_click(trusting: Prey, host: str) -> None:
    """Not even if the page in it was read as a document before, and is in the cache."""
    window, tag = trusting.window, trusting.tags.strict
    trusting.read("/cached", ALL_BUTTON, tag=tag)
    trusting.read("/covers", COVERED.format(host=HOST, path="/cached"), host=host)
    window.wait_for("#said")
    window.press_at_into_new_tab(*WHERE)

    assert "Flattr this?" == window.text("h1")
    assert [] == trusting.given()
    assert [tag] == trusting.confirm()
    assert [tag] == give_by_one_click(trusting)


def test_no_script_reads_a_link_that_is_worth_one_click(trusting: Prey) -> None:
    trusting.read("/cached", ALL_BUTTON, tag=trusting.tags.strict)
    trusting.press_innocently(
        "/reads", "say(await fetch('/cached').then((answer) => answer.text()));"
    )
    trusting.window.wait_for("#said")

    learned = trusting.window.text("#said")
    assert f"[Flattr={trusting.tags.strict}]" in learned
    assert "flattr.internal/give" not in learned
    assert [] == trusting.given()
    assert [trusting.tags.strict] == give_by_one_click(trusting)


@pytest.mark.parametrize(
    ("path", "attack"),
    [
        (
            "/opens",
            f"""const opened = window.open('https://{HOST}/cached');
        await wait();
        try {{ opened.document.querySelector('a').click(); }} catch {{}}
        say('');""",
        ),
        ("/follows", "location.href = link;"),
    ],
)
def test_another_site_gets_no_one_click(trusting: Prey, path: str, attack: str) -> None:
    trusting.put("/cached", ALL_BUTTON, tag=trusting.tags.strict)
    trusting.press_innocently(path, attack, host=EVIL)
    time.sleep(WAIT_MS / 1000)

    assert [] == trusting.given()
    assert [trusting.tags.strict] == give_by_one_click(trusting)


def test_not_even_a_trusted_page_gives_before_a_person_touched_it(
    trusting: Prey,
) -> None:
    """What is loaded ahead of time is not asked for by anybody, either."""
    ahead = """<script>
    const rules = document.createElement('script');
    rules.type = 'speculationrules';
    rules.textContent = JSON.stringify({
        prerender: [{urls: [link], eagerness: 'immediate'}],
        prefetch: [{urls: [link], eagerness: 'immediate'}]});
    document.head.append(rules);
    window.open(link);
    // At once: whatever a test asks Chromium later passes there for a touch.
    location.href = link;
    </script>"""
    trusting.read("/ahead", ahead, tag=trusting.tags.strict)
    trusting.window.wait_for("a.button")

    assert "A page opened this" in trusting.window.text("h1")
    assert [] == trusting.given()
    assert [trusting.tags.strict] == give_by_one_click(trusting)


def test_the_persons_own_press_is_one_click_and_nobody_else_stops_it(
    trusting: Prey,
) -> None:
    trusting.read("/own", tag=trusting.tags.strict)
    trusting.window.press_into_new_tab(BUTTON)
    assert "Flattred in ten seconds" == trusting.window.text("h1")
    held = trusting.window.run("document.querySelector('form').getAttribute('action')")

    assert [trusting.tags.strict] == trusting.given()
    trusting.window.open("https://flattr.internal/")
    trusting.press_innocently(
        "/stops",
        f"""await fetch('https://flattr.internal{held}', {{method: 'POST',
            mode: 'no-cors', credentials: 'include', body: 'ticket=x'}});
        say('');""",
        host=EVIL,
    )
    trusting.window.wait_for("#said")
    assert [trusting.tags.strict] == trusting.begin_anew()
    drop(trusting)
