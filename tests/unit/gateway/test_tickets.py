"""Tickets and their life."""

from datetime import UTC, datetime, timedelta

import pytest

from overallt.gateway.browsers import BrowserId
from overallt.gateway.seals import Printed
from overallt.gateway.tickets import (
    MAX_OUTSTANDING,
    Purpose,
    TicketRefused,
    Tickets,
    TooEarly,
)

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LATER = START + timedelta(seconds=1)
ADA = BrowserId("ada")
PRINTED = Printed("https://a.test/", in_document=True)


def issue(tickets: Tickets) -> str:
    return tickets.issue(ADA, Purpose.GIVE, "7", printed=PRINTED, now=START)


def test_a_ticket_remembers_who_was_shown_what() -> None:
    tickets = Tickets()

    ticket = tickets.redeem(issue(tickets), ADA, Purpose.GIVE, "7", now=LATER)

    assert ticket.printed == PRINTED
    assert ticket.subject == "7"


def test_a_ticket_is_redeemed_at_most_once() -> None:
    tickets = Tickets()
    secret = issue(tickets)

    tickets.redeem(secret, ADA, Purpose.GIVE, "7", now=LATER)

    with pytest.raises(TicketRefused):
        tickets.redeem(secret, ADA, Purpose.GIVE, "7", now=LATER)


@pytest.mark.parametrize(
    ("browser", "purpose", "subject"),
    [
        (BrowserId("eve"), Purpose.GIVE, "7"),
        (ADA, Purpose.UNDO, "7"),
        (ADA, Purpose.GIVE, "8"),
    ],
)
def test_a_ticket_for_something_else_is_spent_by_trying(
    browser: BrowserId, purpose: Purpose, subject: str
) -> None:
    tickets = Tickets()
    secret = issue(tickets)

    with pytest.raises(TicketRefused):
        tickets.redeem(secret, browser, purpose, subject, now=LATER)
    with pytest.raises(TicketRefused):
        tickets.redeem(secret, ADA, Purpose.GIVE, "7", now=LATER)


@pytest.mark.parametrize("secret", [None, "", "guess"])
def test_a_guess_is_no_ticket(secret: str | None) -> None:
    tickets = Tickets()
    issue(tickets)

    with pytest.raises(TicketRefused):
        tickets.redeem(secret, ADA, Purpose.GIVE, "7", now=LATER)


def test_nobody_reads_in_half_a_second() -> None:
    tickets = Tickets()
    secret = issue(tickets)

    with pytest.raises(TooEarly):
        tickets.redeem(
            secret, ADA, Purpose.GIVE, "7", now=START + timedelta(milliseconds=599)
        )


def test_a_ticket_lives_from_600_milliseconds_to_five_minutes() -> None:
    tickets = Tickets()
    first, last, late = (issue(tickets) for _ in range(3))
    end = START + timedelta(minutes=5)

    tickets.redeem(
        first, ADA, Purpose.GIVE, "7", now=START + timedelta(milliseconds=600)
    )
    tickets.redeem(last, ADA, Purpose.GIVE, "7", now=end)

    with pytest.raises(TicketRefused):
        tickets.redeem(
            late, ADA, Purpose.GIVE, "7", now=end + timedelta(milliseconds=1)
        )


def test_in_a_storm_only_the_latest_tickets_are_good() -> None:
    tickets = Tickets()
    secrets = [issue(tickets) for _ in range(MAX_OUTSTANDING + 1)]

    tickets.redeem(secrets[1], ADA, Purpose.GIVE, "7", now=LATER)

    with pytest.raises(TicketRefused):
        tickets.redeem(secrets[0], ADA, Purpose.GIVE, "7", now=LATER)


def test_a_storm_for_one_purpose_or_browser_leaves_the_others() -> None:
    tickets = Tickets()
    secret = issue(tickets)
    for browser, purpose in ((ADA, Purpose.DROP), (BrowserId("eve"), Purpose.GIVE)):
        for _ in range(MAX_OUTSTANDING + 1):
            tickets.issue(browser, purpose, "7", printed=None, now=START)

    ticket = tickets.redeem(secret, ADA, Purpose.GIVE, "7", now=LATER)

    assert ticket.printed == PRINTED
