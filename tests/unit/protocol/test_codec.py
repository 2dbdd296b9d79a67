"""Every message printed and parsed again is the same message."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overallt.protocol import host_messages, messages
from overallt.protocol.codec import MalformedMessage, decode, encode

MESSAGES = [
    kind
    for module in (messages, host_messages)
    for kind in vars(module).values()
    if dataclasses.is_dataclass(kind) and isinstance(kind, type)
]
ERROR = messages.Error("flattr_once", "You did.", "https://x.test/errors")


@settings(deadline=None)  # In a fresh clone, the first text takes a second.
@given(st.data())
def test_every_message_comes_back_as_it_went(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(MESSAGES))
    message = data.draw(st.from_type(kind))

    assert message == decode(kind, encode(message))


def test_a_list_of_messages_is_a_message_too() -> None:
    assert [ERROR, ERROR] == decode(list[messages.Error], encode([ERROR, ERROR]))


def test_what_is_none_is_left_out_as_flattr_did() -> None:
    user = messages.User("r", "l", "ada", "u", "", "", "", "", "", "")

    assert "email" not in json.loads(encode(user))


def test_unknown_fields_are_ignored() -> None:
    """An old client never notices what is new."""
    printed = {**json.loads(encode(ERROR)), "new": 1}

    assert ERROR == decode(messages.Error, json.dumps(printed))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"),
        ("[]", "Error: expected an object"),
        ('{"error":"x"}', "Error.error_description is missing"),
        (
            '{"error":1,"error_description":"","error_uri":""}',
            "Error.error: expected str",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    with pytest.raises(MalformedMessage, match=said):
        decode(messages.Error, text)


def test_true_is_no_number() -> None:
    wrong = (
        '{"device_code":"d","user_code":"u","verification_uri":"v","expires_in":true,'
        '"interval":5}'
    )

    with pytest.raises(MalformedMessage, match="expires_in: expected int"):
        decode(messages.DeviceAuthorization, wrong)


def test_a_list_is_checked_through() -> None:
    with pytest.raises(MalformedMessage, match=r"\[0\]: expected an object"):
        decode(list[messages.Error], "[1]")
    with pytest.raises(MalformedMessage, match="expected a list"):
        decode(list[messages.Error], "{}")


def test_a_word_that_must_be_there_is_checked() -> None:
    with pytest.raises(MalformedMessage, match="token_type: 'mac'"):
        decode(
            messages.AccessToken,
            '{"access_token":"t","token_type":"mac","scope":"flattr"}',
        )
