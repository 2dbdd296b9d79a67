"""A program that is killed while it sends has lost no mail.

The program is the real one, in a process of its own; the mail server kills it by
SIGKILL as it hands the mail in, before the answer that it was taken. (Killed at any
earlier instant it has not handed it in at all, and the same holds.)
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from killing import count_kill
from mail_server import mail_server, secret_in

from overallt.protocol.ids import UserId
from overallt_server.core.mails import Mail, MailKind
from overallt_server.storage import mails, one_time_tokens
from overallt_server.storage.database import Database
from overallt_server.use_cases.mailing import waiting
from overallt_server.use_cases.secret_tokens import hash_of

pytestmark = pytest.mark.long


async def _start(
    url: str, folder: Path, post: str, *, minutes: int
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "overallt_server", "mail", "send"),
        env=os.environ
        | {"OVERALLT_DATA": str(folder), "OVERALLT_DATABASE": url}
        | {"OVERALLT_SMTP": post, "OVERALLT_MAIL_FROM": "post@overallt.example"}
        | {"OVERALLT_CLOCK_OFFSET_SECONDS": str(60 * minutes)},
        stdout=asyncio.subprocess.PIPE,
    )


async def test_killed_as_it_hands_a_mail_in_it_sends_the_same_one_again(
    any_database: Database, any_database_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    names = {"username": "ada"}
    mail = Mail("1", MailKind.CONFIRM, UserId(1), "ada@b.org", "en", names, now)
    async with any_database.transaction() as tx:
        await mails.add(tx, mail)
    async with mail_server() as post:
        first = await _start(any_database_url, tmp_path, post.url, minutes=0)

        def kill(_message: EmailMessage) -> None:
            first.send_signal(signal.SIGKILL)

        post.taking = kill
        status = await first.wait()
        count_kill("a program that sends mails")
        left = await waiting(any_database)
        post.taking = lambda _message: None
        second = await _start(any_database_url, tmp_path, post.url, minutes=2)
        said = (await second.communicate())[0].decode()
        messages = [await post.next() for _ in range(2)]
    async with any_database.snapshot() as tx:
        good = [
            await one_time_tokens.get(
                tx,
                hash_of(secret_in(each)),
                purpose=MailKind.CONFIRM,
                now=now + timedelta(minutes=3),
            )
            for each in messages
        ]

    assert (-signal.SIGKILL, 1) == (status, left)
    assert "Sent 1 mails; 0 wait.\n" == said
    assert messages[0]["Message-ID"] == messages[1]["Message-ID"]
    assert all(good)
