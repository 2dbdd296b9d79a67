"""Letters: what a mail says, in the reader's language, as text and as HTML.

A letter is written once, as sentences; two templates print it. The sentences stand in
English in the table below, and in one catalogue for each other language, which is read
as people translate it, ``locales/sv.po``. A test lets none be lacking.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from gettext import GNUTranslations, NullTranslations
from hashlib import sha256
from importlib import resources
from io import BytesIO
from typing import Final

import jinja2
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from overallt_server.core.mails import Mail, MailKind

ENGLISH: Final = "en"
PACKAGE: Final = "overallt_server.outbound"
# Long enough that no two keys share it, short enough for a head line.
_ID_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Letter:
    """Its subject and sentences; *press* stands on the link, *after* below it."""

    subject: str
    sentences: tuple[str, ...]
    press: str = ""
    after: tuple[str, ...] = ()


LETTERS: Final[Mapping[MailKind, Letter]] = {
    MailKind.CONFIRM: Letter(
        "Is this your address?",
        ("The user %(username)s has named this e-mail address as his own.",),
        "Confirm the address",
        (
            "The link can be used for three days.",
            "If that was not you, do nothing: the address stays unconfirmed.",
        ),
    ),
    MailKind.RESET: Letter(
        "A new password",
        ("Somebody has asked for a new password for %(username)s.",),
        "Choose a new password",
        (
            "The link can be used once, for two hours.",
            "If that was not you, do nothing: the password stays as it is.",
        ),
    ),
    MailKind.PASSWORD_CHANGED: Letter(
        "Your password was changed",
        (
            (
                "The password of %(username)s was changed just now. "
                "Every other browser has to sign in again."
            ),
            "If that was not you, ask for a new one at once: %(server)s/reset",
        ),
    ),
    MailKind.SECOND_FACTOR_ADDED: Letter(
        "A second factor was set up",
        (
            "From now on %(username)s signs in by a password and a code.",
            "If that was not you, ask for a new password at once: %(server)s/reset",
        ),
    ),
    MailKind.SECOND_FACTOR_REMOVED: Letter(
        "Your second factor was removed",
        (
            "From now on %(username)s signs in by a password alone.",
            "If that was not you, ask for a new password at once: %(server)s/reset",
        ),
    ),
    MailKind.PASSKEY_ADDED: Letter(
        "A passkey was added",
        (
            "From now on %(username)s can sign in by another passkey.",
            "If that was not you, ask for a new password at once: %(server)s/reset",
        ),
    ),
    MailKind.INVITATION: Letter(
        "Your invitation to Överallt",
        ("You have waited for an invitation. Here it is.",),
        "Sign up",
        ("The link can be used once.",),
    ),
}
GREETING: Final = "Hello!"
# Where a mail comes from, below each.
FROM: Final = "This mail comes from %(server)s. Nobody reads answers to it."


@cache
def catalogue(language: str) -> NullTranslations:
    """Read the sentences of *language*; English needs none."""
    if language == ENGLISH:
        return NullTranslations()
    file = resources.files(PACKAGE) / "locales" / f"{language}.po"
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


class Letters:
    """Writes the mails of one server."""

    def __init__(self, *, public_url: str, sender: str) -> None:
        """Let mails come from the address *sender* and lead to *public_url*."""
        self._public_url = public_url
        self._sender = sender
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader(PACKAGE, "templates"),
            autoescape=jinja2.select_autoescape(),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def write(self, mail: Mail, *, path: str | None, now: datetime) -> EmailMessage:
        """Write *mail*, with a link to the local *path* if it has one.

        The same mail always has the same ``Message-ID``, however often it is written:
        programs that read mail then show it once.
        """
        letter = LETTERS[mail.kind]
        translate = catalogue(mail.language).gettext
        names = {**mail.names, "server": self._public_url}

        def said(sentence: str) -> str:
            return translate(sentence) % names

        message = EmailMessage(policy=SMTP)
        message["Subject"] = said(letter.subject)
        message["From"] = f"Överallt <{self._sender}>"
        message["To"] = mail.address
        message["Date"] = now
        domain = self._sender.rpartition("@")[2]
        digest = sha256(mail.key.encode()).hexdigest()[:_ID_LENGTH]
        message["Message-ID"] = f"<{digest}@{domain}>"
        # RFC 3834: nobody's absence is to be told to a program.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self._print("letter.txt", mail, letter, said, path))
        html = self._print("letter.html", mail, letter, said, path)
        message.add_alternative(html, subtype="html")
        message["Content-Language"] = mail.language
        return message

    def _print(
        self,
        template: str,
        mail: Mail,
        letter: Letter,
        said: Callable[[str], str],
        path: str | None,
    ) -> str:
        return self._templates.get_template(template).render(
            language=mail.language,
            subject=said(letter.subject),
            sentences=[said(each) for each in (GREETING, *letter.sentences)],
            press=said(letter.press) if path is not None else "",
            link=None if path is None else f"{self._public_url}{path}",
            after=[said(each) for each in letter.after],
            sent_from=said(FROM),
        )
