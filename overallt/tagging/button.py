"""The markup of a button: one link that every Content-Security-Policy lets through.

A policy can forbid styles, scripts, images and frames, but neither a link nor an inline
SVG whose colours are attributes. The pill brings its own background, so that it can be
read on light and dark pages alike. It is well-formed XML, too.
"""

from html import escape
from string import Template
from typing import Final

from overallt.protocol.ids import is_thing_id

_BUTTON: Final = Template(
    '<a href="$address"$target rel="noopener">'
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="$label"'
    ' width="110" height="20" viewBox="0 0 110 20">'
    "<title>$label</title>"
    '<rect x="0.5" y="0.5" width="109" height="19" rx="9.5"'
    ' fill="#2f7d32" stroke="#1b5e20"/>'
    '<path d="M32 0.5H100a9.5 9.5 0 0 1 0 19H32z" fill="#f6faf3"/>'
    '<path d="M16.5 15.2 10.4 9.3a3.4 3.4 0 0 1 4.8-4.8l1.3 1.3 1.3-1.3'
    'a3.4 3.4 0 0 1 4.8 4.8z" fill="#ffffff"/>'
    '<text x="66" y="14" fill="#1b5e20" text-anchor="middle"'
    ' font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"'
    ' font-weight="bold">Flattr</text>'
    "</svg></a>"
)


def button(*, address: str, label: str, sandboxed: bool = False) -> str:
    """Print the button that leads to *address*, named *label* for who cannot see it.

    A *sandboxed* page may open no new window; there the link stays in its own.
    """
    return _BUTTON.substitute(
        address=escape(address),
        label=escape(label),
        target="" if sandboxed else ' target="_blank"',
    )


def label_of(tag_id: str) -> str:
    """Name the button of *tag_id* for who cannot see it; a number says nothing."""
    kind = "thing " if is_thing_id(tag_id) else ""
    return f"Flattr {kind}{tag_id}"
