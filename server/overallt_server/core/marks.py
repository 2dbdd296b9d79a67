"""Marks: what an operator knows of a patron, beside his money."""

from enum import StrEnum


class Mark(StrEnum):
    """What is known of a patron.

    Who is *verified* has shown who he is, and may hold more. Who is *frozen* has had
    a card payment charged back: he gives, pays in and takes out nothing until he is
    released.
    """

    VERIFIED = "verified"
    FROZEN = "frozen"
