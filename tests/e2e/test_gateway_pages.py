"""Every page of the gateway as it is seen: by its reader, and by axe."""

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
from axe import TOO_WIDE

from overallt.gateway.asking_pages import AskingPage, asking_page
from overallt.gateway.intents import ListedIntent
from overallt.gateway.kept_clicks import ListedClick
from overallt.gateway.languages import LANGUAGES
from overallt.gateway.messages import ORIGIN, Answer
from overallt.gateway.one_clicks import ListedSite, Trust
from overallt.gateway.pages import Pages, templates
from overallt.gateway.pausing import ListedPause, Switch
from overallt.gateway.subscriptions import ListedSubscription
from overallt.protocol.messages import (
    FlattrWorth,
    Means,
    MiniThing,
    MiniUser,
    Thing,
    User,
)

# The longest word of each kind that the server lets through, and one that breaks.
USERNAME = "abcdefghijklmnopqrstuvwxyz1234"
TITLE = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamte, in full"
THING = Thing(
    resource="",
    link="",
    id=7,
    url="",
    title=TITLE,
    description="",
    tags=[],
    language="",
    category="",
    created_at=0,
    owner=MiniUser(resource="", link="", username=USERNAME),
    hidden=False,
    image="",
    flattrs=0,
    flattrs_user_count=0,
)
USER = User(
    resource="",
    link="",
    username=USERNAME,
    url="",
    firstname="",
    lastname="",
    avatar="",
    about="",
    city="",
    country="",
)
RICH = Means(
    currency="EUR",
    means_minor=100000,
    budget_minor=10000,
    budget_active=True,
    period="2026-01",
    pot_minor=10000,
    flattrs=[FlattrWorth(thing=7, title=TITLE, worth_minor=10000)],
    next_worth_minor=10000,
)
POOR = Means(
    currency="EUR",
    means_minor=100000,
    budget_minor=10000,
    budget_active=False,
    period="2026-01",
    pot_minor=0,
    flattrs=[],
    next_worth_minor=0,
)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
WAITING = ListedClick(
    click_id="c",
    tag_id=USERNAME,
    confirmed_at=NEW_YEAR,
    refusal=None,
    advice="",
    is_held=False,
    site=None,
    ticket="t",
)
UNDERWAY = replace(WAITING, ticket=None)
GIVEN_UP = replace(WAITING, refusal="Of tomorrow", advice="Overallt " + 100 * "y")
HELD = replace(WAITING, is_held=True)
TICKED = replace(WAITING, site=63 * "y" + ".test")
PAUSED = Switch(
    pauses=[
        ListedPause(name="*", site=None, until=NEW_YEAR, ticket="t"),
        ListedPause(name="s", site=60 * "y" + ".test", until=None, ticket="t"),
    ],
    ticket="t",
)
ASKING = AskingPage(host="blog.test", rest="/" + 200 * "y", is_secure=True)
CONFIRMED = replace(THING, hosts=["blog.test"])
SITES = [ListedSite(63 * "y" + ".test", "t"), ListedSite("blog.test", "t")]
CONSENT = {
    "thing": THING,
    "tag_id": "7",
    "ticket": "t",
    "trust": Trust.NONE,
    "trusts": None,
}
FLATTRED = {"thing": THING, "undo": "t", "subscribe": "t"}
SUBSCRIPTIONS = [
    ListedSubscription(7, TITLE, active=True, ticket="t"),
    ListedSubscription(8, "Overallt", active=False, ticket="t"),
]
UNCLAIMED = asking_page("https://blog.test/" + 200 * "x")
WAITS = ListedIntent(UNCLAIMED, "n", NEW_YEAR, None, None, "t")
CLAIMED = replace(WAITS, thing=MiniThing("", "", 7, "", TITLE, "", 1), period="2026-01")
PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "asks": (
        "consent.html",
        CONSENT | {"means": RICH, "page": ASKING, "second_step": False},
    ),
    "asks_twice": (
        "consent.html",
        CONSENT | {"means": RICH, "page": ASKING, "second_step": True},
    ),
    "asks_in_vain": (
        "consent.html",
        CONSENT | {"means": POOR, "page": None, "second_step": False},
    ),
    "asks_confirmed": (
        "consent.html",
        CONSENT
        | {
            "thing": CONFIRMED,
            "means": RICH,
            "page": ASKING,
            "second_step": False,
            "trust": Trust.OFFERED,
        },
    ),
    "asks_all_the_same": (
        "consent.html",
        CONSENT
        | {
            "thing": CONFIRMED,
            "means": RICH,
            "page": ASKING,
            "second_step": False,
            "trust": Trust.USED_UP,
        },
    ),
    "one_click": (
        "one_click.html",
        {
            "thing": CONFIRMED,
            "means": RICH,
            "host": 63 * "y" + ".test",
            "click_id": "c",
            "ticket": "t",
        },
    ),
    "flattred": ("flattred.html", FLATTRED | {"again": False}),
    "again": ("flattred.html", FLATTRED | {"again": True}),
    "subscribed": (
        "flattred.html",
        FLATTRED | {"thing": replace(THING, subscribed=True), "again": True},
    ),
    "asks_unseen": (
        "consent_unseen.html",
        CONSENT | {"tag_id": USERNAME, "page": ASKING, "second_step": False},
    ),
    "kept": ("kept.html", {"click": WAITING}),
    "ticked": ("kept.html", {"click": TICKED}),
    "held": ("kept.html", {"click": HELD}),
    "underway": ("kept.html", {"click": UNDERWAY}),
    "status": (
        "status.html",
        {
            "user": USER,
            "means": RICH,
            "clicks": [HELD, WAITING, UNDERWAY, GIVEN_UP],
            "intents": [WAITS, CLAIMED],
            "subscriptions": SUBSCRIPTIONS,
            "sites": SITES,
            "switch": PAUSED,
        },
    ),
    "poor": (
        "status.html",
        {
            "user": USER,
            "means": POOR,
            "clicks": [],
            "intents": [],
            "subscriptions": [],
            "sites": [],
            "switch": Switch([], "t"),
        },
    ),
    "offline": (
        "offline.html",
        {"clicks": [WAITING, UNDERWAY, GIVEN_UP], "sites": SITES, "switch": PAUSED},
    ),
    "unclaimed": (
        "unclaimed.html",
        {"thing": UNCLAIMED, "page": ASKING, "name": "n", "ticket": "t"},
    ),
    "intended": ("intended.html", {"intent": WAITS}),
    "opened": ("opened.html", {"target": "/give/7"}),
    "refused": ("refused.html", {"description": "Of tomorrow."}),
    "phone": (
        "phone.html",
        {"host": "192.168.100.100", "port": 8081, "wireguard": False},
    ),
    "phone-wireguard": ("phone.html", {"host": "", "port": 0, "wireguard": True}),
    "wireguard": ("wireguard.html", {"code": '<svg viewBox="0 0 9 9"></svg>'}),
    "message": (
        "message.html",
        {"title": "Overallt", "sentences": ["Overallt " + 100 * "y"]},
    ),
}
WIDTHS = (320, 360, 1024)
FOCUS = """() => {
    const seen = getComputedStyle(document.activeElement);
    return [document.activeElement.id, seen.outlineStyle, seen.outlineWidth];
}"""


