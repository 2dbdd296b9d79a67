"""Pages that try to flattr in their reader's name, in real browsers.

The page carries a text tag, so it has a real button with a good seal. Each attack
follows an innocent press that a person made.
"""

import time
from urllib.parse import quote

from prey import BUTTON, EVIL, WAIT_MS, Prey

from overallt.demo.site import HOST

# What an attack says it has learned; each may use ``link``, the button's address.
ATTACKS = {
    "fetches": """
        const form = new URLSearchParams({ticket: 'guess', step: 'give'});
        const post = {method: 'POST', body: form};
        const asked = [{}, {mode: 'no-cors'}, post, {mode: 'no-cors', ...post}].map(
            (how) => fetch(link, {credentials: 'include', ...how})
                .then((answer) => answer.text()));
        const answers = await Promise.allSettled(asked);
        say(answers.map((answer) => answer.value || '').join(''));
    """,
    "frames": """
        const frame = document.createElement('iframe');
        frame.src = link;
        document.body.append(frame);
        await wait();
        say(frame.contentDocument ? frame.contentDocument.body.innerText : '');
    """,
    "opens a window and scripts it": """
        const opened = window.open(link, 'named');
        await wait();
        try { opened.location = link; } catch {}
        try { opened.moveTo(0, 0); } catch {}
        opened.document.getElementById('confirm').click();
        say(opened.document.body.innerText);
    """,
    "sends a form": """
        const form = document.createElement('form');
        form.method = 'post';
        form.action = link;
        form.target = '_blank';
        for (const [name, value] of [['ticket', 'guess'], ['step', 'give']]) {
            const input = document.createElement('input');
            [input.name, input.value] = [name, value];
            form.append(input);
        }
        document.body.append(form);
        form.submit();
        await wait();
        say('');
    """,
    "sends a form to every door": """
        const sent = ['undo/1', 'subscribe/1', 'unsubscribe/1', 'drop/x', 'pause',
            'ask/demo.test', 'resume/demo.test'].map((door) => fetch(
                `https://flattr.internal/${door}`, {method: 'POST', mode: 'no-cors',
                credentials: 'include', body: new URLSearchParams({ticket: 'x'})}));
        const answers = await Promise.all(sent);
        const read = await Promise.all(answers.map((answer) => answer.text()));
        say(read.join(''));
    """,
    "makes an address as an old button's": """
        const forged = 'https://flattr.internal/give?p=forged&url='
            + encodeURIComponent(`${location.origin}/`);
        const frame = document.createElement('iframe');
        frame.src = forged;
        document.body.append(frame);
        const post = {method: 'POST', mode: 'no-cors', credentials: 'include',
            body: new URLSearchParams({ticket: 'guess', step: 'give'})};
        const asked = [{credentials: 'include'}, post].map(
            (how) => fetch(forged, how).then((answer) => answer.text()));
        const answers = await Promise.allSettled(asked);
        await wait();
        say(answers.map((answer) => answer.value || '').join('')
            + (frame.contentDocument ? frame.contentDocument.body.innerText : ''));
    """,
    "presses the button itself": """
        document.querySelector("a[href^='https://flattr.internal/']").click();
        await wait();
        say('');
    """,
    "loads it as everything but a document": """
        const put = (tag, facts) =>
            document.body.append(Object.assign(document.createElement(tag), facts));
        for (const tag of ['img', 'script', 'embed', 'video', 'audio']) {
            put(tag, {src: link});
        }
        put('object', {data: link});
        for (const rel of ['prefetch', 'preload', 'stylesheet', 'prerender']) {
            put('link', {rel, href: link, as: 'script'});
        }
        put('script', {type: 'speculationrules', textContent: JSON.stringify({
            prerender: [{urls: [link], eagerness: 'immediate'}],
            prefetch: [{urls: [link], eagerness: 'immediate'}]})});
        navigator.sendBeacon(link, new URLSearchParams({ticket: 'x', step: 'give'}));
        const socket = new WebSocket(link.replace('https', 'wss'));
        const heard = await new Promise((resolve) => {
            socket.onopen = () => resolve('open');
            socket.onerror = () => resolve('');
        });
        await wait();
        say(heard);
    """,
}
# By which a page can show the gateway's own page, and nothing more.
NAVIGATIONS = {
    "location": "location.href = link;",
    "a form": """
        const form = document.createElement('form');
        form.action = link;
        document.body.append(form);
        form.submit();
    """,
    "a refresh": """
        const meta = document.createElement('meta');
        meta.httpEquiv = 'refresh';
        meta.content = `0;url=${link}`;
        document.head.append(meta);
    """,
    # The page tells its own server where to, as any server can find out by itself.
    "a redirect": "location.href = '/leads-on';",
}


