"""The command ``distribute`` says what to do where there is no Citus."""

from typing import Any

import pytest


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_sqlite_is_refused(operator: Any, options: tuple[str, ...]) -> None:
    ran = operator.run("distribute", *options)

    assert 1 == ran.status
    assert "SQLite cannot be distributed" in ran.errors
    assert "move --to URL" in ran.errors
