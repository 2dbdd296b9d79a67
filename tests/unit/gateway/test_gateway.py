"""The gateway: who may ask, and what is answered."""

import asyncio
import dataclasses
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from overallt.gateway import tickets
from overallt.gateway.messages import Request

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
HEADERS = {
    "host": "flattr.internal",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
}
EMPTY = Request(
    method="GET",
    target="/",
    headers=HEADERS,
    body=b"",
    tls=True,
    connect_host="flattr.internal",
    connect_port=443,
    sni="flattr.internal",
)


def title(answer: Any) -> str:
    return str(answer.body.decode().split("<title>")[1].split(" · ")[0])


@pytest.mark.parametrize(
    "changed",
    [
        {"tls": False},
        {"connect_host": "evil.test"},
        {"connect_host": None},
        {"connect_port": 8443},
        {"sni": "evil.test"},
        {"sni": None},
        {"headers": HEADERS | {"host": "evil.test"}},
        {"headers": HEADERS | {"host": "flattr.internal:8443"}},
    ],
)
async def test_a_connection_that_disagrees_with_itself_is_misdirected(
    stranger: Any, changed: dict[str, Any]
) -> None:
    answer = await stranger.ask(dataclasses.replace(EMPTY, **changed))

    assert answer.status == 421


async def test_every_page_forbids_frames_scripts_copies_and_openers(
    stranger: Any,
) -> None:
    headers = (await stranger.open("/")).headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "destination", "content_type"),
    [("/gateway.css", "style", "text/css"), ("/arm.js", "script", "text/javascript")],
)
async def test_its_own_parts_are_for_its_own_pages(
    stranger: Any, path: str, destination: str, content_type: str
) -> None:
    own: dict[str, str | None] = {
        "sec-fetch-site": "same-origin",
        "sec-fetch-dest": destination,
        "sec-fetch-mode": "no-cors",
    }

    part = await stranger.open(path, changed=own)
    stolen = await stranger.open(path, changed=own | {"sec-fetch-site": "cross-site"})

    assert part.status == 200
    assert part.headers["Content-Type"].startswith(content_type)
    assert stolen.status == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"sec-fetch-mode": "cors"},
        {"sec-fetch-dest": "iframe"},
        {"sec-fetch-dest": None},
        {"sec-purpose": "prefetch;prerender"},
    ],
)
async def test_only_a_navigation_is_answered(
    browser: Any, api: Any, changed: dict[str, str | None]
) -> None:
    answer = await browser.open("/give/7", changed=changed)

    assert answer.status == 403
    assert api.asked == []


@pytest.mark.parametrize(
    "target", ["//evil.test/give/7", "//[/give/7", "/\\\\evil.test/give/7", "*"]
)
async def test_a_path_never_names_another_host(
    browser: Any, api: Any, target: str
) -> None:
    answer = await browser.open(target, changed={"sec-fetch-user": None})

    assert answer.status == 404
    assert b"evil.test" not in answer.body
    assert api.asked == []


async def test_a_link_with_too_many_fields_comes_from_an_unknown_page(
    browser: Any,
) -> None:
    answer = await browser.open("/give/7?" + "p=x&" * 50)

    assert b"<b>unknown page</b>" in answer.body


async def test_another_method_is_refused(browser: Any) -> None:
    answer = await browser.ask(dataclasses.replace(EMPTY, method="PUT"))

    assert answer.status == 403


@pytest.mark.parametrize("target", ["/", "/give/7"])
async def test_an_unpaired_browser_learns_how_to_pair_and_no_more(
    stranger: Any, api: Any, target: str
) -> None:
    answer = await stranger.open(target)

    assert title(answer) == "This browser is not paired"
    assert b"overallt setup" in answer.body
    assert api.asked == []


async def test_a_browser_without_any_cookie_is_not_paired(browser: Any) -> None:
    answer = await browser.open("/", changed={"cookie": None})
    other = await browser.open("/", changed={"cookie": "a=b"})

    assert title(answer) == "This browser is not paired"
    assert title(other) == "This browser is not paired"


async def test_an_unpaired_browser_cannot_send(stranger: Any, api: Any) -> None:
    answer = await stranger.send("/give/7", b"ticket=x&step=give")

    assert title(answer) == "This browser is not paired"
    assert api.asked == []


