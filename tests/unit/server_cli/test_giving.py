"""The commands ``budget`` and ``means`` say what they did, in money."""

from typing import Any


def test_a_budget_is_set_and_paused(operator: Any) -> None:
    operator.add_user("ada")

    assert (
        "ada gives 5.00 EUR each month.\n"
        == operator.run("budget", "set", "ada", "5.00").out
    )
    assert (
        "ada gives 5.00 EUR each month, paused.\n"
        == operator.run("budget", "set", "ada", "5", "--pause").out
    )


def test_a_budget_too_small_is_refused_in_one_sentence(operator: Any) -> None:
    operator.add_user("ada")
    ran = operator.run("budget", "set", "ada", "1.99")

    assert 1 == ran.status
    assert "A monthly budget is between 2.00 EUR and 100.00 EUR.\n" == ran.errors


def test_means_with_the_same_reference_are_booked_once(operator: Any) -> None:
    operator.add_user("ada")
    add = ("means", "add", "ada", "10.00", "--reason", "a coin", "--reference", "X 1")
    first, second = operator.run(*add), operator.run(*add)

    assert "Added 10.00 EUR to the means of ada: X 1\n" == first.out
    assert "X 1 was booked before: nothing was added.\n" == second.out
    assert 0 == second.status


def test_means_without_a_reference_get_one_each(operator: Any) -> None:
    operator.add_user("ada")
    add = ("means", "add", "ada", "10.00", "--reason", "a coin")
    first, second = operator.run(*add), operator.run(*add)

    assert first.out.startswith("Added 10.00 EUR to the means of ada: by-hand-")
    assert second.out.startswith("Added 10.00 EUR to the means of ada: by-hand-")
    assert first.out != second.out


def test_releasing_says_what_reached_its_owners(operator: Any) -> None:
    ran = operator.run("release")

    said = "Released 0 gifts, and shares of 0.00 EUR that cards have paid.\n"
    assert (0, said) == (ran.status, ran.out)


def test_revenue_becomes_means_once(month: Any) -> None:
    month.run("period", "close")
    month.run("settle", str(month.period))
    move = ("means", "from-revenue", "mona", "4.00", "--reason", "she asked")
    first, second = (month.run(*move, "--reference", "X 1") for _ in range(2))
    too_much = month.run(*move)

    assert "Moved 4.00 EUR to the means of mona: X 1\n" == first.out
    assert "X 1 was moved before: nothing was moved.\n" == second.out
    assert "That is more than the revenue of 0.50 EUR.\n" == too_much.errors


def test_lots_are_listed_and_given_back(operator: Any) -> None:
    operator.add_user("ada")
    operator.run(
        "means", "add", "ada", "10.00", "--reason", "a coin", "--reference", "X 1"
    )
    refund = ("means", "refund", "ada", "1", "4.00", "--reason", "she asked")
    given = operator.run(*refund, "--reference", "Y 1")
    again = operator.run(*refund, "--reference", "Y 1")
    listed = operator.run("means", "lots", "ada")

    assert (
        "Took 4.00 EUR off the means of ada: Y 1\n"
        "Hand 4.00 EUR back: the books have it as paid.\n"
    ) == given.out
    assert "Y 1 was booked before: nothing was given back.\n" == again.out
    assert listed.out.startswith("1  ")
    assert listed.out.endswith("  10.00 EUR from cash:by_hand, 6.00 EUR left\n")


def test_who_never_had_means_has_no_lots(operator: Any) -> None:
    operator.add_user("ada")

    assert "ada never had means.\n" == operator.run("means", "lots", "ada").out


def test_more_than_is_left_is_not_given_back(operator: Any) -> None:
    operator.add_user("ada")
    operator.run("means", "add", "ada", "10.00", "--reason", "a coin")
    ran = operator.run("means", "refund", "ada", "1", "10.01", "--reason", "no")

    assert 1 == ran.status
    assert "Of this lot 10.00 EUR are left to give back.\n" == ran.errors
