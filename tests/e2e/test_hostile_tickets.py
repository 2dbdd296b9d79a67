"""What a page has got hold of is good for nothing in its hands, in real browsers."""

import json
from urllib.parse import parse_qsl

import pytest
from prey import BUTTON, EVIL, Prey

from overallt.demo.site import HOST

SPLITS = ("%0d%0aSet-Cookie:%20a=b", "%0a", "%0d%0a%0d%0a<p>")
# Sends what was stolen in each way that a page has, from a press that a person made.
SENDS = """
    const form = document.createElement('form');
    form.method = 'post';
    form.action = action;
    form.target = '_blank';
    for (const [name, value] of stolen) {
        const input = document.createElement('input');
        [input.name, input.value] = [name, value];
        form.append(input);
    }
    document.body.append(form);
    form.submit();
    const sent = {method: 'POST', body: new URLSearchParams(stolen)};
    const asked = [{credentials: 'include'}, {mode: 'no-cors', credentials: 'include'}]
        .map((how) => fetch(action, {...sent, ...how}).then((answer) => answer.text()));
    const answers = await Promise.allSettled(asked);
    navigator.sendBeacon(action, new URLSearchParams(stolen));
    await wait();
    say(answers.map((answer) => answer.value || '').join(''));
"""


@pytest.mark.parametrize("host", [HOST, EVIL])
def test_a_stolen_ticket_is_good_for_nothing_in_a_page(prey: Prey, host: str) -> None:
    prey.read("/asks")
    prey.window.press_into_new_tab(BUTTON)
    prey.window.wait_for("#confirm:enabled")
    action = prey.window.run("document.querySelector('#confirm').form.action")
    fields = prey.window.run(
        "new URLSearchParams(new FormData(document.querySelector('#confirm').form))"
        ".toString()"
    )
    stolen = [*parse_qsl(fields, keep_blank_values=True), ("step", "give")]
    known = f"const action = {json.dumps(action)}, stolen = {json.dumps(stolen)};"

    prey.press_innocently(f"/sends-to-{host}", known + SENDS, host=host)
    prey.window.wait_for("#said")

    assert "ticket" in dict(stolen)
    assert "learned:" == prey.window.text("#said")
    assert [] == prey.given()
    assert [prey.tags.plain] == prey.give_by_hand()


def test_no_id_splits_an_answer(prey: Prey) -> None:
    for split in SPLITS:
        link = f"https://flattr.internal/give/{prey.tags.plain}{split}"
        prey.read("/splits", f"<a id=own href='{link}' target=_blank>Go on</a>")
        prey.window.press_into_new_tab("#own")
        prey.window.wait_for("h1")

        assert 0 == prey.window.count("#confirm"), split
        assert "" == prey.window.run("document.cookie"), split
        assert [] == prey.given(), split
    assert [prey.tags.plain] == prey.give_by_hand()
