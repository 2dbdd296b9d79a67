"""Scopes in the three spellings of Flattr's clients."""

import pytest

from overallt_server.core.grants import (
    GrantError,
    GrantRefused,
    Scope,
    parse_scopes,
    print_scopes,
)


@pytest.mark.parametrize(
    "text",
    ["flattr thing", "thing,flattr", "thing+flattr", " flattr, thing ", "flattr"],
)
def test_scopes_are_read_in_every_spelling(text: str) -> None:
    assert {Scope.FLATTR} <= parse_scopes(text) <= {Scope.FLATTR, Scope.THING}


def test_no_scope_is_a_right_answer() -> None:
    assert frozenset() == parse_scopes("")


def test_an_unknown_scope_is_refused() -> None:
    with pytest.raises(GrantRefused) as refused:
        parse_scopes("flattr everything")

    assert GrantError.INVALID_SCOPE == refused.value.error


def test_scopes_printed_are_read_again() -> None:
    scopes = frozenset(Scope)

    assert "email extendedread flattr thing" == print_scopes(scopes)
    assert scopes == parse_scopes(print_scopes(scopes))
