"""Finds text tags in the bytes of a page and leaves everything else as it is.

This room is a library of its own, for whoever wants to rewrite pages without our
proxy, so its public names stand here.
"""

from overallt.tagging.legacy_buttons import LegacyButton
from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

__all__ = ["LegacyButton", "Rewriter", "TextTag"]
