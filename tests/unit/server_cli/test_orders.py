"""The commands ``operator`` and ``order``: two people move money by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from bank_files import IBAN, Entry, report, statement

from overallt.protocol.ids import UserId
from overallt_server.core.deeds import Deed
from overallt_server.core.references import means_reference, payout_reference
from overallt_server.settings import Settings
from overallt_server.storage import users
from overallt_server.storage.database import Database
from overallt_server.use_cases.ordering import Done, Ordering
from overallt_server.use_cases.second_factors import SecondFactors

MONAS = "SE4550000000058398257466"
NAME = ("payout", "account", "mona", MONAS, "Mona", "--reason", "her letter")
PASSWORD = "a tall story about a horse"
ADD = ("means", "add", "ada", "10.00", "--reason", "a coin", "--reference", "X 1")


class Two:
    """Anna and bert, operators; ada, who is none."""

    def __init__(self, operator: Any) -> None:
        self.operator = operator
        self.password: Path = operator.folder / "password"
        self.numbers: dict[str, UserId] = {}
        self.secrets: dict[str, str] = {}
        self.typed = PASSWORD

    def add_user(self, name: str) -> None:
        self.numbers[name] = self.operator.add_user(name)

    def set_up_second_factor(self, name: str) -> None:
        """Do what *name* can on the page of his account, and no command."""

        async def set_up(database: Database) -> None:
            async with database.snapshot() as tx:
                user = await users.by_username(tx, name)
            assert user is not None
            factors, now = SecondFactors(database), Settings().now()
            self.secrets[name] = (await factors.begin(user)).secret
            code = pyotp.TOTP(self.secrets[name]).at(now)
            await factors.activate(user, code, language="en", now=now)

        self.operator.use(set_up)

    def next_code(self, name: str) -> str:
        """Wait half a minute, since no code is good twice; give the one of then."""
        # A second more, since the clock is moved by whole seconds, rounded down.
        self.operator.move_clock_to(Settings().now() + timedelta(seconds=31))
        return pyotp.TOTP(self.secrets[name]).at(Settings().now())

    def by(self, name: str, *command: str) -> Any:
        """Run *command* as *name*, whose password and code stand in a file."""
        code = self.next_code(name) if name in self.secrets else "000000"
        self.password.write_text(f"{self.typed}\n{code}\n", encoding="utf-8")
        who = ("--operator", name, "--password-file", str(self.password))
        return self.operator.run(*command, *who)

    def run(self, *command: str) -> Any:
        return self.operator.run(*command)


@pytest.fixture
def two(operator: Any, monkeypatch: pytest.MonkeyPatch) -> Two:
    monkeypatch.delenv("OVERALLT_OPERATORS_NEEDED")
    both = Two(operator)
    for name in ("ada", "anna", "bert"):
        both.add_user(name)
    for name in ("anna", "bert"):
        assert 0 == operator.run("operator", "add", name).status
        both.set_up_second_factor(name)
    return both


@pytest.fixture
def cashiers(two: Two, monkeypatch: pytest.MonkeyPatch) -> Two:
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    return two


def write_statement(folder: Path, *entries: Entry) -> str:
    path = folder / "january.xml"
    path.write_bytes(statement(*entries))
    return str(path)


def test_operators_are_added_listed_and_removed(operator: Any) -> None:
    operator.add_user("anna")
    added, again = (operator.run("operator", "add", "anna") for _ in range(2))
    listed = operator.run("operator", "list").out
    removed = operator.run("operator", "remove", "anna").out
    twice = operator.run("operator", "remove", "anna").errors
    back = operator.run("operator", "add", "anna").out

    assert "anna is an operator now.\n" == added.out == back
    assert "anna was an operator before.\n" == again.out
    assert listed.startswith("anna  since 20")
    assert "anna is no operator any more.\n" == removed
    assert "This user is no operator.\n" == twice
    assert "There is no user called nobody." in (
        operator.run("operator", "add", "nobody").errors
    )


def test_nobody_is_an_operator_at_first(operator: Any) -> None:
    assert "Nobody is an operator.\n" == operator.run("operator", "list").out


def test_one_orders_and_another_confirms(two: Two) -> None:
    ordered = two.by("anna", *ADD)
    listed = two.run("order", "list").out
    nothing = two.run("means", "lots", "ada").out
    confirmed = two.by("bert", "order", "confirm", "1")
    again = two.by("bert", "order", "confirm", "1")
    every = two.run("order", "list", "--all").out

    assert 0 == ordered.status
    assert (
        "Nothing is done yet. Another operator has to confirm it:\n"
        "  overallt-server order confirm 1 --operator USERNAME\n" in ordered.out
    )
    assert listed.startswith("1  20")
    assert listed.endswith(
        '  means add: 10.00 EUR, X 1, of ada, because "a coin", by anna\n'
    )
    assert "ada never had means.\n" == nothing
    assert "Added 10.00 EUR to the means of ada: X 1\n" == confirmed.out
    assert "Order 1 was confirmed before: nothing was done again.\n" == again.out
    assert "No order waits.\n" == two.run("order", "list").out
    assert ": confirmed 20" in every
    assert every.endswith(" by bert\n")
    assert "The books are in order" in two.run("audit").out


def test_without_an_operator_it_says_what_to_do(two: Two) -> None:
    ran = two.run(*ADD)

    assert 1 == ran.status
    assert "Two operators are needed for this. Say with --operator" in ran.errors
    assert "set OVERALLT_OPERATORS_NEEDED=1 if you run this server alone" in ran.errors
    assert "There are no orders.\n" == two.run("order", "list", "--all").out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ada", "ada is no operator. Whoever runs this machine makes one: "),
        ("nobody", "There is no user with this name and this password."),
    ],
)
def test_who_is_no_operator_orders_nothing(two: Two, name: str, said: str) -> None:
    ran = two.by(name, *ADD)

    assert 1 == ran.status
    assert said in ran.errors
    assert "No order waits.\n" == two.run("order", "list").out


def test_a_wrong_password_orders_nothing_and_ten_are_too_many(two: Two) -> None:
    two.typed = "a wrong one"
    wrong = [two.by("anna", *ADD).errors for _ in range(11)]
    two.typed = PASSWORD
    locked = two.by("anna", *ADD)

    assert "There is no user with this name and this password.\n" == wrong[0]
    assert "That was tried too often. Please wait " in wrong[10]
    assert "That was tried too often. Please wait " in locked.errors
    assert "a wrong one" not in "".join(wrong)


def test_the_password_is_asked_for_and_never_shown(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    code = two.next_code("anna")

    def type_it(prompt: str) -> str:
        asked.append(prompt)
        return code if prompt.startswith("Code") else PASSWORD

    # What click reads a terminal by.
    monkeypatch.setattr("click.termui.hidden_prompt_func", type_it)
    monkeypatch.setattr("click.termui.visible_prompt_func", type_it)
    ran = two.run(*ADD, "--operator", "anna")

    assert 0 == ran.status
    assert ["Password of anna: ", "Code of anna: "] == asked
    assert PASSWORD not in ran.out + ran.errors


def test_an_operator_needs_a_second_factor_and_no_code_is_good_twice(two: Two) -> None:
    two.operator.run("operator", "add", "ada")
    without = two.by("ada", *ADD)
    first = two.by("anna", *ADD)
    who = ("--operator", "anna", "--password-file", str(two.password))
    replayed = two.run(*ADD, *who)

    assert "ada has no second factor. An operator needs one" in without.errors
    assert 0 == first.status
    assert "This code is wrong, or was used before." in replayed.errors


def test_nobody_confirms_his_own_order_or_without_his_name(two: Two) -> None:
    two.by("anna", *ADD)
    own = two.by("anna", "order", "confirm", "1")
    nameless = two.run("order", "confirm", "1")

    assert "You ordered 1 yourself: another operator has to confirm it.\n" == own.errors
    assert "Order 1 needs a second operator: say with --operator" in nameless.errors


def test_what_concerns_an_operator_needs_two_others(two: Two) -> None:
    add = ("means", "add", "bert", "10.00", "--reason", "a coin")
    ordered = two.by("bert", *add)
    two.by("anna", *add)
    confirmed = two.by("bert", "order", "confirm", "1")

    said = "This concerns your own account: two other operators have to do it.\n"
    assert [said, said] == [ordered.errors, confirmed.errors]


def test_what_is_refused_is_not_done(two: Two) -> None:
    two.by("anna", *ADD)
    nameless = two.run("order", "refuse", "1", "--reason", "no coin")
    refused = two.by("bert", "order", "refuse", "1", "--reason", "no coin")
    confirmed = two.by("bert", "order", "confirm", "1")

    assert "Say with --operator USERNAME who you are.\n" == nameless.errors
    assert "Order 1 is refused.\n" == refused.out
    assert "Order 1 was refused: no coin. If it is to be done" in confirmed.errors
    assert two.run("order", "list", "--all").out.endswith(' by bert: "no coin"\n')


def test_equity_refunds_and_debts_take_two_as_well(two: Two) -> None:
    two.by("anna", *ADD)
    two.by("bert", "order", "confirm", "1")
    two.by("anna", "means", "refund", "ada", "1", "4.00", "--reason", "she asked")
    refunded = two.by("bert", "order", "confirm", "2")
    two.by("anna", "equity", "add", "5.00", "--reason", "fees", "--reference", "E 1")
    added = two.by("bert", "order", "confirm", "3")
    two.by("anna", "debt", "pay", "ada", "--reason", "agreed")
    paid = two.by("bert", "order", "confirm", "4")

    assert "Took 4.00 EUR off the means of ada: refund-" in refunded.out
    assert "Added 5.00 EUR of the operator's own: E 1\n" == added.out
    assert "This user owes nothing.\n" == paid.errors
    assert "debt pay" in two.run("order", "list").out
    assert "The books are in order" in two.run("audit").out


def test_an_import_takes_two_and_goes_on(cashiers: Two, tmp_path: Path) -> None:
    file = write_statement(
        tmp_path, Entry(500, (means_reference(UserId(1)),)), Entry(300, ("who?",))
    )
    ordered = cashiers.by("anna", "bank", "import", file)
    nothing = cashiers.run("bank", "suspense", "list").out
    confirmed = cashiers.by("bert", "order", "confirm", "1")
    again = cashiers.by("bert", "order", "confirm", "1")
    cashiers.by("anna", "bank", "suspense", "assign", "2", "ada", "--reason", "hers")
    assigned = cashiers.by("bert", "order", "confirm", "2")

    assert f"bank import: {file} (" in ordered.out
    assert ", of ada, by anna\n" in ordered.out
    assert "Nothing is in suspense.\n" == nothing
    assert "Booked 2 movements: 1 as means, 1 in suspense" in confirmed.out
    assert "Booked 0 movements" in again.out
    assert "Added 3.00 EUR to the means of ada.\n" == assigned.out
    assert "The books are in order" in cashiers.run("audit").out


def test_a_file_that_was_changed_meanwhile_is_not_imported(
    cashiers: Two, tmp_path: Path
) -> None:
    file = write_statement(tmp_path, Entry(500, ("who?",)))
    cashiers.by("anna", "bank", "import", file)
    Path(file).write_bytes(Path(file).read_bytes() + b"\n")
    ran = cashiers.by("bert", "order", "confirm", "1")

    assert "is not the file any more that was ordered to be taken" in ran.errors
    assert "bank import" in cashiers.run("order", "list").out


def test_an_import_that_was_stopped_is_listed_and_goes_on(
    cashiers: Two, tmp_path: Path
) -> None:
    cashiers.by(
        "anna", "bank", "import", write_statement(tmp_path, Entry(5, ("who?",)))
    )

    async def nothing(_database: Database, _deed: Deed, _reason: str) -> Done:
        return Done("")

    async def confirm(database: Database) -> None:
        # As if it were killed as soon as it is confirmed.
        bert, now = cashiers.numbers["bert"], datetime.now(UTC)
        await Ordering(database).confirm(1, operator=bert, now=now, carry_out=nothing)

    cashiers.operator.use(confirm)
    waiting = cashiers.run("order", "list").out
    went_on = cashiers.by("anna", "order", "confirm", "1")

    assert waiting.endswith(": stopped, confirm it again to go on\n")
    assert "Booked 1 movements" in went_on.out
    assert "No order waits.\n" == cashiers.run("order", "list").out


def test_who_is_named_in_a_statement_does_not_import_it(
    cashiers: Two, tmp_path: Path
) -> None:
    berts = means_reference(cashiers.numbers["bert"])
    file = write_statement(tmp_path, Entry(500, (berts,)))
    cashiers.by("anna", "bank", "import", file)
    ran = cashiers.by("bert", "order", "confirm", "1")

    assert "This concerns your own account" in ran.errors


def test_a_dry_run_needs_nobody(cashiers: Two, tmp_path: Path) -> None:
    file = write_statement(tmp_path, Entry(500, ("who?",)))

    assert "Would book 1 movements" in (
        cashiers.run("bank", "import", "--dry-run", file).out
    )


def test_who_works_alone_has_it_done_at_once_in_his_name(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERALLT_OPERATORS_NEEDED", "1")
    named = two.by("anna", *ADD)
    two.run("means", "add", "anna", "1.00", "--reason", "mine")
    every = two.run("order", "list", "--all").out.splitlines()

    assert "Added 10.00 EUR to the means of ada: X 1\n" == named.out
    assert ", by anna: confirmed 20" in every[0]
    assert every[0].endswith(" by anna")
    assert 'because "mine": confirmed 20' in every[1]
    assert "The books are in order" in two.run("audit").out


def test_a_file_of_payouts_takes_two(
    month: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each payout is in the file that was confirmed, and one asked for later is not."""
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    monkeypatch.setenv("OVERALLT_MIN_PAYOUT_MINOR", "100")
    monkeypatch.setenv("OVERALLT_NEW_IBAN_HOURS", "0")
    for name in ("anna", "bert"):
        month.add_user(name)
        month.run("operator", "add", name)
    month.run("period", "close")
    month.run("settle", str(month.period))
    month.run(*NAME)
    month.run("payout", "request", "mona", "2.00")
    monkeypatch.setenv("OVERALLT_OPERATORS_NEEDED", "2")
    two, file = Two(month), tmp_path / "orders.xml"
    for name in ("anna", "bert"):
        two.set_up_second_factor(name)

    ordered = two.by("anna", "payout", "file", str(file))
    was_there = file.exists()
    month.run("payout", "request", "mona", "1.00")
    waiting = month.run("order", "list").out
    confirmed = two.by("bert", "order", "confirm", "3")
    listed = month.run("payout", "list").out

    assert 0 == ordered.status
    assert not was_there
    assert f"payout file: 1 payouts, 2.00 EUR, to {file}, of mona, by anna" in waiting
    assert "Wrote file 1, OVERALLT1T" in confirmed.out
    assert b"<InstdAmt" in file.read_bytes()
    assert 1 == listed.count("in file 1")
    assert 1 == listed.count("requested")
    assert "The books are in order" in month.run("audit").out