def test_no_page_flattrs_in_its_readers_name(prey: Prey) -> None:
    for attack, script in ATTACKS.items():
        prey.press_innocently("/" + attack.replace(" ", "-"), script)
        prey.window.wait_for("#said")

        assert "learned:" == prey.window.text("#said"), attack
        assert [] == prey.given(), attack
        # Nothing of it was lost on a window that would give nothing to anybody.
        assert [prey.tags.plain] == prey.give_by_hand(), attack


def test_after_a_touch_a_page_may_show_the_page_that_asks(prey: Prey) -> None:
    prey.redirects["/leads-on"] = f"https://flattr.internal/give/{prey.tags.plain}"
    for number, (kind, script) in enumerate(NAVIGATIONS.items()):
        prey.press_innocently(f"/navigates-{number}", script)
        prey.window.wait_for("#confirm:enabled")
        time.sleep(WAIT_MS / 1000)
        assert 0 == prey.window.count("#undo"), kind
        assert [] == prey.given(), kind
        assert [prey.tags.plain] == prey.confirm(), kind

    prey.press_innocently("/navigates", NAVIGATIONS["location"])
    prey.window.wait_for("#confirm")
    assert f"The page {HOST}/navigates asks you to flattr" in prey.window.text()
    assert [prey.tags.plain] == prey.confirm()


def test_without_a_touch_a_page_may_not_even_do_that(prey: Prey) -> None:
    prey.read("/at-once", "<script>location.href = link;</script>")
    prey.window.wait_for("a.button")

    assert "A page opened this" in prey.window.text("h1")
    assert [] == prey.given()
    assert [prey.tags.plain] == prey.give_by_hand()


def test_a_link_of_a_pages_own_making_comes_from_an_unknown_page(prey: Prey) -> None:
    """The page cannot seal another's name into it, nor get its own printed so."""
    forged = f"https://flattr.internal/give/{prey.tags.plain}?p=forged#confirm"
    prey.read("/forges", f"<a id=own href='{forged}' target=_blank>Go on</a>")
    prey.window.press_into_new_tab("#own")

    assert "An unknown page asks you to flattr" in prey.window.text()
    assert 0 == prey.window.count("#trust")
    assert [] == prey.given()
    assert [prey.tags.plain] == prey.confirm()


def test_an_address_of_a_pages_own_making_comes_from_an_unknown_page(
    prey: Prey,
) -> None:
    """As an old button leads to it; the seal is not for the page to make, either."""
    address = quote(f"https://{HOST}/", safe="")
    forged = f"https://flattr.internal/give?url={address}&p=forged#confirm"
    prey.read("/forges-an-address", f"<a id=own href='{forged}' target=_blank>On</a>")
    prey.window.press_into_new_tab("#own")

    assert "An unknown page asks you to flattr" in prey.window.text()
    assert 0 == prey.window.count("#trust")
    assert [] == prey.given()
    assert [prey.tags.plain] == prey.confirm()


def test_without_a_touch_no_page_opens_the_status_page(prey: Prey) -> None:
    opens = "<script>location.href = 'https://flattr.internal/';</script>"
    prey.read("/opens-status", opens, host=EVIL)
    prey.window.wait_for("a.button")

    assert "A page opened this" in prey.window.text("h1")
    assert 0 == prey.window.count("form")
    assert [prey.tags.plain] == prey.give_by_hand()


def test_a_page_on_another_site_is_named_and_not_confirmed(prey: Prey) -> None:
    prey.read("/elsewhere", host=EVIL)
    prey.window.press_into_new_tab(BUTTON)

    assert f"The page {EVIL}/elsewhere asks you to flattr" in prey.window.text()
    assert "Not confirmed on this site" in prey.window.text()
    assert [] == prey.given()
    assert [prey.tags.plain] == prey.confirm()
