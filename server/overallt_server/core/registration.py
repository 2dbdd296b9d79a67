"""Registration: who may sign up by himself."""

from enum import StrEnum
from typing import Final


class Registration(StrEnum):
    """Who may: anybody, whoever has an invitation, or nobody."""

    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


# As Flattr gave them out in 2010.
INVITATIONS_OF_ONE_USER: Final = 3