async def test_a_code_pairs_a_browser_once(stranger: Any, browsers: Any) -> None:
    code = browsers.new_pairing_code(START)

    answer = await stranger.open(f"/pair/{code}")
    again = await stranger.open(f"/pair/{code}")
    stranger.cookie = answer.headers["Set-Cookie"].split(";")[0].split("=")[1]

    assert answer.status == 303
    assert answer.headers["Location"] == "/"
    assert title(again) == "This code is no good"
    assert title(await stranger.open("/")) == "Status"


async def test_the_status_page_shows_means_and_flattrs(browser: Any) -> None:
    text = (await browser.open("/")).body.decode()

    assert "<b>grace</b>" in text
    assert "10.50\N{NO-BREAK SPACE}€" in text
    assert "An essay" in text
    assert "1.80\N{NO-BREAK SPACE}€" in text


async def test_the_status_page_of_a_new_patron(browser: Any, api: Any) -> None:
    api.means |= {"flattrs": [], "budget_active": False}

    text = (await browser.open("/")).body.decode()

    assert "(not active)" in text
    assert "<table>" not in text


async def test_the_status_page_tells_that_the_server_is_down(
    browser: Any, api: Any
) -> None:
    api.down = True

    assert title(await browser.open("/")) == "The server does not answer"


async def test_the_status_page_tells_that_nobody_is_signed_in(
    browser: Any, api: Any
) -> None:
    api.refusal, api.refuses = "unauthorized", "GET"

    answer = await browser.open("/")

    assert title(answer) == "Not signed in"
    assert b"overallt login" in answer.body


@pytest.mark.parametrize(
    "target",
    ["/x", "/give", "/give/", "/give/007", "/give/a%2Fb", "/give/7/8", "/undo/7"],
)
async def test_other_addresses_lead_nowhere(browser: Any, target: str) -> None:
    assert (await browser.open(target)).status == 404


@pytest.mark.parametrize("target", ["/", "/give/007", "/undo/ada", "/pair/x"])
async def test_nothing_can_be_sent_anywhere_else(browser: Any, target: str) -> None:
    assert (await browser.send(target, b"")).status == 404


async def test_a_form_that_is_too_large_is_refused(browser: Any) -> None:
    assert (await browser.send("/give/7", bytes(5000))).status == 413


async def test_a_page_that_opens_the_gateway_by_itself_asks_nothing_yet(
    browser: Any, api: Any
) -> None:
    answer = await browser.open("/give/7?p=x", changed={"sec-fetch-user": None})

    assert title(answer) == "Opened by a page"
    assert b'href="/give/7?p=x"' in answer.body
    assert api.asked == []


async def test_a_page_that_nobody_touched_does_not_even_get_the_status_asked_for(
    browser: Any, api: Any
) -> None:
    by_a_page = {"sec-fetch-user": None, "sec-fetch-site": "cross-site"}
    by_an_address = {"sec-fetch-user": None, "sec-fetch-site": "none"}

    answer = await browser.open("/?x", changed=by_a_page)
    asked = list(api.asked)
    status = await browser.open("/", changed=by_an_address)

    assert title(answer) == "Opened by a page"
    assert b'href="/"' in answer.body
    assert asked == []
    assert title(status) == "Status"


async def test_a_storm_of_status_pages_takes_no_click_away(
    browser: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page needs a person's touch for each; a game has as many as it likes."""
    monkeypatch.setattr(tickets, "MAX_OUTSTANDING", 3)
    consent = await browser.open("/give/7")
    for _ in range(4):
        await browser.open("/")
    browser.wait(seconds=1)

    body = f"ticket={browser.ticket_in(consent)}&step=give".encode()
    answer = await browser.send("/give/7", body)

    assert answer.status == 200
    assert len(api.click_ids) == 1


async def test_while_another_program_pairs_a_browser_pages_need_not_wait(
    browser: Any, tmp_path: Path
) -> None:
    file = sqlite3.connect(tmp_path / "gateway.sqlite", isolation_level=None)
    with closing(file):
        file.execute("begin exclusive")
        asked = asyncio.create_task(browser.open("/"))
        # The loop is the one that all pages pass through.
        await asyncio.wait({asked}, timeout=0.05)
        was_answered = asked.done()
        file.execute("rollback")
        answer = await asked

    assert not was_answered
    assert answer.status == 200
