"""Prints messages as JSON and parses them back; unknown fields are ignored.

A field that is ``None`` is left out, as Flattr left out what an asker may not
see. Parsing checks every type, so that behind this door a message can be
trusted: a wrong one is a ``MalformedMessage`` that names the field.
"""

import contextlib
import dataclasses
import json
import types
import typing
from typing import Any


class MalformedMessage(ValueError):
    """What came is not the message that was expected."""


def encode(message: object) -> str:
    """Print *message* (a message, or a list of them) as JSON."""
    return json.dumps(to_json(message), ensure_ascii=False, separators=(",", ":"))


def decode[T](kind: type[T], text: str | bytes) -> T:
    """Parse JSON *text* into a message of *kind* (``list[…]`` is one, too).

    Raises:
        MalformedMessage: it is no JSON, or a field is missing or of another type.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        raise MalformedMessage(f"no JSON: {error}") from error
    return typing.cast("T", _from_json(kind, value, kind.__name__))


def to_json(message: object) -> Any:
    """Turn *message* into what the standard library prints as JSON."""
    if isinstance(message, list):
        return [to_json(each) for each in message]
    if dataclasses.is_dataclass(message):
        values = (
            (field.name, getattr(message, field.name))
            for field in dataclasses.fields(message)
        )
        return {name: to_json(value) for name, value in values if value is not None}
    return message


def _from_json(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin is list:
        return _list_from_json(kind, value, where)
    if origin is types.UnionType:
        return _union_from_json(kind, value, where)
    if origin is typing.Literal:
        if value not in typing.get_args(kind):
            raise MalformedMessage(f"{where}: {value!r} is not the word expected")
        return value
    if dataclasses.is_dataclass(kind):
        return _message_from_json(kind, value, where)
    # type(), not isinstance(): True is no number on the wire.
    if type(value) is not kind:
        raise MalformedMessage(f"{where}: expected {kind.__name__}")
    return value


def _list_from_json(kind: Any, value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedMessage(f"{where}: expected a list")
    (element,) = typing.get_args(kind)
    return [
        _from_json(element, each, f"{where}[{index}]")
        for index, each in enumerate(value)
    ]


def _union_from_json(kind: Any, value: Any, where: str) -> Any:
    # None is what was left out; of several messages the fuller one stands first.
    known = typing.get_args(kind)
    if value is None and types.NoneType in known:
        return None
    *fuller, last = (each for each in known if each is not types.NoneType)
    for each in fuller:
        with contextlib.suppress(MalformedMessage):
            return _from_json(each, value, where)
    return _from_json(last, value, where)


def _message_from_json(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise MalformedMessage(f"{where}: expected an object")
    hints = typing.get_type_hints(kind)
    arguments = {}
    for field in dataclasses.fields(kind):
        if field.name in value:
            arguments[field.name] = _from_json(
                hints[field.name], value[field.name], f"{where}.{field.name}"
            )
        elif field.default is dataclasses.MISSING:
            raise MalformedMessage(f"{where}.{field.name} is missing")
    return kind(**arguments)
