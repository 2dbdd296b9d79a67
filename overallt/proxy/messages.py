"""Lets mitmproxy make requests and responses without looking at each field's type.

It does so while Python debugs, which is always unless it runs with ``-O``, and takes as
long for it as for all headers of a page together. What comes in was parsed by mitmproxy
itself, and what we make is typed.
"""

from mitmproxy.http import MessageData


def use_unchecked_messages() -> None:
    """Leave out the check that is made of every message."""
    # It has no option and no hook for this.
    MessageData.__post_init__ = _believe  # type: ignore[method-assign]


def _believe(_: MessageData) -> None:
    pass
