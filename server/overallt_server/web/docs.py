"""The page that describes the API to people: the same document, to be read.

It is made on the server, so that it needs no script.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from overallt_server.web.formats import JSON
from overallt_server.web.openapi import COMPONENTS, Schema, document_of
from overallt_server.web.pages import page

_KINDS: Final = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "nothing",
    "object": "object",
}


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is taken or answered: where it stands, and what it may be."""

    name: str
    where: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """What is done at an address, in the words of the page."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    asker: str
    scopes: list[str]
    taken: list[Field]
    status: str
    answer: str
    refusals: list[tuple[str, str]]


async def show(request: web.Request) -> web.Response:
    """Show what programs can ask for."""
    document = document_of(request)
    shared = document["components"]["schemas"]
    return page(
        request,
        "docs.html",
        about=document["info"]["description"],
        operations=[
            _operation(method, path, operation, shared)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ],
        messages=[
            (name, schema.get("description", ""), list(_fields(schema, "")))
            for name, schema in sorted(shared.items())
        ],
    )


def kind_of(schema: Schema) -> str:
    """Tell in words what *schema* allows."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(COMPONENTS)
    if "anyOf" in schema:
        return " or ".join(kind_of(each) for each in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(str(each) for each in values)
    if schema.get("type") == "array":
        return f"list of {kind_of(schema['items'])}"
    kind = _KINDS.get(schema.get("type", ""), "anything")
    if "maxLength" in schema:
        kind += f", at most {schema['maxLength']} signs"
    return kind


def _operation(method: str, path: str, operation: Schema, shared: Schema) -> Operation:
    (status, succeeded), *refused = operation["responses"].items()
    content: dict[str, Any] = succeeded.get("content", {})
    answered = [
        kind_of(each["schema"]) if "schema" in each else form
        for form, each in content.items()
    ]
    return Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        asker=operation["x-asker"],
        scopes=[
            scope
            for way in operation["security"]
            for scopes in way.values()
            for scope in scopes
        ],
        taken=[*_parameters(operation), *_body(operation, shared)],
        status=f"{status} {succeeded['description']}",
        answer=" or ".join(answered),
        refusals=[(status, each["description"]) for status, each in refused],
    )


def _parameters(operation: Schema) -> Iterator[Field]:
    for each in operation["parameters"]:
        required = each.get("required", False)
        yield Field(each["name"], each["in"], kind_of(each["schema"]), required)


def _body(operation: Schema, shared: Schema) -> Iterator[Field]:
    if "requestBody" in operation:
        taken = shared[kind_of(operation["requestBody"]["content"][JSON]["schema"])]
        # Of a list: what each of it is.
        each = shared[kind_of(taken["items"])] if "items" in taken else taken
        yield from _fields(each, "body")


def _fields(schema: Schema, where: str) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        yield Field(name, where, kind_of(each), name in required)
