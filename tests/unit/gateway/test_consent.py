"""The consent page and what follows it."""

from typing import Any

import pytest

from overallt.gateway.seals import Printed

PAGE = "https://blog.test/a?b=<c>"


async def consent(browser: Any, page: str = PAGE, tag_id: str = "7") -> Any:
    printed = Printed(page, in_document=True)
    address = browser.gateway.address(tag_id, printed, now=browser.now)
    return await browser.open(address.removeprefix("https://flattr.internal"))


def form(ticket: str, step: str = "give") -> bytes:
    return f"ticket={ticket}&step={step}".encode()


def title(answer: Any) -> str:
    return str(answer.body.decode().split("<title>")[1].split(" · ")[0])


async def test_the_page_says_who_asks_for_whom_and_what_it_costs(browser: Any) -> None:
    text = (await consent(browser)).body.decode()

    assert "<b>blog.test</b>/a?b=&lt;c&gt;</span> asks you to flattr" in text
    assert "A &lt;b&gt;song&lt;/b&gt;</b> by" in text
    assert '<b class="owner">ada</b>' in text
    assert "Not confirmed on this site" in text
    assert "2.25\N{NO-BREAK SPACE}€" in text
    assert "5.00\N{NO-BREAK SPACE}€" in text
    assert "10.50\N{NO-BREAK SPACE}€" in text


async def test_the_button_is_dead_at_first(browser: Any) -> None:
    text = (await consent(browser)).body.decode()

    assert '<button id="confirm" name="step" value="give" disabled>' in text
    assert "autofocus" not in text
    assert '<script src="/arm.js" defer></script>' in text


async def test_a_budget_that_is_paused_is_marked(browser: Any, api: Any) -> None:
    api.means["budget_active"] = False

    assert b"(not active)" in (await consent(browser)).body


async def test_a_front_page_is_its_host_alone(browser: Any) -> None:
    text = (await consent(browser, "https://blog.test/")).body.decode()

    assert "<b>blog.test</b></span>" in text


async def test_a_host_in_other_letters_is_shown_for_what_it_is(browser: Any) -> None:
    text = (await consent(browser, "https://\u0430pple.test:8443/")).body.decode()

    assert "<b>xn--pple-43d.test:8443</b></span>" in text


@pytest.mark.parametrize("target", ["/give/7", "/give/7?p=forged", "/give/7?p="])
async def test_a_link_without_a_good_seal_comes_from_an_unknown_page(
    browser: Any, target: str
) -> None:
    assert b"<b>unknown page</b>" in (await browser.open(target)).body


async def test_after_a_day_the_page_is_unknown(browser: Any) -> None:
    printed = Printed(PAGE, in_document=True)
    address = browser.gateway.address("7", printed, now=browser.now)
    browser.wait(hours=24, seconds=1)

    answer = await browser.open(address.removeprefix("https://flattr.internal"))

    assert b"<b>unknown page</b>" in answer.body


async def test_a_confirmed_click_is_one_flattr(browser: Any, api: Any) -> None:
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)

    answer = await browser.send("/give/7", form(ticket))
    again = await browser.send("/give/7", form(ticket))

    assert "<h1>Flattred</h1>" in answer.body.decode()
    assert title(again) == "This page is used up"
    assert len(api.click_ids) == 1


async def test_a_username_names_its_thing(browser: Any, api: Any) -> None:
    ticket = browser.ticket_in(await consent(browser, tag_id="ada"))
    browser.wait(seconds=1)

    await browser.send("/give/Ada", form(ticket))

    assert api.asked[-2:] == [
        "GET /rest/v2/things/ada",
        "POST /rest/v2/things/7/flattr",
    ]


async def test_two_consents_are_two_clicks(browser: Any, api: Any) -> None:
    tickets = [browser.ticket_in(await consent(browser)) for _ in range(2)]
    browser.wait(seconds=1)

    for ticket in tickets:
        await browser.send("/give/7", form(ticket))

    assert len(set(api.click_ids)) == 2


async def test_without_script_it_takes_two_steps(browser: Any, api: Any) -> None:
    first = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)

    second = await browser.send("/give/7", form(first, "continue"))
    text = second.body.decode()
    browser.wait(seconds=1)
    flattred = await browser.send("/give/7", form(browser.ticket_in(second)))

    assert '<button id="confirm" name="step" value="give">' in text
    assert "<script" not in text
    assert "<b>blog.test</b>" in text
    assert "<h1>Flattred</h1>" in flattred.body.decode()
    assert len(api.click_ids) == 1


async def test_a_double_press_does_not_reach_the_second_step(
    browser: Any, api: Any
) -> None:
    first = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)
    second = await browser.send("/give/7", form(first, "continue"))
    browser.wait(seconds=0.5)

    answer = await browser.send("/give/7", form(browser.ticket_in(second)))

    assert title(answer) == "That was very quick"
    assert api.click_ids == []


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://blog.test"},
        {"origin": None},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-user": None},
        {"sec-fetch-dest": "iframe"},
    ],
)
async def test_a_form_of_another_origin_spends_nothing(
    browser: Any, api: Any, changed: dict[str, str | None]
) -> None:
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)

    answer = await browser.send("/give/7", form(ticket), changed=changed)

    assert title(answer) == "Refused"
    assert api.click_ids == []


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("flattr_once", "Already flattred"),
        ("flattr_owner", "This is your own thing"),
        ("no_means", "No means"),
        ("not_found", "There is no such thing"),
        ("unauthorized", "Not signed in"),
        ("insufficient_scope", "Not allowed"),
        ("of_tomorrow", "The server refused"),
    ],
)
async def test_a_refusal_is_said_plainly(
    browser: Any, api: Any, code: str, says: str
) -> None:
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)
    api.refusal = code

    assert title(await browser.send("/give/7", form(ticket))) == says


