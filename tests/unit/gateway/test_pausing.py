"""The switch on the status page that pauses."""

from pathlib import Path
from typing import Any

import pytest
from gateway_pages import forms


async def pause(browser: Any, site: str, lasts: str) -> Any:
    ticket = forms(await browser.open("/"))["/pause"]
    chosen = f"&site={site}&lasts={lasts}"
    return await browser.send("/pause", ticket + chosen.encode())


def is_paused(browser: Any, host: str) -> bool:
    paused: bool = browser.gateway.is_paused(host, now=browser.now)
    return paused


@pytest.mark.parametrize("down", [False, True])
async def test_it_pauses_on_all_sites_until_resumed(
    browser: Any, api: Any, *, down: bool
) -> None:
    api.down = down
    answer = await pause(browser, "", "on")
    seen = await browser.open("/")
    browser.wait(days=400)
    paused = is_paused(browser, "site.test")

    assert (303, "/") == (answer.status, answer.headers["Location"])
    assert b"Paused on all sites." in seen.body
    assert b"Until you resume" in seen.body
    assert paused


async def test_it_pauses_on_one_site_for_an_hour(browser: Any) -> None:
    await pause(browser, "https%3A%2F%2Fwww.dn.se%2Fa", "hour")
    seen = await browser.open("/")
    paused = [is_paused(browser, host) for host in ("m.dn.se", "site.test")]
    browser.wait(hours=1)

    assert b"Paused on dn.se." in seen.body
    assert b"Until 2026-01-15 13:00 UTC" in seen.body
    assert [True, False] == paused
    assert not is_paused(browser, "m.dn.se")
    assert b"Paused on" not in (await browser.open("/")).body


@pytest.mark.parametrize(("site", "path"), [("", "/resume/*"), ("nas", "/resume/nas")])
async def test_it_resumes(browser: Any, site: str, path: str) -> None:
    await pause(browser, site, "on")
    ticket = forms(await browser.open("/"))[path]
    answer = await browser.send(path, ticket)

    assert 303 == answer.status
    assert not is_paused(browser, "nas")


async def test_a_ticket_for_one_site_resumes_no_other(browser: Any) -> None:
    await pause(browser, "dn.se", "on")
    await pause(browser, "svt.se", "on")
    ticket = forms(await browser.open("/"))["/resume/dn.se"]
    stolen = await browser.send("/resume/svt.se", ticket)

    assert 403 == stolen.status
    assert is_paused(browser, "svt.se")


@pytest.mark.parametrize("path", ["/pause", "/resume/*"])
async def test_without_a_ticket_nothing_changes(browser: Any, path: str) -> None:
    await pause(browser, "", "on")

    answer = await browser.send(path, b"ticket=guess&site=dn.se&lasts=hour")

    assert 403 == answer.status
    assert is_paused(browser, "dn.se")
    assert b"Until you resume" in (await browser.open("/")).body


@pytest.mark.parametrize("site", ["two+words", "co.uk", "%20%2F"])
async def test_what_is_no_site_pauses_nothing(browser: Any, site: str) -> None:
    answer = await pause(browser, site, "on")

    assert 400 == answer.status
    assert b"That is no site" in answer.body
    assert not is_paused(browser, "site.test")


async def test_a_full_disk_is_said(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "paused.json").mkdir()

    answer = await pause(browser, "", "on")

    assert 507 == answer.status
    assert not is_paused(browser, "site.test")


async def test_a_stranger_cannot_pause(stranger: Any) -> None:
    answer = await stranger.send("/pause", b"lasts=on")

    assert b"This browser is not paired" in answer.body
    assert not is_paused(stranger, "site.test")
