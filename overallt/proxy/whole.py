"""Tells answers that came whole, in one piece with their head, from those to stream.

Streaming costs hops between mitmproxy's layers, and a head that leaves before the text
is known. It gains nothing where all of an answer is already here. So nothing is ever
waited for: what is not here yet when its head is, streams.
"""

from mitmproxy.http import Response


def mark_whole(response: Response) -> None:
    """Note that the body of *response* ended where its head did."""
    # mitmproxy sets it when it has read all, which here is now.
    response.timestamp_end = response.timestamp_start


def is_whole(response: Response) -> bool:
    """Tell, when only the head of *response* was told of, whether all of it is here."""
    return response.timestamp_end is not None
