"""The log of a running server: one event, one line, on standard error.

What is logged is written as ``key=value`` everywhere, so that either form can be made
of the same record: a line for people, or an object for programs. Of an exception only
its kind and its place are told, whoever logs it: its message may hold tokens, names or
addresses, and what is read here is nobody's business.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Final, override

from overallt_server.settings import LogFormat

# A field of a message that is still to be filled in, or one that stands there.
_FIELD: Final = re.compile(r"(?P<key>\w+)=(?:(?P<later>%[sdr])|(?P<value>[^\s%]+))")


def begin_log(form: LogFormat) -> None:
    """Let this process write its log in *form*."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form is LogFormat.JSON else TextFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


class TextFormatter(logging.Formatter):
    """Writes a line for people."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{key}={value}" for key, value in _raised(record).items())
        told = " ".join(filter(None, (record.getMessage(), fields)))
        return f"{record.levelname} {record.name} {' '.join(told.split())}"


class JsonFormatter(logging.Formatter):
    """Writes an object for programs; the names of its fields stay."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        told |= _fields(record) or {"message": record.getMessage()}
        return json.dumps(told | _raised(record), default=str, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """Return what stands in the message of *record*, by key."""
    values = iter(record.args if isinstance(record.args, tuple) else ())
    return {
        found["key"]: next(values, None) if found["later"] else found["value"]
        for found in _FIELD.finditer(str(record.msg))
    }


def _raised(record: logging.LogRecord) -> dict[str, str]:
    """Return the kind and the place of what was raised, without its message."""
    if record.exc_info is None or record.exc_info[0] is None:
        return {}
    kind, _, trace = record.exc_info
    place = "".join(traceback.format_tb(trace)) if trace is not None else ""
    return {"error": kind.__name__, "where": place}
