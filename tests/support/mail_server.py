"""A real mail server on this machine, which keeps what it is given."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session
from loopback import HOST
from pydantic import SecretStr

from overallt_server.settings import Settings

TAKEN: Final = "250 OK"
PATIENCE_SECONDS: Final = 30


@dataclass
class MailServer:
    """What was taken; *answer* is said to each recipient, *taking* is done with it."""

    url: str = ""
    answer: str = TAKEN
    taking: Callable[[EmailMessage], None] = lambda _message: None
    taken: asyncio.Queue[EmailMessage] = field(default_factory=asyncio.Queue)

    def serve(self, settings: Settings) -> None:
        """Let whoever has *settings* send mails here."""
        settings.smtp = SecretStr(self.url)
        settings.mail_from = "post@overallt.example"

    async def next(self) -> EmailMessage:
        """Wait for the next mail."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.taken.get()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name.
        self, _smtp: SMTP, _session: Session, envelope: Envelope, to: str, _: list[str]
    ) -> str:
        envelope.rcpt_tos.append(to)
        return self.answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name.
        self, _smtp: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.put_nowait(message)
        self.taking(message)
        return TAKEN


@asynccontextmanager
async def mail_server(port: int = 0) -> AsyncIterator[MailServer]:
    """Take mails until the block ends."""
    taking = MailServer()

    def protocol() -> Any:
        return SMTP(taking, hostname="mail.test")

    server = await asyncio.get_running_loop().create_server(protocol, HOST, port)
    taking.url = f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}"
    try:
        yield taking
    finally:
        server.close()


def text_of(message: EmailMessage) -> str:
    """Return what a mail says to who reads no HTML."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(message: EmailMessage) -> str:
    """Return the address to which a mail leads."""
    return next(word for word in text_of(message).split() if "?token=" in word)


def secret_in(message: EmailMessage) -> str:
    """Return the secret of the link in a mail."""
    return parse_qs(urlsplit(link_in(message)).query)["token"][0]