@pytest.fixture
def earned(month: Any, monkeypatch: pytest.MonkeyPatch) -> Two:
    """Give two operators, and mona with 4.50 EUR and an account; it is two weeks on."""
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    monkeypatch.setenv("OVERALLT_MIN_PAYOUT_MINOR", "100")
    monkeypatch.setenv("OVERALLT_NEW_IBAN_HOURS", "0")
    two = Two(month)
    for name in ("anna", "bert"):
        two.add_user(name)
        month.run("operator", "add", name)
    for name in ("anna", "bert", "mona"):
        two.set_up_second_factor(name)
    month.run("period", "close")
    month.run("settle", str(month.period))
    month.run(*NAME)
    month.run("operator", "add", "mona")
    monkeypatch.setenv("OVERALLT_OPERATORS_NEEDED", "2")
    return two


def ordered_and_confirmed(two: Two, *command: str) -> Any:
    """Let anna order and bert confirm; mona, whom it concerns, may do neither."""
    alone = two.run(*command)
    own = two.by("mona", *command)
    ordered = two.by("anna", *command)
    number = two.run("order", "list").out.split()[0]
    twice = two.by("anna", "order", "confirm", number)

    assert "Two operators are needed for this." in alone.errors
    assert "This concerns your own account" in own.errors
    assert "Nothing is done yet." in ordered.out
    assert f"You ordered {number} yourself" in twice.errors
    return two.by("bert", "order", "confirm", number)


