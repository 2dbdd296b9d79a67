"""Everything the server refuses to do; a docstring is the message people read.

A refusal is an expected outcome and a fact with a name. Which code and status it
has on the wire stands in one table, ``web/answers.py``. Where several apply, the
order of this file is the order of precedence: the first one is raised.
"""


class Refusal(Exception):
    """The server refuses this."""

    def __init__(self, detail: str = "") -> None:
        """Refuse with *detail*, else with the class's own sentence."""
        super().__init__(detail or (type(self).__doc__ or "").strip())


class InvalidRequest(Refusal):
    """The request is malformed: something is missing or of the wrong form."""


class InvalidHost(Refusal):
    """This is no host that one owner could have to himself."""


class RateLimited(Refusal):
    """That was tried too often: wait a while and try again."""


class ServerBusy(Refusal):
    """Too many ask at the same time just now: try again in a moment."""


class DatabaseAway(Refusal):
    """The server does not reach its database just now: try again in a moment."""


class NotSignedIn(Refusal):
    """Sign in first: this needs an account."""


class ScopeMissing(Refusal):
    """The access token was not given the scope that this needs."""


class IndexTooLarge(Refusal):
    """There are too many things for one list: ask for ranges (things/range)."""


class NotFound(Refusal):
    """There is nothing here by that name."""


class Forbidden(Refusal):
    """This belongs to somebody else."""


class Frozen(Refusal):
    """A card payment of yours was charged back: please write to the operator."""


class Unconfirmed(Refusal):
    """Confirm your e-mail address first: your account page sends you a link."""


class NotProved(Refusal):
    """Nothing there says that this is yours."""


class IdempotencyMismatch(Refusal):
    """This idempotency key was used before, for another request."""


class InvalidThing(Refusal):
    """The thing cannot be registered like this."""


class OwnThing(Refusal):
    """You cannot flattr your own thing."""


class OwnThingSubscribed(Refusal):
    """You cannot subscribe to your own thing."""


class AlreadySubscribed(Refusal):
    """You have already subscribed to this thing."""


class PeriodClosed(Refusal):
    """This month is closed: what was given in it can no longer be changed."""


class LateClick(Refusal):
    """This was clicked in another month: click again if it is to count in this one."""


class GiftEnded(Refusal):
    """This gift is undone already, or has reached its owner."""


class AlreadyFlattred(Refusal):
    """You have already flattred this thing this month."""


class NoMeans(Refusal):
    """You need a budget that is not paused, and means to give from."""


class NoPayoutAccount(Refusal):
    """Say first which bank account is yours: it is where payouts go."""


class NewPayoutAccount(Refusal):
    """Your bank account was named a short while ago: payouts wait for some days."""


class PayoutTooSmall(Refusal):
    """That is less than what is paid out at once."""


class NoRevenue(Refusal):
    """That is more than your revenue."""
