"""The log, as people and programs read it."""

import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from overallt_server.web.logs import JsonFormatter, TextFormatter

SECRET = "0123456789abcdefgh"


def _record(message: str, *values: object, raised: bool = False) -> logging.LogRecord:
    record = logging.LogRecord(
        "overallt_server.web", logging.ERROR, "file.py", 1, message, values, None
    )
    record.created = 0.0
    if raised:
        try:
            int(SECRET)
        except ValueError:
            record.exc_info = sys.exc_info()
    return record


@pytest.mark.parametrize(
    ("message", "values", "fields"),
    [
        ("event=mails_wait missing=OVERALLT_SMTP", (), {"missing": "OVERALLT_SMTP"}),
        ("event=mails_wait of=%s many=%d", ("it", 3), {"of": "it", "many": 3}),
        ("event=mails_wait because=%r", ("two words",), {"because": "two words"}),
    ],
)
def test_an_event_is_an_object_with_its_fields(
    message: str, values: tuple[object, ...], fields: Mapping[str, Any]
) -> None:
    told = json.loads(JsonFormatter().format(_record(message, *values)))

    assert told == {
        "time": "1970-01-01T00:00:00+00:00",
        "level": "error",
        "logger": "overallt_server.web",
        "event": "mails_wait",
        **fields,
    }


def test_what_others_log_is_a_message() -> None:
    told = json.loads(JsonFormatter().format(_record("Task %s was lost", "seven")))

    assert "Task seven was lost" == told["message"]


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_of_what_was_raised_only_kind_and_place_are_told(
    formatter: logging.Formatter,
) -> None:
    line = formatter.format(_record("event=lost", raised=True))

    assert "ValueError" in line
    assert "test_logs.py" in line
    assert SECRET not in line


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_an_event_is_one_line(formatter: logging.Formatter) -> None:
    line = formatter.format(_record("event=lost where=%s", "here\nand there\n"))

    assert 1 == len(line.splitlines())
