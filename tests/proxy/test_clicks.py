"""Clicks through a real proxy: the patron's own, and everybody else's."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

ORIGIN = "https://flattr.internal"
NAVIGATION = {
    "Sec_Fetch_Mode": "navigate",
    "Sec_Fetch_Dest": "document",
    "Sec_Fetch_User": "?1",
    "Sec_Fetch_Site": "cross-site",
}
FORM = NAVIGATION | {"Sec_Fetch_Site": "same-origin", "Origin": ORIGIN}
CONTENT_TYPE = "application/x-www-form-urlencoded"
# What the page's script waits before it lets a person confirm.
QUIET_SECONDS = 0.65


@pytest.fixture
def paired(proxy: Any) -> dict[str, str]:
    now = datetime.now(tz=UTC)
    cookie = proxy.browsers.pair(proxy.browsers.new_pairing_code(now), now)
    return {"Cookie": f"__Host-overallt={cookie}"}


async def link_on_page(
    site: Any, reader: Any, url: str = "https://site.test/song", **headers: str
) -> str:
    site.add("/song", b"<p>[Flattr=7]</p>")
    page = await reader.get(url, **headers)
    (link,) = re.findall(rb'href="([^"]*)"', page.body)
    return str(link.decode())


def ticket_in(body: bytes) -> str:
    (ticket, *_) = re.findall(rb'name="ticket" value="([^"]*)"', body)
    return str(ticket.decode())


def form(ticket: str, step: str = "give") -> bytes:
    return f"ticket={ticket}&step={step}".encode()


async def test_a_click_that_is_confirmed_is_a_flattr(
    site: Any, reader: Any, api: Any, paired: dict[str, str]
) -> None:
    link = await link_on_page(site, reader)
    consent = await reader.get(link, **NAVIGATION, **paired)
    await asyncio.sleep(QUIET_SECONDS)

    flattred = await reader.get(
        f"{ORIGIN}/give/7",
        method="POST",
        data=form(ticket_in(consent.body)),
        Content_Type=CONTENT_TYPE,
        **FORM,
        **paired,
    )

    text = consent.body.decode()
    assert "<b>site.test</b>/song" in text
    assert "4.50\N{NO-BREAK SPACE}€" in text
    assert "Not confirmed on this site" in text
    assert b"<h1>Flattred</h1>" in flattred.body
    assert len(api.flattrs) == 1


@pytest.fixture
def trusted(api: Any, proxy: Any) -> None:
    """The owner has proved two hosts to be his; the patron trusts both."""
    api.hosts = ["site.test", "plain.test"]
    for host in api.hosts:
        proxy.sites.trust(host, datetime.now(tz=UTC))


@pytest.mark.long
@pytest.mark.usefixtures("trusted")
async def test_one_click_on_a_trusted_site_is_sent_ten_seconds_later_by_itself(
    site: Any, reader: Any, api: Any, proxy: Any, paired: dict[str, str]
) -> None:
    link = await link_on_page(site, reader, Sec_Fetch_Dest="document")
    pressed_at = datetime.now(tz=UTC)
    shown = await reader.get(link, **NAVIGATION, **paired)
    (held,) = proxy.queue.clicks()
    async with asyncio.timeout(15):
        await api.flattred.wait()
        took = datetime.now(tz=UTC) - pressed_at
        while proxy.queue.clicks():  # noqa: ASYNC110 - nothing tells it.
            await asyncio.sleep(0.01)
    own = NAVIGATION | {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_User": "?0"}
    result = await reader.get(f"{ORIGIN}/given/7", **own, **paired)

    assert b"<h1>Flattred in ten seconds</h1>" in shown.body
    assert timedelta(seconds=10) <= took
    assert api.flattrs == [held.click_id]
    assert b"<h1>Flattred</h1>" in result.body


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://site.test/song", {"Sec_Fetch_Dest": "iframe"}),
        # A program that does not say what it asks for.
        ("https://site.test/song", {}),
        ("http://plain.test/song", {"Sec_Fetch_Dest": "document"}),
    ],
)
async def test_a_link_that_was_not_printed_into_a_secure_document_asks_first(
    site: Any,
    reader: Any,
    proxy: Any,
    paired: dict[str, str],
    url: str,
    headers: dict[str, str],
) -> None:
    link = await link_on_page(site, reader, url, **headers)

    shown = await reader.get(link, **NAVIGATION, **paired)

    assert b"<h1>Flattr this?</h1>" in shown.body
    assert proxy.queue.clicks() == []


async def test_nothing_is_asked_of_the_server_before_a_click(
    site: Any, reader: Any, api: Any
) -> None:
    await link_on_page(site, reader)

    assert set(api.asked) == {"GET /rest/v2/things/index"}


async def test_a_confirmation_sent_again_is_refused(
    site: Any, reader: Any, api: Any, paired: dict[str, str]
) -> None:
    consent = await reader.get(f"{ORIGIN}/give/7", **NAVIGATION, **paired)
    await asyncio.sleep(QUIET_SECONDS)
    request = {
        "method": "POST",
        "data": form(ticket_in(consent.body)),
        "Content_Type": CONTENT_TYPE,
    }

    answers = await asyncio.gather(
        *(reader.get(f"{ORIGIN}/give/7", **request, **FORM, **paired) for _ in range(4))
    )

    assert sorted(answer.status for answer in answers) == [200, 403, 403, 403]
    assert len(api.flattrs) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": "https://site.test", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "null"},
        {"Sec_Fetch_User": "?0"},
        {"Sec_Fetch_Site": "none"},
        {"Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
        {"Sec_Fetch_Dest": "iframe"},
        {"Cookie": "__Host-overallt=guess"},
        {"Host": "site.test"},
    ],
)
async def test_a_confirmation_from_anywhere_else_is_refused(
    reader: Any, api: Any, paired: dict[str, str], changed: dict[str, str]
) -> None:
    consent = await reader.get(f"{ORIGIN}/give/7", **NAVIGATION, **paired)
    await asyncio.sleep(QUIET_SECONDS)

    answer = await reader.get(
        f"{ORIGIN}/give/7",
        method="POST",
        data=form(ticket_in(consent.body)),
        Content_Type=CONTENT_TYPE,
        **(FORM | paired | changed),
    )

    assert answer.status in {403, 421}
    assert api.flattrs == []


async def test_a_confirmation_before_anybody_can_read_is_refused(
    reader: Any, api: Any, paired: dict[str, str]
) -> None:
    consent = await reader.get(f"{ORIGIN}/give/7", **NAVIGATION, **paired)

    answer = await reader.get(
        f"{ORIGIN}/give/7",
        method="POST",
        data=form(ticket_in(consent.body)),
        Content_Type=CONTENT_TYPE,
        **FORM,
        **paired,
    )

    assert b"very quick" in answer.body
    assert api.flattrs == []


@pytest.mark.parametrize(
    "changed",
    [
        {"Sec_Fetch_Dest": "iframe"},
        {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
        {"Sec_Purpose": "prefetch"},
    ],
)
async def test_only_a_document_of_its_own_shows_the_page(
    reader: Any, api: Any, paired: dict[str, str], changed: dict[str, str]
) -> None:
    answer = await reader.get(f"{ORIGIN}/give/7", **(NAVIGATION | paired | changed))

    assert answer.status == 403
    assert b"ticket" not in answer.body
    assert "GET /rest/v2/things/7" not in api.asked


async def test_without_a_paired_browser_there_is_no_ticket_and_no_means(
    reader: Any, api: Any
) -> None:
    answer = await reader.get(f"{ORIGIN}/give/7", **NAVIGATION)

    assert answer.status == 403
    assert b"overallt setup" in answer.body
    assert b"ticket" not in answer.body
    assert set(api.asked) == {"GET /rest/v2/things/index"}


@pytest.mark.parametrize(
    "url", ["http://flattr.internal/", "https://flattr.internal:8443/"]
)
async def test_the_gateway_has_one_address_only(
    reader: Any, paired: dict[str, str], url: str
) -> None:
    assert (await reader.get(url, **NAVIGATION, **paired)).status == 421


async def test_another_connection_cannot_pass_for_the_gateway(
    reader: Any, paired: dict[str, str]
) -> None:
    answer = await reader.get(
        "https://site.test/", Host="flattr.internal", **NAVIGATION, **paired
    )

    assert answer.status == 421


async def test_pairing_works_once_and_leaves_the_address_bar(
    reader: Any, proxy: Any
) -> None:
    code = proxy.browsers.new_pairing_code(datetime.now(tz=UTC))

    first = await reader.get(f"{ORIGIN}/pair/{code}", **NAVIGATION)
    second = await reader.get(f"{ORIGIN}/pair/{code}", **NAVIGATION)

    assert first.status == 303
    assert first.headers["location"] == "/"
    assert re.fullmatch(
        r"__Host-overallt=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax; .*",
        first.headers["set-cookie"],
    )
    assert second.status == 403
