"""Messages about the hosts of owners, as they go over the wire; additions of ours."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class HostClaim:
    """A host that an owner calls his.

    *state* is ``waiting``, ``proved``, ``missing`` or ``contested``. It is proved by a
    TXT record called *record_name*, or by a file at *file_url*, that says *text*.
    """

    host: str
    state: str
    record_name: str
    file_url: str
    text: str
    asked_at: int
    type: Literal["host"] = "host"