def test_where_payouts_go_takes_two(earned: Two) -> None:
    other = ("payout", "account", "mona", "FI2112345600000785", "Mona")
    confirmed = ordered_and_confirmed(earned, *other, "--reason", "her letter")
    earned.run("payout", "request", "mona", "2.00")

    assert "Payouts of mona go to FI2112345600000785 of Mona" in confirmed.out
    assert "to Mona, FI2112345600000785" in earned.run("payout", "list").out
    assert "The books are in order" in earned.run("audit").out


def test_revenue_becomes_means_by_two(earned: Two) -> None:
    move = ("means", "from-revenue", "mona", "4.00", "--reference", "X 1")
    confirmed = ordered_and_confirmed(earned, *move, "--reason", "she asked")

    assert "Moved 4.00 EUR to the means of mona: X 1\n" == confirmed.out
    assert "4.00 EUR from revenue" in earned.run("means", "lots", "mona").out
    assert "The books are in order" in earned.run("audit").out


def test_a_payout_is_rejected_by_two(earned: Two) -> None:
    earned.run("payout", "request", "mona", "2.00")
    reject = ("payout", "reject", payout_reference(1), "--reason", "hers")
    confirmed = ordered_and_confirmed(earned, *reject)

    assert "2.00 EUR are revenue again.\n" == confirmed.out
    assert "rejected" in earned.run("payout", "list", "mona").out
    assert "The books are in order" in earned.run("audit").out


