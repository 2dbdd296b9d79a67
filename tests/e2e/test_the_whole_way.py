"""From a text tag on a page to a cent in an owner's books, in real browsers.

Two patrons read three pages through their proxies and flattr three things; the month
is closed and settled; every cent is where the rules of money say. Then the same
settlement is killed in the middle, started again, and gives the same books.
"""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from browsers import Browser, browser
from world import Patron, World

from overallt.demo.site import HOST, Tags

PAGES = ("/", "/strict", "/slow")
BUTTON = "a[href^='https://flattr.internal/give/']"
KILL_ATTEMPTS = 20


def flattr(patron: Patron, path: str) -> None:
    """Read a page, press its button, and confirm on the gateway's own page."""
    window = patron.browser
    window.open(f"https://{HOST}{path}")
    window.press_into_new_tab(BUTTON)
    assert f"The page {HOST}{path.rstrip('/')} asks" in window.text()
    assert "Not confirmed on this site" in window.text()
    # The button is dead for a moment; press waits until it is not.
    window.press("#confirm:enabled")
    window.wait_for("#undo")
    assert "Flattred" in window.text("h1")


def balances(database: Path) -> dict[str, int]:
    """Sum the books by ledger account: credits less debits, in cents."""
    with closing(sqlite3.connect(database)) as tx:
        rows = tx.execute(
            "SELECT ledger_account, sum(CASE side WHEN 'credit' THEN amount_minor "
            "ELSE -amount_minor END) FROM postings GROUP BY ledger_account"
        )
        return dict(rows.fetchall())


def shares(database: Path) -> list[tuple[int, ...]]:
    """List every share."""
    with closing(sqlite3.connect(database)) as tx:
        return tx.execute(
            "SELECT patron_id, thing_id, owner_id, share_minor FROM shares "
            "ORDER BY patron_id, thing_id"
        ).fetchall()


def user_id(database: Path, name: str) -> int:
    """Return the number of the user called *name*."""
    with closing(sqlite3.connect(database)) as tx:
        found = tx.execute("SELECT id FROM users WHERE username = ?", (name,))
        return int(found.fetchone()[0])


def set_budget(earth: World, window: Browser, amount: str) -> None:
    """Set the budget at the server's own page."""
    window.open(f"{earth.url}/budget")
    window.write("input[name=amount]", amount)
    window.press("form[action='/budget'] button")
    window.wait_for("a[href='/things/new']")


def slices(database: Path, condition: str) -> int:
    """Count the slices of which *condition* is true."""
    with closing(sqlite3.connect(database)) as tx:
        query = f"SELECT count(*) FROM slices WHERE {condition}"  # noqa: S608 - ours.
        return int(tx.execute(query).fetchone()[0])


def unsettled_slices(database: Path) -> int:
    """Count the slices that are left to settle."""
    return slices(database, "settled_at IS NULL")


def settle_killed_after_a_slice(earth: World, folder: Path) -> None:
    """Kill a settlement once its first slice is settled, with luck before the rest."""
    database = folder / "overallt.sqlite"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "overallt_server"),
            *("settle", earth.month, "--no-hold"),
        ],
        env={**earth.operator, "OVERALLT_DATA": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as tx:
        while slices(database, "settled_at IS NOT NULL") == 0:
            time.sleep(0.0005)
        # Whoever holds the write lock stops the settlement where it is.
        tx.execute("BEGIN IMMEDIATE")
        process.send_signal(signal.SIGKILL)
        process.wait()
        tx.execute("ROLLBACK")


@pytest.mark.timeout(600)
def test_two_patrons_flattr_three_things_and_the_owner_gets_every_cent(
    earth: World, kind: str
) -> None:
    earth.start_server()
    with browser(kind, earth.folder / "ben") as ben:
        earth.sign_up(ben, "ben")
        tags = [earth.register(ben, path, f"The page {path}") for path in PAGES]
    earth.start_site(Tags(*tags))
    for name, means, budget in (("ada", "20.00", "5.00"), ("cleo", "10.01", "50.00")):
        with earth.patron(kind, name) as patron:
            earth.operate_then("means", "add", name, means, "--reason", "by hand")
            set_budget(earth, patron.browser, budget)
            for path in PAGES:
                flattr(patron, path)
            patron.browser.open(f"{earth.url}/dashboard")
            seen = patron.browser.text()
        assert all(f"The page {path}" in seen for path in PAGES), seen

    earth.operate("period", "close", earth.month)
    before = earth.folder / "before"
    before.mkdir()
    with (
        closing(sqlite3.connect(earth.database)) as here,
        closing(sqlite3.connect(before / earth.database.name)) as copy,
    ):
        here.backup(copy)
    earth.operate("settle", earth.month, "--no-hold")
    books = balances(earth.database)
    ids = {name: user_id(earth.database, name) for name in ("ada", "ben", "cleo")}

    # ada: pot 5.00, fee 0.50, three shares of 1.50. cleo has less than her budget:
    # pot 10.01, fee 1.00 (rounded down), 9.01 in shares of 3.00, 3.00 and 3.01.
    expected = {
        "cash:by_hand": -3001,
        f"means:{ids['ada']}": 1500,
        f"means:{ids['cleo']}": 0,
        f"revenue:{ids['ben']}": 450 + 901,
        "fee_income": 150,
    }
    assert expected == {name: books[name] for name in expected}
    assert {0} == {books[name] for name in books.keys() - expected}
    assert "every cent is where it belongs" in earth.operate("audit")

    folder = earth.folder / "killed"
    for _ in range(KILL_ATTEMPTS):
        shutil.copytree(before, folder, dirs_exist_ok=True)
        settle_killed_after_a_slice(earth, folder)
        if unsettled_slices(folder / "overallt.sqlite"):
            break
        shutil.rmtree(folder)
    assert unsettled_slices(folder / "overallt.sqlite")
    again = {**earth.operator, "OVERALLT_DATA": str(folder)}
    for command in (["settle", earth.month, "--no-hold"], ["audit"]):
        arguments = [sys.executable, "-m", "overallt_server", *command]
        subprocess.run(arguments, env=again, check=True, capture_output=True)
    assert books == balances(folder / "overallt.sqlite")
    assert shares(earth.database) == shares(folder / "overallt.sqlite")
