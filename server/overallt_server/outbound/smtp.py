"""SMTP: hands a mail to the server that takes ours."""

import asyncio
from email.message import EmailMessage
from typing import Final

import aiosmtplib

from overallt_server.core.mail_accounts import MailAccount

# In all. Longer than any server that works needs, and shorter than what a mail is put
# off by as it is taken (``core.mails``); a server that ends waits no longer.
TIMEOUT_SECONDS: Final = 20.0
_FIRST_PERMANENT: Final = 500


class NotTaken(Exception):
    """The mail was not taken; *for_good* if it never will be. It names no address."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Smtp:
    """The mail server of one account."""

    def __init__(self, account: MailAccount) -> None:
        self._account = account

    async def send(self, message: EmailMessage) -> None:
        """Hand *message* in.

        Raises:
            NotTaken: the server is away, or does not take it.
        """
        account = self._account
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await aiosmtplib.send(
                    message,
                    hostname=account.host,
                    port=account.port,
                    username=account.username,
                    password=account.password,
                    use_tls=account.tls_first,
                    start_tls=None if account.is_here or account.tls_first else True,
                )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = {each.code for each in error.recipients}
            raise NotTaken(
                f"recipient refused: {sorted(codes)}",
                for_good=min(codes) >= _FIRST_PERMANENT,
            ) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # Whatever else it does not like may be the operator's to mend.
            raise NotTaken(type(error).__name__, for_good=False) from error
