"""The gateway's own forms, as a person sends them back."""

from dataclasses import dataclass
from datetime import datetime

from overallt.gateway.messages import Request
from overallt.gateway.tickets import Ticket


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form whose ticket was good; it is spent now.

    What the form is about, and who was shown it, is what the ticket says. Only what
    the person chose is read from the *request*.
    """

    ticket: Ticket
    request: Request
    sent_at: datetime

    def choice(self, name: str) -> str | None:
        """Return what was chosen or written in the field *name*."""
        return self.request.form(name)
