"""Descriptions as pages carry them: Open Graph, JSON-LD, oEmbed, and plain HTML.

In this order they count, each for what those before it do not say. All of it was
written by others, for search engines and other sites' previews; whoever registers a
page can look at it before it becomes a thing, and change it.

Sources: https://ogp.me, https://schema.org, https://oembed.com.
"""

import json
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any, Final
from urllib.parse import urljoin

from bs4 import BeautifulSoup

from overallt_server.core.descriptions import (
    NOTHING,
    Description,
    fitting_description,
    fitting_language,
    fitting_tags,
    fitting_title,
)
from overallt_server.core.found_pages import FoundPage, Unreachable
from overallt_server.outside.fetching import WayOut
from overallt_server.outside.soups import attribute, root_language, soup_of

_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_JSON: Final = frozenset({"application/json", "text/javascript", "text/json"})
_OEMBED: Final = 'link[rel~="alternate" i][type="application/json+oembed" i][href]'

# What schema.org calls a work, and Open Graph and oEmbed what a page is about.
_CATEGORIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("article", "blogposting", "book", "newsarticle", "report", "review"),
            *("scholarlyarticle", "socialmediaposting", "techarticle", "recipe"),
        ),
        "text",
    ),
    **dict.fromkeys(("movie", "video", "videoobject", "tvepisode"), "video"),
    **dict.fromkeys(
        (
            *("audioobject", "music", "musicalbum", "musicrecording"),
            *("podcastepisode", "podcastseries"),
        ),
        "audio",
    ),
    **dict.fromkeys(("imageobject", "photo", "photograph"), "images"),
    **dict.fromkeys(
        ("softwareapplication", "softwaresourcecode", "videogame", "webapplication"),
        "software",
    ),
    **dict.fromkeys(("person", "profile", "profilepage"), "people"),
    # Works of no kind that has a category.
    **dict.fromkeys(("course", "creativework", "webpage"), ""),
}


class Descriptions:
    """Reads what pages say of themselves."""

    def __init__(self, way_out: WayOut) -> None:
        self._way_out = way_out

    async def of(self, url: str) -> Description:
        """Return what the page at *url* says of itself.

        A page that cannot be had, or is none, says nothing.
        """
        try:
            page = await self._way_out.fetch(url)
        except Unreachable:
            return NOTHING
        if page.media_type not in _HTML:
            return NOTHING
        soup = await soup_of(page, "title", "meta", "link", "script")
        said = _open_graph(soup).completed_by(_json_ld(soup))
        if not said.title:
            said = said.completed_by(await self._oembed(page, soup))
        return said.completed_by(_plain(page, soup))

    async def _oembed(self, page: FoundPage, soup: BeautifulSoup) -> Description:
        link = soup.select_one(_OEMBED)
        if link is None:
            return NOTHING
        try:
            found = await self._way_out.fetch(
                urljoin(page.url, attribute(link, "href"))
            )
        except (Unreachable, ValueError):
            return NOTHING
        value = _json(found.body) if found.media_type in _JSON else None
        if not isinstance(value, dict):
            return NOTHING
        return Description(
            title=fitting_title(_text(value.get("title"))),
            category=_category(_text(value.get("type"))),
        )


def _open_graph(soup: BeautifulSoup) -> Description:
    kind = _meta(soup, "og:type").partition(".")[0]
    tags = soup.select('meta[property$=":tag" i]')
    return Description(
        title=fitting_title(_meta(soup, "og:title")),
        description=fitting_description(_meta(soup, "og:description")),
        language=fitting_language(_meta(soup, "og:locale")),
        category=_category(kind),
        tags=fitting_tags(attribute(each, "content") for each in tags),
    )


def _json_ld(soup: BeautifulSoup) -> Description:
    scripts = soup.select('script[type="application/ld+json" i]')
    found = [
        _work(node)
        for script in scripts
        for node in _nodes(_json(script.get_text().encode()))
    ]
    return reduce(Description.completed_by, found, NOTHING)


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    """Yield the works in *value*, which is one, a list of them, or a graph."""
    graph = value.get("@graph", value) if isinstance(value, dict) else value
    for node in graph if isinstance(graph, list) else [graph]:
        if isinstance(node, dict) and any(map(_is_work, _list(node.get("@type")))):
            yield node


def _work(node: Mapping[str, Any]) -> Description:
    keywords = _list(node.get("keywords"))
    kinds = map(_category, map(_text, _list(node.get("@type"))))
    return Description(
        title=fitting_title(_text(node.get("headline")) or _text(node.get("name"))),
        description=fitting_description(_text(node.get("description"))),
        language=fitting_language(_text(node.get("inLanguage"))),
        category=next(filter(None, kinds), ""),
        tags=fitting_tags(word for each in keywords for word in _text(each).split(",")),
    )


def _plain(page: FoundPage, soup: BeautifulSoup) -> Description:
    title = soup.select_one("title")
    return Description(
        title=fitting_title("" if title is None else title.get_text()),
        description=fitting_description(_meta(soup, "description", by="name")),
        language=fitting_language(root_language(page)),
        tags=fitting_tags(_meta(soup, "keywords", by="name").split(",")),
    )


def _meta(soup: BeautifulSoup, name: str, *, by: str = "property") -> str:
    found = soup.select_one(f'meta[{by}="{name}" i][content]')
    return "" if found is None else attribute(found, "content")


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_work(kind: object) -> bool:
    return _text(kind).lower() in _CATEGORIES


def _category(kind: str) -> str:
    return _CATEGORIES.get(kind.lower(), "")
