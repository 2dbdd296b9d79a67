"""What the HTML Standard says of elements by their names, as tables.

Names are bytes in lower case; those of other namespaces carry it before a space, which
no HTML name can contain: ``b"svg title"``, ``b"math mi"``.
"""

from typing import Final


def _names(text: str) -> frozenset[bytes]:
    return frozenset(text.encode("ascii").split())


def _foreign(space: str, text: str) -> frozenset[bytes]:
    return frozenset(f"{space} {name}".encode("ascii") for name in text.split())


# No button is printed inside of these. Raw text is never asked about, since its state
# says already that it is no running text.
FORBIDDING: Final = _names(
    "a audio button canvas code datalist head iframe kbd math noembed noframes"
    " noscript object optgroup option plaintext samp script select style svg template"
    " textarea title video xmp"
) | {b"svg svg", b"math math"}

# 13.2.5.2 and 13.2.5.3: elements whose content is not markup.
RAW_TEXT: Final = _names(
    "iframe noembed noframes noscript script style textarea title xmp"
)

# 13.2.6, "integration points": foreign elements whose content may be HTML.
MATH_TEXT_POINTS: Final = _foreign("math", "mi mo mn ms mtext")
HTML_POINTS: Final = MATH_TEXT_POINTS | _foreign("svg", "foreignobject desc title")
ANNOTATION: Final = b"math annotation-xml"
HTML_ENCODINGS: Final = _names("text/html application/xhtml+xml")
_ALL_POINTS: Final = HTML_POINTS | {ANNOTATION}

# 13.2.4.2, "special", including what stands in other namespaces.
SPECIAL: Final = (
    _names(
        "address applet area article aside base basefont bgsound blockquote body br"
        " button caption center col colgroup dd details dir div dl dt embed fieldset"
        " figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header"
        " hgroup hr html iframe img input keygen li link listing main marquee menu"
        " meta nav noembed noframes noscript object ol p param plaintext pre script"
        " search section select source style summary table tbody td template textarea"
        " tfoot th thead title tr track ul wbr xmp"
    )
    | _ALL_POINTS
)

# 13.2.4.2, "has an element in scope": the search for an open element ends at these.
SCOPE: Final = (
    _names("applet caption html marquee object select table td template th")
    | _ALL_POINTS
)
LIST_SCOPE: Final = SCOPE | _names("ol ul")
BUTTON_SCOPE: Final = SCOPE | _names("button")
TABLE_SCOPE: Final = _names("html table template")

# 13.2.6.1: closed by the end of what they stand in.
IMPLIED_ENDS: Final = _names("dd dt li optgroup option p rb rp rt rtc")

# 13.2.4.3: reopened after they were closed by somebody else.
FORMATTING: Final = _names("b big code em font i s small strike strong tt u")
MARKING: Final = _names("applet caption marquee object td template th")

# 13.2.6.4.7, the rules for start tags in body, by kind.
HEADINGS: Final = _names("h1 h2 h3 h4 h5 h6")
BLOCKS: Final = _names(
    "address article aside blockquote center details dialog dir div dl fieldset"
    " figcaption figure footer header hgroup listing main menu nav ol p pre search"
    " section summary ul"
)
BLOCK_ENDS: Final = (BLOCKS - {b"p"}) | _names("button select")
OBJECTS: Final = _names("applet marquee object")
UNSEEN: Final = _names("base basefont bgsound frame link meta param source track")
INLINE_VOID: Final = _names("area br embed image img input keygen wbr")

# 13.2.6.4.9 to 13.2.6.4.15: in what the parts of a table may stand.
ROW_GROUPS: Final = _names("tbody tfoot thead")
CELLS: Final = _names("td th")
IN_TABLE: Final = _names("table tr") | ROW_GROUPS
TABLE_PARTS: Final = CELLS | ROW_GROUPS | _names("caption col colgroup tr")
TABLE_CONTEXTS: Final = TABLE_PARTS | _names("table template")
KEEPING_BLANKS: Final = IN_TABLE | _names("colgroup")
PARTS_PARENTS: Final = (
    {name: _names("table") for name in ROW_GROUPS | _names("caption colgroup")}
    | dict.fromkeys(CELLS, _names("tr"))
    | {b"col": _names("colgroup"), b"tr": ROW_GROUPS}
)

# 13.2.6.5: these start tags end foreign content.
BREAKOUTS: Final = _names(
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head"
    " hr i img li listing menu meta nobr ol p pre ruby s small span strike strong sub"
    " sup table tt u ul var"
)
FONT_BREAKOUTS: Final = _names("color face size")
