"""What stands on a page of the gateway: its heading, and its forms."""

import re
from typing import Any

_FORM = r'action="([^"]*)"[^>]*>\s*<input type="hidden" name="ticket" value="([^"]*)"'


def heading(answer: Any) -> str:
    """Return what the page of *answer* says first."""
    return str(answer.body.decode().split("<h1>")[1].split("</h1>")[0])


def forms(answer: Any) -> dict[str, bytes]:
    """Return where each form leads, with what it sends when nothing is filled in."""
    found = re.findall(_FORM, answer.body.decode())
    return {target: f"ticket={ticket}".encode() for target, ticket in found}
