"""What is queued in a transaction is sent after it, at least once, and no sooner."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from mail_server import TAKEN, MailServer, mail_server, secret_in
from rows import all_rows

from overallt.protocol.ids import UserId
from overallt_server.core.mail_accounts import mail_account
from overallt_server.core.mails import TRIED_FOR, Mail, MailKind
from overallt_server.outbound.letters import Letters
from overallt_server.outbound.smtp import Smtp
from overallt_server.storage import mails
from overallt_server.storage.database import Database
from overallt_server.use_cases.mailing import KEPT_FOR, Mailing, Round, waiting
from overallt_server.use_cases.secret_tokens import hash_of

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
SENDER = "post@overallt.example"


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


def mailing(database: Database, url: str) -> Mailing:
    letters = Letters(public_url="https://overallt.example", sender=SENDER)
    return Mailing(database, letters, Smtp(mail_account(url, sender=SENDER)))


async def queue(database: Database, key: str = "one") -> None:
    mail = Mail(
        key,
        MailKind.CONFIRM,
        UserId(1),
        "ada@example.org",
        "en",
        {"username": "ada"},
        NOW,
    )
    async with database.transaction() as tx:
        await mails.add(tx, mail)


async def send(database: Database, url: str, *, after: timedelta) -> Round:
    return await mailing(database, url).send_due(
        lambda: NOW + after, go_on=lambda: True
    )


NOTHING = Round(sent=0, failed=0)
SENT = Round(sent=1, failed=0)
FAILED = Round(sent=0, failed=1)
MINUTE = timedelta(minutes=1)


async def test_a_mail_is_sent_once(any_database: Database, post: MailServer) -> None:
    await queue(any_database)
    await queue(any_database)

    first = await send(any_database, post.url, after=MINUTE)
    second = await send(any_database, post.url, after=timedelta(days=1))
    message = await post.next()

    assert [SENT, NOTHING] == [first, second]
    assert "ada@example.org" == message["To"]
    assert post.taken.empty()
    assert 0 == await waiting(any_database)


async def queue_in_vain(database: Database) -> None:
    async with database.transaction() as tx:
        await queue(database.within(tx))
        raise ZeroDivisionError


async def test_what_was_undone_is_never_told(
    any_database: Database, post: MailServer
) -> None:
    with pytest.raises(ZeroDivisionError):
        await queue_in_vain(any_database)

    assert NOTHING == await send(any_database, post.url, after=MINUTE)


async def test_with_the_mail_server_away_it_is_tried_again_later(
    any_database: Database,
) -> None:
    await queue(any_database)
    async with mail_server() as gone:
        url = gone.url

    away = await send(any_database, url, after=timedelta(0))
    too_early = await send(any_database, url, after=timedelta(seconds=59))
    async with mail_server(int(url.rpartition(":")[2])) as back:
        in_time = await send(any_database, url, after=MINUTE)
        await back.next()

    assert [FAILED, NOTHING, SENT] == [away, too_early, in_time]


@pytest.mark.parametrize(
    ("answer", "waits"), [("550 nobody here", 0), ("450 try later", 1)]
)
async def test_a_recipient_whom_nobody_knows_is_given_up_and_others_are_not(
    any_database: Database, post: MailServer, answer: str, waits: int
) -> None:
    await queue(any_database)
    post.answer = answer

    refused = await send(any_database, post.url, after=timedelta(0))
    post.answer = TAKEN
    again = await send(any_database, post.url, after=timedelta(hours=1))

    assert FAILED == refused
    assert Round(sent=waits, failed=0) == again


async def test_what_nobody_waits_for_any_more_is_given_up(
    any_database: Database, post: MailServer
) -> None:
    await queue(any_database)
    late = TRIED_FOR[MailKind.CONFIRM] + MINUTE

    assert FAILED == await send(any_database, post.url, after=late)
    assert 0 == await waiting(any_database)
    assert post.taken.empty()


async def test_two_who_send_at_the_same_time_send_each_mail_once(
    any_database: Database, post: MailServer
) -> None:
    keys = [str(number) for number in range(10)]
    for key in keys:
        await queue(any_database, key)

    rounds = await asyncio.gather(
        *(send(any_database, post.url, after=MINUTE) for _ in range(3))
    )
    ids = {(await post.next())["Message-ID"] for _ in keys}

    assert len(keys) == sum(each.sent for each in rounds)
    assert len(keys) == len(ids)
    assert post.taken.empty()


async def test_the_secret_of_a_link_stands_in_its_mail_alone(
    any_database: Database, post: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    await queue(any_database)
    before = await all_rows(any_database)
    post.answer = "450 try later"
    caplog.set_level(0)
    await send(any_database, post.url, after=timedelta(0))
    post.answer = TAKEN

    await send(any_database, post.url, after=MINUTE)
    secret = secret_in(await post.next())
    after = await all_rows(any_database)
    ours = [each for each in caplog.records if "overallt" in each.name]

    assert [] == before["one_time_tokens"]
    assert secret not in str(after)
    assert str(hash_of(secret)) in str(after)
    assert ours
    assert not any(
        word in each.getMessage() for each in ours for word in (secret, "ada", "@")
    )


async def test_what_was_sent_long_ago_is_forgotten(
    any_database: Database, post: MailServer
) -> None:
    await queue(any_database)
    await send(any_database, post.url, after=MINUTE)
    late = KEPT_FOR + timedelta(hours=1)
    async with any_database.transaction() as tx:
        await mails.add(
            tx,
            Mail(
                "2",
                MailKind.CONFIRM,
                UserId(1),
                "a@b.org",
                "en",
                {"username": "a"},
                NOW + late,
            ),
        )

    await send(any_database, post.url, after=late + MINUTE)
    kept = (await all_rows(any_database))["mails"]

    assert ["2"] == [row[0] for row in kept]
