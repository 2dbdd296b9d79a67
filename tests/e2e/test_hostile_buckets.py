"""Pages that name things whose bucket is not here, in real browsers.

The server has grown past the size at which it gives its whole index: the patron's
proxy knows the names of before, and has to ask for the bucket of any other.
"""

import sqlite3
import time
from contextlib import closing

import pytest
from prey import BUTTON, INDEX_MAX_THINGS, WAIT_MS, Prey

from overallt.protocol.buckets import LEAST_THINGS

# So many that chance leaves none of two buckets too small to be asked for.
NEW_THINGS = 3 * LEAST_THINGS
# Far from the numbers that the server gives.
FIRST_NEW = 1_000_000
# The proxy lets up to ten seconds go by before it asks.
PATIENCE_SECONDS = 30
ADD_THINGS = """
    with recursive numbers(number) as (
        select 1 union all select number + 1 from numbers where number < :many
    )
    insert into things (id, owner_id, url, title, description, language, category, tags,
                        hidden, charity, created_at, hash)
    select :first + number, owner_id, url || '?' || number, title, description,
           language, category, tags, hidden, charity, created_at, hash
    from numbers, things where id = :like order by number
"""
ATTACK = """
    const forged = `https://flattr.internal/give/%s?p=forged`;
    const post = {method: 'POST', mode: 'no-cors', credentials: 'include',
        body: new URLSearchParams({ticket: 'guess', step: 'give'})};
    const answers = await Promise.allSettled([{credentials: 'include'}, post].map(
        (how) => fetch(forged, how).then((answer) => answer.text())));
    const frame = document.createElement('iframe');
    frame.src = forged;
    document.body.append(frame);
    const own = Object.assign(document.createElement('a'), {href: forged});
    own.target = '_blank';
    document.body.append(own);
    own.click();
    await wait();
    say(link + answers.map((answer) => answer.value || '').join(''));
"""


@pytest.fixture(scope="module")
def newest(prey: Prey) -> str:
    """Let the server grow past the size of an index; return the last thing there."""
    with closing(sqlite3.connect(prey.earth.database)) as tx, tx:
        tx.execute(
            ADD_THINGS,
            {"many": NEW_THINGS, "first": FIRST_NEW, "like": prey.tags.plain},
        )
        ((things, last),) = tx.execute("select count(*), max(id) from things")
    assert things > INDEX_MAX_THINGS
    return str(last)


def test_a_thing_whose_bucket_is_not_here_is_text_until_it_is(
    prey: Prey, newest: str
) -> None:
    prey.press_innocently("/not-here", ATTACK % newest, tag=newest)
    prey.window.wait_for("#said")

    assert f"[Flattr={newest}]" in prey.window.text()
    assert "learned:" == prey.window.text("#said")
    assert [] == prey.given()
    # The known ones have been buttons all the time.
    assert [prey.tags.plain] == prey.give_by_hand()

    end = time.monotonic() + PATIENCE_SECONDS
    reading = 0
    while not prey.window.count(BUTTON):
        assert time.monotonic() < end
        time.sleep(WAIT_MS / 1000)
        reading += 1
        prey.read(f"/is-it-here-{reading}", tag=newest)
    prey.window.press_into_new_tab(BUTTON)
    assert [newest] == prey.confirm()
