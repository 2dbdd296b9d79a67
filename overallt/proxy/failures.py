"""Failures as a log may tell of them: what kind, and where in the code.

What an exception says may quote the page or the address that it failed at, and so may a
record that carries it. Of both only kind and place are told, whoever logs it.
"""

import logging
import traceback
from typing import Final, override

# Who else logs what was raised: mitmproxy by whom ours is called, and the loop.
_LOGGERS: Final = ("asyncio", "mitmproxy.addonmanager", "mitmproxy.proxy.server")


def told(error: BaseException) -> str:
    """Return the kind of *error* and the place where it was raised."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    stack = traceback.extract_tb(error.__traceback__)
    place = f"{stack[-1].name}:{stack[-1].lineno}" if stack else "unknown"
    return f"reason={type(error).__name__} at={place}"


class _Discreet(logging.Filter):
    @override
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg, record.args = f"failure {told(error)}", None
            record.exc_info = record.exc_text = None
        return True


_DISCREET: Final = _Discreet()


def log_discreetly() -> None:
    """Let nobody else log more of an exception either."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_DISCREET)