def test_what_the_bank_rejects_takes_two_and_what_it_accepts_nobody(
    earned: Two, tmp_path: Path
) -> None:
    orders, told = tmp_path / "orders.xml", tmp_path / "told.xml"
    earned.run("payout", "request", "mona", "2.00")
    earned.by("anna", "payout", "file", str(orders))
    number = earned.run("order", "list").out.split()[0]
    earned.by("bert", "order", "confirm", number)
    message = orders.read_text(encoding="utf-8").split("<MsgId>")[1].split("<")[0]

    told.write_bytes(report((payout_reference(1), "ACSC", ""), message=message))
    accepted = earned.run("payout", "answer", str(told))
    told.write_bytes(report((payout_reference(1), "RJCT", "AC01"), message=message))
    rejected = ordered_and_confirmed(earned, "payout", "answer", str(told))

    assert accepted.out.endswith("Nothing is rejected that was on its way.\n")
    assert "Rejected, and revenue again: 1.\n" == rejected.out
    assert "rejected" in earned.run("payout", "list", "mona").out
    assert "The books are in order" in earned.run("audit").out


def test_an_answer_that_was_changed_since_it_was_ordered_is_not_taken(
    earned: Two, tmp_path: Path
) -> None:
    orders, told = tmp_path / "orders.xml", tmp_path / "told.xml"
    earned.run("payout", "request", "mona", "2.00")
    earned.by("anna", "payout", "file", str(orders))
    first = earned.run("order", "list").out.split()[0]
    earned.by("bert", "order", "confirm", first)
    message = orders.read_text(encoding="utf-8").split("<MsgId>")[1].split("<")[0]
    told.write_bytes(report((payout_reference(1), "RJCT", "AC01"), message=message))
    earned.by("anna", "payout", "answer", str(told))
    number = earned.run("order", "list").out.split()[0]
    told.write_bytes(report((payout_reference(1), "RJCT", "AC04"), message=message))

    ran = earned.by("bert", "order", "confirm", number)

    assert "is not the file any more that was ordered to be taken" in ran.errors
    assert "sent" in earned.run("payout", "list").out