def answer(pages: Pages, name: str) -> Answer:
    """Print the page *name*, or the style or script that it asks for."""
    if name == "gateway.css":
        return pages.part(name, "text/css; charset=utf-8")
    if name == "arm.js":
        return pages.part(name, "text/javascript; charset=utf-8")
    template, facts = PAGES[name]
    return pages.show(template, status=HTTPStatus.OK, **facts)


def window(chromium: Any, language: str, **looks: Any) -> Any:
    """Open a window in which the gateway's origin answers in *language*."""
    pages = Pages("https://server.test", language)
    opened = chromium.new_context(viewport={"width": 360, "height": 640}, **looks)
    page = opened.new_page()

    def serve(route: Any) -> None:
        given = answer(pages, route.request.url.removeprefix(f"{ORIGIN}/"))
        route.fulfill(
            status=int(given.status), body=given.body, headers=dict(given.headers)
        )

    page.route(f"{ORIGIN}/**", serve)
    return page


def test_every_template_is_looked_at() -> None:
    parts = {
        *("base.html", "money.html", "arming.html", "confirming.html"),
        *("queue.html", "sites.html", "subscriptions.html", "intents.html"),
        "listing.html",
        *("paused.html", "pausing.html"),
    }

    assert set(templates().list_templates()) == parts | {
        template for template, _ in PAGES.values()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_its_place(chromium: Any, language: str) -> None:
    page = window(chromium, language)
    for name in PAGES:
        page.goto(f"{ORIGIN}/{name}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 640})

            assert [] == page.evaluate(TOO_WIDE), (name, width)
    page.context.close()


@pytest.mark.parametrize(
    ("language", "scheme"),
    # The dark has other colours and no other words: one language is enough for it.
    [*((language, "light") for language in LANGUAGES), ("en", "dark")],
)
def test_axe_finds_nothing(chromium: Any, axe: str, language: str, scheme: str) -> None:
    # Colours that are still changing would be judged on their way.
    page = window(chromium, language, color_scheme=scheme, reduced_motion="reduce")
    for name in PAGES:
        page.goto(f"{ORIGIN}/{name}")
        if page.locator("#confirm").count():
            page.locator("#confirm:enabled").wait_for()
        page.evaluate(axe)
        found = page.evaluate("axe.run()")

        assert [] == [each["id"] for each in found["violations"]], name
        assert found["passes"], name
    page.context.close()


def test_the_keyboard_reaches_the_button_and_shows_where_it_is(chromium: Any) -> None:
    page = window(chromium, "en")
    page.goto(f"{ORIGIN}/asks")
    page.locator("#confirm:enabled").wait_for()
    before = page.evaluate("document.activeElement.tagName")
    page.keyboard.press("Tab")
    after = page.evaluate(FOCUS)
    page.context.close()

    assert "BODY" == before
    assert ["confirm", "solid", "3px"] == after


def test_whoever_tabs_past_the_button_comes_back_to_it(chromium: Any) -> None:
    page = window(chromium, "en")
    page.goto(f"{ORIGIN}/asks")
    page.locator("#confirm:enabled").wait_for()
    for key in ("Tab", "Tab", "Shift+Tab"):
        page.keyboard.press(key)
    focused = page.evaluate("document.activeElement.id")
    page.context.close()

    assert "confirm" == focused


@pytest.mark.parametrize(
    ("motion", "runs"), [("reduce", []), ("no-preference", ["pass"])]
)
def test_the_seconds_run_but_for_whoever_wants_it_still(
    chromium: Any, motion: str, runs: list[str]
) -> None:
    page = window(chromium, "en", reduced_motion=motion)
    page.goto(f"{ORIGIN}/one_click")
    running = page.evaluate(
        "document.getAnimations().map((each) => each.animationName)"
    )
    page.context.close()

    assert runs == running


@pytest.mark.parametrize(("motion", "lasts"), [("reduce", "0s"), ("no-preference", "")])
def test_what_moves_is_still_for_whoever_wants_it_so(
    chromium: Any, motion: str, lasts: str
) -> None:
    page = window(chromium, "en", reduced_motion=motion)
    page.goto(f"{ORIGIN}/asks")
    seconds = page.locator("#confirm").evaluate(
        "(each) => getComputedStyle(each).transitionDuration"
    )
    page.context.close()

    assert (lasts or "0.15s, 0.15s, 0.15s") == seconds
