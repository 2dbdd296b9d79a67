"""The kinds of fields that inputs have, and what the API's description says of them."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from overallt_server.core.money import MOST_MINOR
from overallt_server.core.urls import MAX_URL_LENGTH

LONGEST_TEXT: Final = 5000
LONGEST_WORDS: Final = 500
PERIOD: Final = "^(?!0000|9999)[0-9]{4}-(0[1-9]|1[0-2])$"


def _storable(text: str) -> str:
    # PostgreSQL stores no NUL, and no database half a character.
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("has characters that are none")
    return text


def _words(value: object) -> object:
    # Flattr's own form is "a,b"; JSON may as well send a list.
    return value.split(",") if isinstance(value, str) else value


def _number_told(value: object) -> object:
    # type(), not isinstance(): True is no number on the wire.
    return str(value) if type(value) is int else value


def lower(value: object) -> object:
    """Return *value* in lower case, if it is a text at all."""
    return value.lower() if isinstance(value, str) else value


def said(**schema: Any) -> Any:
    """Let the description of the API say *schema*, which something else looks after."""
    return Field(json_schema_extra=schema)


_STORABLE: Final = (said(pattern="^[^\\u0000]*$"), AfterValidator(_storable))
Text = Annotated[str, Field(max_length=LONGEST_TEXT), *_STORABLE]
# All that a query may ask for has to fit into one line of a request.
Words = Annotated[str, Field(max_length=LONGEST_WORDS), *_STORABLE]
Url = Annotated[
    str,
    Field(max_length=MAX_URL_LENGTH),
    *_STORABLE,
    said(pattern="^https?://[^\\u0000]*$"),
]
UrlOrNone = Annotated[
    str,
    Field(max_length=MAX_URL_LENGTH),
    *_STORABLE,
    said(pattern="^(https?://[^\\u0000]*)?$"),
]
Tags = Annotated[
    tuple[Text, ...],
    BeforeValidator(_words, json_schema_input_type=tuple[Text, ...] | Text),
]

# A number may be written as one.
TagId = Annotated[
    Text, BeforeValidator(_number_told, json_schema_input_type=Text | int)
]

# As many as a column holds, so that no sum is too large to be looked at.
Minor = Annotated[int, Field(ge=0, le=MOST_MINOR)]
