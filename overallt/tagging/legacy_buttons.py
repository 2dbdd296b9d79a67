"""What Flattr's own markup says of a thing: its address, its owner, its words.

Pages still carry six forms of it, each in one element::

    BUTTON   <a class="FlattrButton" href="…" rel="flattr;uid:…;">description</a>
    FRAME    <iframe src="//api.flattr.com/button/view/?uid=…&url=…"></iframe>
    BADGE    <a href="https://flattr.com/submit/auto?user_id=…&url=…"><img …></a>
    PAYMENT  <link rel="payment" href="https://flattr.com/submit/auto?…">
    META     <meta name="flattr:id" content="…">
    LOADER   <script src="//api.flattr.com/js/0.6/load.js?uid=…"></script>

All of them say the same few words, as ``key:value;`` pairs, as attributes or as a
query, so each is read into one dictionary of words first. Markup that names nothing,
neither a thing nor a person, is no button; only a loader may do without.

Attributes are read as UTF-8. In pages of other charsets, letters beyond ASCII become
U+FFFD: what is shown suffers, and an address with such a letter is not taken, since it
would be another. A site may have put a prefix of its own in the place of ``flattr-`` in
``data-flattr-uid``; the loader alone knows it, so any ``data-…-uid`` is taken. What is
not found: buttons made by scripts, and the loader where an inline script fetches it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from overallt.protocol.ids import is_thing_id
from overallt.tagging import references
from overallt.tagging.start_tags import WHOLE_TAG, StartTag


class LegacyKind(StrEnum):
    """Which of its forms old markup has."""

    BUTTON = "button"
    FRAME = "frame"
    BADGE = "badge"
    PAYMENT = "payment"
    META = "meta"
    LOADER = "loader"


_SEEN: Final = {LegacyKind.BUTTON, LegacyKind.FRAME, LegacyKind.BADGE}


@dataclass(frozen=True, slots=True)
class LegacyButton:
    """What one piece of old markup says; ``None`` or empty where it says nothing.

    Only a button's *url* may be relative to its page. *user* is a name or, before 2011,
    a number; *fid* are the six characters by which Flattr 2.0 knew an owner's pages;
    *button* is ``"compact"`` or ``"default"``.
    """

    kind: LegacyKind
    url: str | None = None
    user: str | None = None
    thing_id: str | None = None
    fid: str | None = None
    title: str | None = None
    description: str | None = None
    language: str | None = None
    category: str | None = None
    tags: tuple[str, ...] = ()
    button: str | None = None
    popout: bool | None = None
    hidden: bool | None = None

    @property
    def is_seen(self) -> bool:
        """Tell whether readers see it, so that a live button may take its place."""
        return self.kind in _SEEN

    def described_by(self, content: bytes) -> "LegacyButton":
        """Return the same, with the element's *content* where that describes it."""
        if self.kind is not LegacyKind.BUTTON:
            return self
        text = WHOLE_TAG.sub(_shown, content).decode(errors="replace")
        return replace(self, description=references.read_text(text).strip() or None)


type _Words = dict[str, str]

_CLASS: Final = "FlattrButton"
_SCHEMES: Final = {"", "http", "https"}
_FLATTR: Final = {"flattr.com", "www.flattr.com"}
_FRAMES: Final = {"api.flattr.com/button/view", "button.flattr.com/view"}
_LOADER: Final = re.compile(r"api\.flattr\.com/js/[^/]+/load\.js")
# What a link to Flattr names, and how to write it as one of the words.
_TARGETS: Final = (
    (re.compile(r"/(?:thing|t)/([0-9]+)(?:/[^/]*)?/?"), "thing_id", "{}"),
    (re.compile(r"/profile/([A-Za-z0-9._-]+)/?"), "uid", "{}"),
    (re.compile(r"/github/([A-Za-z0-9-]+)/?"), "url", "https://github.com/{}"),
    (re.compile(r"/domain/([A-Za-z0-9.-]+)/?"), "url", "https://{}/"),
)
_DATA: Final = re.compile(
    r"data-(?:.+-)?(uid|owner|language|category|tags|button|popout|hidden)"
)
_USERS: Final = ("uid", "user_id", "owner")
_SIZES: Final = {"compact", "default"}
_SWITCH: Final = {"0": False, "1": True}
_BLANKS: Final = "\t\n\f\r "


def read(tag: StartTag) -> LegacyButton | None:
    """Return what *tag* says if it is old Flattr markup.

    Whether its end follows, and what stands before that, is not looked at.
    """
    reader = _READERS.get(tag.name)
    if reader is None:
        return None
    said = {
        name.decode(errors="replace"): references.read_in_attribute(
            value.decode(errors="replace")
        )
        for name, value in tag.attributes().items()
    }
    button = reader(said)
    if button is None or button.kind is LegacyKind.LOADER:
        return button
    names = (button.url, button.user, button.thing_id, button.fid)
    return button if any(names) else None


