"""The clicks that a client has kept while it could not send them, as typed structs."""

from datetime import UTC, datetime
from typing import Annotated, Final, Self

from pydantic import (
    ConfigDict,
    Field,
    PlainValidator,
    RootModel,
    ValidationError,
    model_validator,
)

from overallt_server.core.refusals import InvalidRequest
from overallt_server.use_cases.taking_clicks_in import (
    AddressClick,
    Click,
    ThingClick,
)
from overallt_server.web.fields import TagId, Url
from overallt_server.web.inputs import IDEMPOTENCY_KEY, Input, malformed

# Each with an address of usual length, they fit into one body.
MOST_CLICKS: Final = 100

# Of the last year that a date can have.
_LAST_SECOND: Final = 253_402_300_799


class QueuedClick(Input):
    """A click that has waited: on a *thing* (its number or a username) or a *url*.

    *click* is the id by which it counts once, *made* when it was, in Unix seconds.
    """

    thing: TagId | None = None
    url: Url | None = None
    click: Annotated[str, Field(pattern=IDEMPOTENCY_KEY.pattern)] | None = None
    made: Annotated[int, Field(ge=0, le=_LAST_SECOND)] | None = None

    def wanted(self) -> Click:
        """Return what was clicked on."""
        made_at = None if self.made is None else datetime.fromtimestamp(self.made, UTC)
        if self.url is None:
            return ThingClick(self.thing or "", self.click, made_at)
        return AddressClick(self.url, self.click, made_at)

    @model_validator(mode="after")
    def _is_on_one(self) -> Self:
        if (self.thing is None) == (self.url is None):
            raise ValueError("either thing or url has to be there")
        return self


def _click(value: object) -> Click | InvalidRequest:
    try:
        return QueuedClick.model_validate(value).wanted()
    except ValidationError as error:
        return malformed(error)


class QueuedClicks(
    RootModel[
        Annotated[
            tuple[
                Annotated[
                    Click | InvalidRequest,
                    PlainValidator(_click, json_schema_input_type=QueuedClick),
                ],
                ...,
            ],
            Field(max_length=MOST_CLICKS),
        ]
    ]
):
    """Clicks that have waited, in order; what is malformed refuses itself alone."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)
