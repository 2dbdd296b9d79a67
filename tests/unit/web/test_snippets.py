"""Snippets, put through the parsers of the systems that they are for.

What comes out is read as a proxy reads it: there has to be a text tag in it.
"""

import shutil
import subprocess
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import bbcode
import mwparserfromhell
import pytest
from lxml import etree
from markdown_it import MarkdownIt
from npm import NpmPackage, download
from skips import skip_for_want_of

from overallt.protocol.ids import ThingId, UserId
from overallt.tagging.findings import findings
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.web.snippets import Snippet, snippets_of

PUBLIC_URL = "https://flattr.example.org"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ADA = User(
    id=UserId(1),
    username="ada",
    email="ada@example.org",
    profile_thing=ThingId(6),
    registered_at=NOW,
)
SONG = Thing(
    id=ThingId(7),
    owner=ADA.id,
    url='https://ada.example/song?a=1&b="2"',
    title="A song",
    description="",
    language="en_GB",
    category="audio",
    tags=(),
    hidden=False,
    charity=False,
    created_at=NOW,
)
TAG = "[Flattr=7]"
# An owner writes on, before and behind.
AROUND = "If this helped you: %s (a little, once a month)."
PACKAGES: Final = (
    NpmPackage(
        "@wordpress/shortcode",
        "4.56.0",
        "7f146583d6a68d2070ec16058e5fe4938f5a52f545e16507843feafe77b9d87de195aace6135dee569b863ec25bdfd6a7e70d0b242091f3ade199e2387db98fa",
    ),
    NpmPackage(
        "@wordpress/autop",
        "4.56.0",
        "0d0d77b5ffc987f098a26bf6695b4cd6a5c1287ac728528a866f64cda209be4112a54e2fb89ce0ea7a3f878cde91d50753696cc0d99be59cc4f59917bec58c0f",
    ),
    NpmPackage(
        "memize",
        "2.1.1",
        "f0d97e8bd4b90fa2979ebb8cd372608dbf8bc12ba9bd1d77581af88497a069a132a1bbe8c0256ea62efdcb6592896bced66cc15b13f01181397de09ef2fc80e7",
    ),
)
# WordPress takes the shortcodes that plugins have claimed, then makes paragraphs: here
# of a site whose plugin for the old Flattr is still there.
WORDPRESS: Final = """
const { replace } = require("@wordpress/shortcode");
const { autop } = require("@wordpress/autop");
const text = require("node:fs").readFileSync(0, "utf8");
process.stdout.write(autop(replace("flattr", text, () => "<b>taken</b>")));
"""


def _snippets() -> dict[str, Snippet]:
    return {each.name: each for each in snippets_of(SONG, ADA, PUBLIC_URL)}


def _buttons(html: str) -> list[str]:
    page = f"<!doctype html><meta charset=utf-8><title>x</title><body>{html}"
    found = findings(page.encode(), content_type="text/html; charset=utf-8", most=9)
    return [each.written for each in found if each.is_button]


@pytest.fixture(scope="module")
def wordpress(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which WordPress' packages can be required."""
    folder = tmp_path_factory.mktemp("wordpress")
    if shutil.which("node") is None:
        skip_for_want_of("node")
    for package in PACKAGES:
        try:
            archive = download(package, folder)
        except (FileNotFoundError, subprocess.SubprocessError) as error:
            skip_for_want_of(f"{package.name} ({error})")
        place = folder / "node_modules" / package.name
        place.mkdir(parents=True)
        with tarfile.open(archive) as files:
            files.extractall(folder / "unpacked", filter="data")
        (folder / "unpacked" / "package").rename(place)
    (folder / "paragraphs.js").write_text(WORDPRESS)
    return folder


def _wordpress(text: str, folder: Path) -> str:
    command = ["node", "paragraphs.js"]
    return subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, check=True
    ).stdout


def test_markdown_leaves_a_text_tag() -> None:
    html = MarkdownIt().render(AROUND % _snippets()["markdown"].text)

    assert [TAG] == _buttons(html)


def test_mediawiki_sees_no_link_in_a_text_tag() -> None:
    code = mwparserfromhell.parse(AROUND % _snippets()["mediawiki"].text)

    assert [] == [*code.filter_wikilinks(), *code.filter_external_links()]
    assert [TAG] == _buttons(str(code.strip_code()))


def test_bbcode_leaves_what_it_does_not_know() -> None:
    html = bbcode.render_html(AROUND % _snippets()["phpbb"].text)

    assert [TAG] == _buttons(html)


def test_wordpress_takes_a_text_tag_for_no_shortcode(wordpress: Path) -> None:
    old = '[flattr url="https://ada.example/"]'

    html = _wordpress(f"{AROUND % _snippets()['wordpress'].text}\n\n{old}", wordpress)

    assert "<b>taken</b>" in html
    assert [TAG] == _buttons(html)


def test_the_line_of_html_holds_a_text_tag() -> None:
    assert [TAG] == _buttons(_snippets()["html"].text)


@pytest.mark.parametrize("name", ["badge", "readme"])
def test_a_badge_leads_to_the_thing(name: str) -> None:
    text = _snippets()[name].text
    html = MarkdownIt().render(text) if name == "readme" else text
    page: Any = etree.HTML(html)
    (link,) = page.xpath("//a[img]")

    assert f"{PUBLIC_URL}/thing/7" == link.get("href")
    assert f"{PUBLIC_URL}/thing/7/badge.svg" == link[0].get("src")
    assert "Flattr this" == link[0].get("alt")


@pytest.mark.parametrize("name", ["atom", "rss"])
def test_a_payment_link_names_owner_and_address(name: str) -> None:
    element = etree.fromstring(_snippets()[name].text)
    address = urlsplit(element.get("href") or "")

    assert "payment" == element.get("rel")
    assert f"{PUBLIC_URL}/submit/auto" == address.geturl().partition("?")[0]
    assert {"user_id": ["ada"], "url": [SONG.url]} == parse_qs(address.query)


def test_a_profile_is_tagged_by_its_owners_name() -> None:
    profile = replace(SONG, id=ADA.profile_thing)

    texts = {each.name: each.text for each in snippets_of(profile, ADA, PUBLIC_URL)}

    assert "[Flattr=ada]" == texts["plain"]