async def test_an_unknown_refusal_is_quoted_and_escaped(browser: Any, api: Any) -> None:
    api.refusal, api.refuses = "of_tomorrow", "GET"

    assert b"Of &lt;tomorrow&gt;." in (await consent(browser)).body


async def test_without_a_server_the_page_says_what_it_cannot_say(
    browser: Any, api: Any
) -> None:
    api.down = True

    text = (await consent(browser)).body.decode()

    assert "<h1>Flattr this later?</h1>" in text
    assert "<b>blog.test</b>" in text
    assert '<b class="thing">7</b>' in text
    assert "The server does not answer" in text
    assert "Your free means" not in text
    assert '<button id="confirm" name="step" value="give" disabled>' in text


async def test_without_a_server_and_a_sign_in_nothing_is_kept(
    browser: Any, api: Any
) -> None:
    api.down, api.token = True, None

    answer = await consent(browser)

    assert title(answer) == "Not signed in"
    assert b"ticket" not in answer.body


async def test_who_signs_out_while_the_page_is_open_gives_nothing(
    browser: Any, api: Any, queue: Any
) -> None:
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)
    api.token = None

    answer = await browser.send("/give/7", form(ticket))

    assert title(answer) == "Not signed in"
    assert queue.clicks() == []


async def test_a_click_that_gets_no_answer_is_kept(
    browser: Any, api: Any, queue: Any
) -> None:
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)
    api.down = True

    answer = await browser.send("/give/7", form(ticket))

    assert answer.status == 202
    assert b"<h1>Kept, not yet sent</h1>" in answer.body
    assert [each.tag_id for each in queue.clicks()] == ["7"]


async def test_a_click_that_cannot_be_written_down_is_not_sent(
    browser: Any, api: Any, queue: Any, tmp_path: Any
) -> None:
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)
    (tmp_path / "queue.sqlite").write_bytes(b"no database at all" * 100)

    answer = await browser.send("/give/7", form(ticket))

    assert title(answer) == "Your flattr could not be kept"
    assert api.click_ids == []


async def test_a_refusal_is_told_at_once_and_not_kept(
    browser: Any, api: Any, queue: Any
) -> None:
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)
    api.refusal = "no_means"

    await browser.send("/give/7", form(ticket))

    assert queue.clicks() == []


async def test_what_was_flattred_can_be_taken_back(browser: Any, api: Any) -> None:
    api.thing["flattred"] = True
    shown = await consent(browser)
    browser.wait(seconds=1)
    ticket = browser.ticket_in(shown)

    answer = await browser.send("/undo/7", form(ticket))
    again = await browser.send("/undo/7", form(ticket))

    assert b"<h1>Already flattred</h1>" in shown.body
    assert shown.body.find(b"only next month") < shown.body.find(b'id="undo"')
    assert b"only next month" in shown.body
    assert title(answer) == "Taken back"
    assert b"From next month on" in answer.body
    assert title(again) == "This page is used up"
    assert api.asked.count("DELETE /rest/v2/things/7/flattr") == 1


@pytest.mark.parametrize(
    ("down", "refusal", "says"),
    [
        ("yes", None, "The server does not answer"),
        ("", "period_closed", "The month is over"),
    ],
)
async def test_what_cannot_be_taken_back_is_said(
    browser: Any, api: Any, down: str, refusal: str | None, says: str
) -> None:
    api.thing["flattred"] = True
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)
    api.down, api.refusal, api.refuses = bool(down), refusal, "DELETE"

    assert title(await browser.send("/undo/7", form(ticket))) == says


async def test_a_ticket_to_undo_does_not_give(browser: Any, api: Any) -> None:
    api.thing["flattred"] = True
    ticket = browser.ticket_in(await consent(browser))
    browser.wait(seconds=1)

    answer = await browser.send("/give/7", form(ticket))

    assert title(answer) == "This page is used up"
    assert api.click_ids == []


async def test_who_has_confirmed_is_asked_before_anything_is_given_by_one_click(
    browser: Any,
    api: Any,
    sites: Any,
    queue: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The click was taken back in another window, just before it was sent."""
    api.thing["hosts"] = ["blog.test"]
    shown = await consent(browser)
    sites.trust("blog.test", browser.now)
    monkeypatch.setattr(queue, "depart", lambda click_id: not queue.drop(click_id))
    browser.wait(seconds=1)

    answer = await browser.send("/give/7", form(browser.ticket_in(shown)))

    assert "<h1>Flattr this?</h1>" in answer.body.decode()
    assert [] == api.click_ids
    assert [] == queue.clicks()


async def test_without_a_server_it_says_what_is_known_and_no_more(
    browser: Any, api: Any
) -> None:
    api.down = True

    asked_by_a_page = (await consent(browser)).body.decode()
    asked_by_nobody = (await browser.open("/give/7")).body.decode()

    thing = 'All that is known is the id <b class="thing">7</b>'
    assert f"{thing}, and that a page of <b>blog.test</b> carries" in asked_by_a_page
    assert f"{thing}." in asked_by_nobody
