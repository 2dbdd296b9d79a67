"""What of a page can be passed over in one go: text, and markup that decides nothing.

Where nothing is open that forbids a button, ordinary tags cannot change that: they may
nest and close each other as they like. Nor can a *unit*, an element that does forbid
one but is whole and harmless: a link or code of text and inline tags, a button, a
drawing, raw text. One pattern, which never goes back, eats all of these.

Harmless units follow from the tree construction (13.2.6.4.7). A link or code is a
formatting element: whatever non-special tags stand inside in whatever order, its end
tag takes it off the stack and off the list. No inline end tag closes a button, which is
special. In a drawing ``</svg>`` closes all drawn elements.

What the pattern does not know it leaves to the tokenizer: the result is the same, only
slower. Attributes are such a case if their names are in mixed case, since the one word
that counts among them (``contenteditable``) is then searched for in two spellings only.
"""

import re
from collections.abc import Callable
from typing import Final

from overallt.tagging.start_tags import LONGEST_READ_BYTES

_SPACE: Final = rb"\t\n\f\r "
_ORDINARY: Final = (
    "span p td tr li div b i em strong h[1-6] ul ol d[dlt] table"
    " t(?:h(?:ead)?|body|foot|t) br img hr pre col(?:group)? section article nav"
    " header footer main aside blockquote link form input label small s u font su[bp]"
    " figure figcaption body html head center var details summary cite q abbr wbr del"
    " ins time mark fieldset legend big strike dfn address caption picture source base"
    " acronym tt"
)
# None of them is special: see above why this matters inside of units.
_INLINE: Final = (
    "span b i em strong small u s su[bp] tt font var abbr cite q mark time big strike"
    " dfn label ins del img br wbr acronym"
)
_DRAWN: Final = (
    "path g use circle rect line polyline polygon ellipse defs symbol stop text tspan"
    " mask clipPath linearGradient radialGradient"
)
_EDITABLE: Final = (b"contenteditable", b"CONTENTEDITABLE")


def _any_of(names: str) -> bytes:
    """Return a pattern for *names*, by their first letters: so most fail at once."""
    by_letter: dict[str, list[str]] = {}
    for name in names.split():
        by_letter.setdefault(name[0], []).append(name[1:])
    groups = (f"{letter}(?:{'|'.join(tails)})" for letter, tails in by_letter.items())
    return f"(?:{'|'.join(groups)})".encode("ascii")


def _rest(*, but: bytes) -> bytes:
    """Return a pattern for a start tag after its name, without the bytes *but* there.

    A quote opens a value only right after an equals sign that ends a name; everything
    else that quotes and equals signs may mean is left to the tokenizer.
    """
    attributes = (
        rb"(?:[^\"'=>%(but)b]*+(?<![%(space)b/\"'=])=[%(space)b]*+"
        rb"(?:\"[^\"]*+\"|'[^']*+'|[^%(space)b\"'=>][^%(space)b>]*+))*+"
        rb"[^\"'=>%(but)b]*+>"
    ) % {b"but": but, b"space": _SPACE}
    return rb"(?:>|[%b/]%b)" % (_SPACE, attributes)


def _content(markup: bytes) -> bytes:
    return rb"[^<]*+(?:<(?:%b)[^<]*+)*+" % markup


def _unit(name: bytes, rest: bytes, content: bytes) -> bytes:
    return rb"%(name)b%(rest)b%(content)b</%(name)b>" % {
        b"name": name,
        b"rest": rest,
        b"content": content,
    }


_ANY_REST: Final = _rest(but=b"")
_DRAWING: Final = _unit(
    b"svg",
    _ANY_REST + b"(?<!/>)",
    _content(
        rb"%(drawn)b%(rest)b|/%(drawn)b>|title>[^<]*+</title>"
        % {b"drawn": _any_of(_DRAWN), b"rest": _ANY_REST}
    ),
)


def _ordinary_in(case: Callable[[str], str], rest: bytes) -> list[bytes]:
    """Return patterns for ordinary tags and units written in one *case*."""
    inline = rb"/?%b%b" % (_any_of(case(_INLINE)), rest)
    link, code, button, *keys = (
        case(each).encode() for each in ("a", "code", "button", "kbd", "samp")
    )
    plain_link = _unit(link, rest, _content(inline))
    plain_code = _unit(code, rest, _content(inline))
    return [
        _any_of(case(_ORDINARY)) + rest,
        _unit(link, rest, _content(inline + b"|" + plain_code + b"|" + _DRAWING)),
        _unit(code, rest, _content(inline + b"|" + plain_link)),
        _unit(button, rest, _content(inline + b"|" + plain_code + b"|" + _DRAWING)),
        *(_unit(key, rest, b"[^<]*+") for key in keys),
    ]


def _raw(name: bytes) -> bytes:
    # A script that opens a comment has more states than this.
    return _unit(
        name,
        _ANY_REST,
        rb"[^<]*+(?:<(?!!--|/(?i:%b)[%b/>])[^<]*+)*+" % (name, _SPACE),
    )


def _upper(names: str) -> str:
    return names.replace("(?:", "(?\0").upper().replace("(?\0", "(?:")


# Only attributes that cannot matter, whatever they are, may stand in a run.
_META: Final = (
    rb"meta(?:[%b]++(?:(?:charset|content|property|http-equiv)|name(?==[\"'][^%boO]))="
    rb"(?:\"[^\"]*+\"|'[^']*+'))*+[%b]*+/?>" % (_SPACE, _SPACE, _SPACE)
)
_COMMENT: Final = rb"!--(?!-?>)[^-]*+(?:-(?!-!?>)[^-]*+)*+--!?>"
_RUN: Final = re.compile(
    _content(
        b"|".join(
            [
                rb"/[a-zA-Z][a-zA-Z0-9]*+[%b]*+>" % _SPACE,
                *_ordinary_in(str.lower, _rest(but=b"A-Z")),
                _COMMENT,
                *map(_raw, (b"script", b"style", b"title")),
                _META,
                _DRAWING,
                *_ordinary_in(_upper, _rest(but=b"a-z")),
            ]
        )
    )
)


def end_of(data: bytes, at: int) -> int:
    """Return where the run that begins at *at* ends; *at* itself if there is none.

    *at* must stand in text or at markup, where nothing open forbids a button.
    """
    # No tag may be longer than what is read of one; then it is not known what it says.
    end = at + LONGEST_READ_BYTES - 1
    for word in _EDITABLE:
        found = data.find(word, at, end)
        end = found if found >= 0 else end
    match = _RUN.match(data, at, end)
    return at if match is None else match.end()
