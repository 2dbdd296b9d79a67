"""An account as a person has it: an address confirmed, a second factor, a reset."""

import queue
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pyotp
from aiosmtpd.controller import Controller
from browsers import Browser, browser
from loopback import HOST, free_port
from mail_server import PATIENCE_SECONDS, TAKEN, link_in
from world import PASSWORD, World, program

SCANNED_MOST_PIXELS = 400
NEW_PASSWORD = "a noisy evening"


class Post:
    """A mail server in a thread of its own, which keeps what it is given."""

    def __init__(self) -> None:
        self.taken: queue.Queue[EmailMessage] = queue.Queue()

    async def handle_DATA(self, _smtp: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd looks for this name.
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.put(message)
        return TAKEN

    def link(self) -> str:
        """Wait for a mail; return where it leads."""
        return link_in(self.taken.get(timeout=PATIENCE_SECONDS))


@contextmanager
def serving(earth: World) -> Iterator[Post]:
    """Run the server, which sends its mails, for as long as the block takes."""
    post = Post()
    controller = Controller(post, hostname=HOST, port=free_port())
    controller.start()
    mails = {
        "OVERALLT_SMTP": f"smtp://{HOST}:{controller.port}",
        "OVERALLT_MAIL_FROM": "post@overallt.test",
    }
    with program(["overallt_server", "serve"], {**earth.operator, **mails}):
        yield post
    controller.stop()


def sign_in(window: Browser, url: str, password: str) -> None:
    window.open(f"{url}/signin")
    window.write("input[name=name]", "ada")
    window.write("input[name=password]", password)
    window.press("form[action='/signin'] button")


def set_up_second_factor(window: Browser, url: str) -> pyotp.TOTP:
    window.open(f"{url}/account/second-factor")
    size = window.run("document.querySelector('main svg').clientWidth")
    assert 100 < size < SCANNED_MOST_PIXELS
    key = re.search(r"Key: ([A-Z2-7]{32})", window.text())
    assert key is not None
    totp = pyotp.TOTP(key[1])
    window.write("input[name=code]", totp.at(datetime.now(UTC)))
    window.press("form[action='/account/second-factor'] button")
    window.wait_for("ul.codes")
    return totp


def test_an_address_is_confirmed_a_code_asked_for_and_a_password_replaced(
    earth: World, kind: str
) -> None:
    with serving(earth) as post, browser(kind, earth.folder / "ada") as ada:
        earth.sign_up(ada, "ada")
        ada.open(post.link())
        ada.press("form[action='/confirm'] button")
        ada.wait_for("[role=status]")
        ada.open(f"{earth.url}/account")
        confirmed = ada.text()
        totp = set_up_second_factor(ada, earth.url)
        assert "A second factor was set up" == post.taken.get(timeout=20)["Subject"]
        ada.press("form[action='/signout'] button")
        ada.open(f"{earth.url}/reset")
        ada.write("input[name=email]", "ada@mail.test")
        ada.press("form[action='/reset'] button")
        ada.open(post.link())
        ada.write("input[name=password]", NEW_PASSWORD)
        ada.press("form[action='/reset/password'] button")
        ada.wait_for("form[action='/signin']")
        sign_in(ada, earth.url, PASSWORD)
        refused = ada.text("#problem")
        sign_in(ada, earth.url, NEW_PASSWORD)
        ada.write(
            "input[name=code]", totp.at(datetime.now(UTC) + timedelta(seconds=30))
        )
        ada.press("form[action='/signin/code'] button")
        ada.wait_for("a[href='/things/new']")

    assert "ada@mail.test · confirmed" in confirmed
    assert "no user with this name and this password" in refused
