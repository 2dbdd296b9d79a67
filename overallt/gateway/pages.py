"""The gateway's pages, printed from templates, with the headers they all need.

What a page says is written in English, where it is said, and is looked up in the
catalogue of its reader's language: by ``Pages.message`` what stands in Python, by
``{% trans %}`` what stands in templates.
"""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from importlib import resources
from typing import Final

import jinja2

from overallt.client.sending import OTHER_SIGN_IN, TOO_OLD
from overallt.gateway.amounts import amount, number
from overallt.gateway.languages import sentences
from overallt.gateway.messages import Answer
from overallt.gateway.tickets import TicketRefused, TooEarly
from overallt.protocol.refusals import RefusalCode

# No frame, no foreign script, no opener, no copy: the page can be seen and used
# only as a whole window, by the person in front of it. With "no-referrer" the
# Origin of our own forms would be "null" (Fetch, "append a request Origin").
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

# What a refusal of the server means to the patron: a title, and what to do.
REFUSALS: Final[Mapping[str, tuple[str, str]]] = {
    RefusalCode.FLATTR_ONCE: (
        "Already flattred",
        "A thing can be flattred once a month. Next month you can do it again.",
    ),
    RefusalCode.FLATTR_OWNER: (
        "This is your own thing",
        "Nobody can flattr what is his own. Somebody else will.",
    ),
    RefusalCode.NO_MEANS: (
        "No means",
        (
            "A flattr needs free means and a budget. Add means and set a budget on "
            "your server's pages, then come back to the button."
        ),
    ),
    RefusalCode.NOT_FOUND: (
        "There is no such thing",
        "The server knows nothing by this id any more. Nothing was flattred.",
    ),
    RefusalCode.UNAUTHORIZED: (
        "Not signed in",
        (
            "The proxy has no valid sign-in at your server. Run the command "
            "“overallt login” followed by the server's address, then come back to "
            "the button."
        ),
    ),
    RefusalCode.INSUFFICIENT_SCOPE: (
        "Not allowed",
        "The proxy's sign-in does not cover this. Run “overallt login” again.",
    ),
    RefusalCode.PERIOD_CLOSED: (
        "The month is over",
        "This flattr belongs to a month that was closed; it cannot be undone.",
    ),
    TOO_OLD: (
        "Too old",
        "The server could not be reached for 30 days, so this was given up.",
    ),
    OTHER_SIGN_IN: (
        "Confirmed in another sign-in",
        (
            "The proxy was signed in anew before this could be sent, perhaps as "
            "somebody else. If you still mean it, go back to the button."
        ),
    ),
}


class Pages:
    """Prints pages in one language.

    The patron finds his own pages at *server_url*.
    """

    def __init__(self, server_url: str, language: str) -> None:
        self._server_url = server_url
        self._language = language
        self._catalogue = sentences(language)
        self._templates = templates()
        self._templates.install_gettext_callables(  # type: ignore[attr-defined]
            self._catalogue.gettext, self._catalogue.ngettext, newstyle=True
        )
        self._templates.filters["amount"] = partial(amount, language=language)
        self._templates.filters["number"] = partial(number, language=language)
        self._templates.filters["moment"] = "{:%Y-%m-%d %H:%M} UTC".format

    def show(
        self,
        template: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
        **facts: object,
    ) -> Answer:
        """Print *template* with *facts*; everything in them is escaped."""
        page = self._templates.get_template(template)
        text = page.render(
            server_url=self._server_url, language=self._language, **facts
        )
        return Answer(
            status=status,
            body=text.encode(),
            headers={
                "Content-Type": "text/html; charset=utf-8",
                **SECURITY_HEADERS,
                **(headers or {}),
            },
        )

    def message(
        self,
        title: str,
        *sentences: str,
        status: HTTPStatus,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Print a page that says one thing and what to do about it, translated."""
        translated = self._catalogue.gettext
        return self.show(
            "message.html",
            status=status,
            headers=headers,
            title=translated(title),
            sentences=[translated(sentence) for sentence in sentences],
        )

    def refusal(self, code: str, description: str) -> Answer:
        """Print what the server's refusal means to the patron.

        Of an unknown one the server's own *description* is quoted as it is.
        """
        if code in REFUSALS:
            return self.message(*REFUSALS[code], status=HTTPStatus.FORBIDDEN)
        return self.show(
            "refused.html", status=HTTPStatus.FORBIDDEN, description=description
        )

    def reason(self, code: str) -> tuple[str, str]:
        """Say what a refusal means: a title, and what to do."""
        title, advice = REFUSALS.get(code, ("The server refused", ""))
        translated = self._catalogue.gettext
        return translated(title), advice and translated(advice)

    def not_kept(self) -> Answer:
        """Print that a click is lost, since it could not be written down."""
        return self.message(
            "Your flattr could not be kept",
            "It was not written down, so it was not sent either. Is the disk "
            "full? Make room, go back to the button and try again.",
            status=HTTPStatus.INSUFFICIENT_STORAGE,
        )

    def nothing_changed(self) -> Answer:
        """Print that the server could not be asked for something."""
        return self.message(
            "The server does not answer",
            "Nothing was changed. Try again in a while.",
            status=HTTPStatus.BAD_GATEWAY,
        )

    def ticket_refused(self, refused: TicketRefused) -> Answer:
        """Print why a confirmation did not count."""
        if isinstance(refused, TooEarly):
            return self.message(
                "That was very quick",
                "So that nobody can trick you into a click, a confirmation counts "
                "only after the page was to be seen for a moment. Go back to the "
                "button and try again.",
                status=HTTPStatus.FORBIDDEN,
            )
        return self.message(
            "This page is used up",
            "A confirmation counts once and within five minutes. Go back to the "
            "button and press it again.",
            status=HTTPStatus.FORBIDDEN,
        )

    def part(self, name: str, content_type: str) -> Answer:
        """Return the gateway's own script or style."""
        file = resources.files("overallt.gateway") / "static" / name
        return Answer(
            status=HTTPStatus.OK,
            body=file.read_bytes(),
            headers={"Content-Type": content_type, **SECURITY_HEADERS},
        )


def templates() -> jinja2.Environment:
    """Return the pages' templates, without a language yet."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("overallt.gateway"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A sentence may be broken into lines wherever the template's lines end.
    environment.policies["ext.i18n.trimmed"] = True
    return environment
