"""Why a text tag stays text, in words for whoever wrote it."""

from typing import Final

IN_ATTRIBUTE: Final = "inside an attribute"
IN_TAG_NAME: Final = "inside the name of a tag"
IN_COMMENT: Final = "inside a comment"
IN_DECLARATION: Final = "inside <!…> or <?…>"
IN_CDATA: Final = "inside <![CDATA[…]]>"
BETWEEN_CELLS: Final = "inside a table, but outside of its cells"
LYING_CHARSET: Final = "behind bytes that cannot be in the charset that the page says"
BEFORE_CHARSET: Final = "before the <meta> that names the charset, or may still"
NOT_ASCII: Final = "between escapes of ISO-2022-JP, where it is no ASCII"

ESCAPED: Final = "escaped by double brackets"
NO_ID: Final = "not an id that a thing can have"

NO_HTML: Final = "the page is not HTML"
UNKNOWN_CHARSET: Final = "the page is not in a charset that browsers know"
OPTED_OUT: Final = "this page opts out by <meta name=overallt content=off>"
EDITABLE: Final = "this page is editable as a whole"
OUTSIDE: Final = "outside of the page's root element"
OTHER_NAMESPACE: Final = "where a name without prefix does not belong to XHTML"
NOT_READ_ON: Final = "behind what is not well-formed, or not meant to have buttons"
TOO_DEEP: Final = "behind elements that are nested too deeply"


def inside(name: bytes) -> str:
    """Say that the element *name* is open."""
    return f"inside <{_readable(name)}>"


def behind(name: bytes) -> str:
    """Say that the element *name* has begun, which nothing follows."""
    return f"behind <{_readable(name)}>"


def too_many(most: int) -> str:
    """Say that a page gets no more than *most* buttons."""
    return f"more than {most} on this page"


def _readable(name: bytes) -> str:
    return name.decode("ascii", "backslashreplace")
