"""The shared vectors of old Flattr markup, and what a button says as they write it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from overallt.tagging.legacy_buttons import LegacyButton

type Event = dict[str, object]

_VECTORS: Final = Path(__file__).parents[1] / "vectors" / "legacy.json"
CASES: Final[list[dict[str, Any]]] = json.loads(_VECTORS.read_text(encoding="utf-8"))[
    "cases"
]


def name_of(case: dict[str, Any]) -> str:
    """Return what *case* is called."""
    return str(case["name"])


def event(button: LegacyButton) -> Event:
    """Return what *button* says, as JSON says it, without what it does not say."""
    said = {**asdict(button), "tags": list(button.tags)}
    return {key: value for key, value in said.items() if value not in (None, [])}
