"""What comes in from the pages of other sites, as typed structs."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from overallt_server.web.fields import Text, Url
from overallt_server.web.inputs import Input


def _shape(value: object) -> object:
    return "compact" if value == "compact" else "large"


class ButtonWords(Input):
    """What a frame says of the thing whose button it shows, as plugins write it.

    All but *button* is what the address of an auto-submit page says, too.
    """

    url: Url
    user_id: Text = Field("", validation_alias=AliasChoices("uid", "user_id", "owner"))
    title: Text = ""
    description: Text = ""
    language: Text = ""
    category: Text = ""
    tags: Text = ""
    hidden: Text = ""
    button: Annotated[Literal["compact", "large"], BeforeValidator(_shape)] = "large"