def read_frame(address: str) -> LegacyButton | None:
    """Return what the *address* of one of Flattr's own frames says."""
    return _frame({"src": address})


def _link(said: _Words) -> LegacyButton | None:
    words = _words_of_target(said.get("href", ""))
    if words is not None:
        return _button(LegacyKind.BADGE, words)
    if _CLASS not in said.get("class", "").split():
        return None
    url = said.get("href", "").strip(_BLANKS)
    if not _is_address(url, whole=False):
        return None
    written = {
        "language": said.get("lang", ""),
        "title": said.get("title", ""),
        **_pairs(said.get("rev", "")),
        **_pairs(said.get("rel", "")),
        **_data(said),
    }
    return replace(_button(LegacyKind.BUTTON, written), url=url)


def _frame(said: _Words) -> LegacyButton | None:
    parts = _split(said.get("src", ""))
    if parts is None or parts.netloc.lower() + parts.path.rstrip("/") not in _FRAMES:
        return None
    return _button(LegacyKind.FRAME, _query(parts))


def _payment(said: _Words) -> LegacyButton | None:
    words = _words_of_target(said.get("href", ""))
    if words is None or "payment" not in said.get("rel", "").lower().split():
        return None
    return _button(LegacyKind.PAYMENT, words)


def _meta(said: _Words) -> LegacyButton | None:
    if said.get("name", "").strip(_BLANKS).lower() != "flattr:id":
        return None
    return _button(LegacyKind.META, {"fid": said.get("content", "")})


def _loader(said: _Words) -> LegacyButton | None:
    parts = _split(said.get("src", ""))
    if parts is None or not _LOADER.fullmatch(parts.netloc.lower() + parts.path):
        return None
    return _button(LegacyKind.LOADER, _query(parts))


_READERS: Final[dict[bytes, Callable[[_Words], LegacyButton | None]]] = {
    b"a": _link,
    b"iframe": _frame,
    b"link": _payment,
    b"meta": _meta,
    b"script": _loader,
}


def _button(kind: LegacyKind, words: _Words) -> LegacyButton:
    said = {key: value.strip() for key, value in words.items() if value.strip()}
    thing_id = said.get("thing_id", "")
    url = said.get("url", "")
    size = said.get("button", "").lower()
    tags = (each.strip() for each in said.get("tags", "").split(","))
    return LegacyButton(
        kind,
        url=url if _is_address(url, whole=True) else None,
        user=next((said[each] for each in _USERS if each in said), None),
        thing_id=thing_id if is_thing_id(thing_id) else None,
        fid=said.get("fid"),
        title=said.get("title"),
        description=said.get("description"),
        language=said.get("language"),
        category=said.get("category"),
        tags=tuple(each for each in tags if each),
        button=size if size in _SIZES else None,
        popout=_SWITCH.get(said.get("popout", "")),
        hidden=_SWITCH.get(said.get("hidden", "")),
    )


def _split(written: str) -> SplitResult | None:
    """Return the parts of a web address, or ``None`` if it is none.

    As in browsers, blanks around it and the scheme's case do not matter.
    """
    try:
        parts = urlsplit(written.strip(_BLANKS))
    except ValueError:
        return None
    return parts if parts.scheme in _SCHEMES else None


def _is_address(written: str, *, whole: bool) -> bool:
    parts = _split(written)
    if parts is None or not written or "\ufffd" in written:
        return False
    return bool(parts.scheme and parts.netloc) or not whole


def _query(parts: SplitResult) -> _Words:
    # Of two alike the first counts, as with attributes.
    return dict(reversed(parse_qsl(parts.query)))


def _words_of_target(href: str) -> _Words | None:
    """Return what a link to Flattr itself says; ``None`` of any other link."""
    parts = _split(href)
    if parts is None or parts.netloc.lower() not in _FLATTR:
        return None
    if parts.path.rstrip("/") == "/submit/auto":
        return _query(parts)
    for pattern, key, form in _TARGETS:
        if match := pattern.fullmatch(parts.path):
            return {key: form.format(match[1])}
    return None


def _pairs(written: str) -> _Words:
    """Return the pairs of ``flattr;key:value;key:value``."""
    marker, *pairs = written.split(";")
    if marker.strip() != "flattr":
        return {}
    split = (each.partition(":") for each in pairs)
    return {key.strip(): value for key, _, value in split}


def _data(said: _Words) -> _Words:
    # The usual prefix comes last, so that it wins.
    names = sorted(said, key=lambda name: name.startswith("data-flattr-"))
    matches = ((_DATA.fullmatch(name), said[name]) for name in names)
    return {match[1]: value for match, value in matches if match}


def _shown(tag: re.Match[bytes]) -> bytes:
    return b"\n" if tag[2].lower() == b"br" else b""
