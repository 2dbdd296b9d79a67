"""The commands ``operator`` and ``order``: two people move money by hand."""

from typing import Any

import pytest
from two_operators import PASSWORD, Two

ADD = ("means", "add", "ada", "10.00", "--reason", "a coin", "--reference", "X 1")


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
