"""Snippets: what an owner copies into his page, for each system that makes pages.

A text tag is plain text, so nearly everywhere it is the same; what differs is what a
system makes of brackets. Tests put each snippet through that system's own parser or
editor, and look for the tag in what comes out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode

from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.web.addresses import Addresses


@dataclass(frozen=True, slots=True)
class Snippet:
    """What is copied for a *system*; *name* is for addresses, *note* for its owner."""

    name: str
    system: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class System:
    """What makes pages and takes the tag as it is; *note* says why it does."""

    name: str
    title: str
    note: str


SYSTEMS: Final = (
    System(
        "plain",
        "Plain text",
        "Anywhere a reader sees it: a comment, a mail archive, a signature. "
        "It has to be on one line.",
    ),
    System(
        "wordpress",
        "WordPress",
        "Into a paragraph, in the block editor or the old one. It looks like a "
        "shortcode, and WordPress leaves alone those that no plugin has taken.",
    ),
    System(
        "blogger",
        "Blogger",
        "Into the text of a post, in either view. To have it below every post, put it "
        "into the layout as a text gadget.",
    ),
    System(
        "joomla",
        "Joomla",
        "Into an article. Its own plugins take braces, not brackets.",
    ),
    System(
        "drupal",
        "Drupal",
        "Into a body, with any text format. Tokens in brackets have a colon in them, "
        "so this is none.",
    ),
    System(
        "mediawiki",
        "MediaWiki",
        "Into a page. One bracket makes a link only before an address; two would make "
        "one, so keep to one.",
    ),
    System(
        "phpbb",
        "phpBB",
        "Into a post or your signature. BBCode that the board does not know stays as "
        "it is.",
    ),
    System(
        "dokuwiki",
        "DokuWiki",
        "Into a page. Links take two brackets, so keep to one.",
    ),
    System(
        "markdown",
        "Markdown",
        "Into a paragraph, and not as code. It would be a link only if the page "
        "defined one called “Flattr=…”, or if a “(” followed at once.",
    ),
)


def snippets_of(thing: Thing, owner: User, public_url: str) -> Iterator[Snippet]:
    """Give the snippets for *thing* of *owner*, the plainest first."""
    tag = text_tag(thing, owner)
    for each in SYSTEMS:
        yield Snippet(each.name, each.title, tag, each.note)
    addresses = Addresses(public_url)
    page, badge = addresses.thing(thing.id), addresses.badge(thing.id)
    yield Snippet(
        "html",
        "HTML",
        f"<p>{tag}</p>",
        "Into running text: inside a link, a button, code or a form field it stays "
        "text.",
    )
    yield Snippet(
        "badge",
        "A badge, for readers without Överallt",
        f'<a href="{page}"><img src="{badge}" alt="Flattr this" height="20"></a>',
        "A picture and a link. It is asked for from this server as the page is read, "
        "which notes nothing about who reads.",
    )
    yield Snippet(
        "readme",
        "README badge",
        f"[![Flattr this]({badge})]({page})",
        "For GitHub, GitLab, Codeberg and whatever else shows Markdown.",
    )
    payment = escape(payment_link(thing, owner, public_url))
    yield Snippet(
        "atom",
        "Atom feed, and the head of a page",
        f'<link rel="payment" type="text/html" title="Flattr this" href="{payment}" />',
        "Into the entry or the feed, beside its other links. Podcast programs look "
        "for it.",
    )
    yield Snippet(
        "rss",
        "RSS feed",
        '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="payment" '
        f'type="text/html" title="Flattr this" href="{payment}" />',
        "Into the item or the channel.",
    )


def text_tag(thing: Thing, owner: User) -> str:
    """Return the text tag of *thing*; a profile has its owner's name."""
    is_profile = thing.id == owner.profile_thing
    return f"[Flattr={owner.username if is_profile else thing.id}]"


def payment_link(thing: Thing, owner: User, public_url: str) -> str:
    """Return the address that a feed's payment link holds.

    Programs know such links by how they begin, so it is that of Flattr's auto-submit.

    Source: content/feed/index.md.
    """
    named = urlencode({"user_id": owner.username, "url": thing.url})
    return f"{public_url}/submit/auto?{named}"
