"""The document that describes the API to programs: OpenAPI 3.1, made of the endpoints.

Source: https://spec.openapis.org/oas/v3.1.1.html. Nothing is said here that is not said
beside an address or its handler, or holds for all of them alike.
"""

import inspect
import re
from collections.abc import Iterator, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any, Final, override

from aiohttp import web
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from overallt.protocol import messages
from overallt.protocol.refusals import RefusalCode
from overallt_server.core import refusals
from overallt_server.core.grants import GrantError, Scope
from overallt_server.web import inputs
from overallt_server.web.addresses import API, is_for_programs
from overallt_server.web.answers import ANSWERS, GRANT_STATUSES
from overallt_server.web.click_inputs import QueuedClicks
from overallt_server.web.endpoints import ENDPOINTS, Asker, Door, Endpoint, answers
from overallt_server.web.formats import JSON, TEXT
from overallt_server.web.keys import settings
from overallt_server.web.sessions import cookie_name

type Schema = dict[str, Any]

FORM: Final = "application/x-www-form-urlencoded"
TOKEN: Final = "token"  # noqa: S105 - the name of a way to be let in.
SESSION: Final = "session"
APP: Final = "app"

COMPONENTS: Final = "#/components/schemas/"
_ABOUT: Final = (
    "Every address below /rest/v2 may end in .json, and be called as JSONP (?jsonp=) if"
    " it is read. What is refused is told by a status, a code and a sentence."
)
# Suffixes and slashes that may be there or not are no part of an address.
_OPTIONAL: Final = frozenset({"json", "form", "slash"})
_FIELD: Final = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_SOURCE: Final = re.compile(r"\n+Source: .*", re.DOTALL)
# An address ends where a suffix may begin: so no id does.
_SEGMENT: Final = "[^/]+"

_SCOPES: Final = {
    Scope.FLATTR: "flattr and subscribe; read what you give",
    Scope.THING: "register and change your things",
    Scope.EMAIL: "read your e-mail address",
    Scope.EXTENDEDREAD: "read all of your profile, and your revenue",
}
_DOORS: Final[dict[Asker, tuple[type[refusals.Refusal], ...]]] = {
    Asker.ANYBODY: (),
    Asker.KNOWN_OR_NOT: (refusals.NotSignedIn,),
    Asker.PROGRAM: (refusals.NotSignedIn,),
    Asker.READER: (refusals.NotSignedIn, refusals.ScopeMissing),
    Asker.PERSON: (refusals.NotSignedIn, refusals.ScopeMissing),
    Asker.PERSON_JUST_NOW: (
        refusals.NotSignedIn,
        refusals.ScopeMissing,
        refusals.Forbidden,
    ),
    Asker.APP: (),
    Asker.PROVIDER: (),
    Asker.WATCHER: (),
}


class _Schemas(GenerateJsonSchema):
    """Schemas as our messages are printed: what is ``None`` is left out."""

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@answers(forms=(JSON,))
async def show(request: web.Request) -> web.Response:
    """Answer this document."""
    return web.json_response(document_of(request))


def document_of(request: web.Request) -> Schema:
    """Return the document that describes the server that got *request*."""
    return document(request.app[ENDPOINTS], settings(request).public_url)


@cache
def document(endpoints: tuple[Endpoint, ...], public_url: str) -> Schema:
    """Describe *endpoints*, all of them for programs, at *public_url*."""
    schemas = _Described(endpoints)
    paths: dict[str, Schema] = {}
    for each in endpoints:
        operations = paths.setdefault(path_of(each), {})
        operations[each.method.lower()] = _operation(each, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Överallt", "version": "2", "description": _ABOUT},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": schemas.shared,
            "securitySchemes": _ways_in(public_url),
        },
    }


def path_of(endpoint: Endpoint) -> str:
    """Return the address of *endpoint* as a template: ``/rest/v2/things/{id}``."""
    return _FIELD.sub(
        lambda field: "" if field[1] in _OPTIONAL else f"{{{field[1]}}}", endpoint.path
    )


class _Described:
    """The schemas of all that *endpoints* take and answer."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        described = [each.described for each in endpoints]
        kinds: dict[tuple[Any, JsonSchemaMode], TypeAdapter[Any]] = {}
        for each in described:
            for kind in (each.query, each.body):
                kinds[kind, "validation"] = TypeAdapter(kind)
            for kind in (each.answer, *(kind for _status, kind in each.others)):
                kinds[kind, "serialization"] = TypeAdapter(kind)
        kinds[messages.Error, "serialization"] = TypeAdapter(messages.Error)
        self._of, shared = TypeAdapter.json_schemas(
            [(kind, mode, adapter) for (kind, mode), adapter in kinds.items()],
            ref_template=COMPONENTS + "{model}",
            schema_generator=_Schemas,
        )
        self._all: Final[dict[str, Schema]] = shared["$defs"]
        queries = {each.query for each in described} - {each.body for each in described}
        names = {kind.__name__ for kind in queries if kind is not None}
        self.shared: Final = {
            name: schema for name, schema in self._all.items() if name not in names
        }

    def taken(self, kind: type[inputs.Input | QueuedClicks]) -> Schema:
        """Return the schema of an input, in full."""
        return self._all[self._of[kind, "validation"]["$ref"].removeprefix(COMPONENTS)]

    def body(self, kind: type[inputs.Input | QueuedClicks]) -> Schema:
        """Return a reference to the schema of an input."""
        return self._of[kind, "validation"]

    def answer(self, kind: Any) -> Schema:
        """Return the schema of a message, or of a list of them."""
        return self._of[kind, "serialization"]


def _operation(endpoint: Endpoint, schemas: _Described) -> Schema:
    described = endpoint.described
    told = _SOURCE.sub("", inspect.getdoc(described.handle) or "")
    summary, _, description = told.partition("\n")
    operation: Schema = {
        "operationId": described.name,
        "summary": summary,
        "tags": [described.name.partition(".")[0]],
        "parameters": [*_parameters(endpoint, schemas)],
        "responses": _responses(endpoint, schemas),
        "security": _security(endpoint.door),
        "x-asker": str(endpoint.door.asker),
    }
    if description.strip():
        operation["description"] = description.strip()
    if described.body is not None:
        taken = schemas.taken(described.body)
        content = {JSON: {"schema": schemas.body(described.body)}}
        is_list = taken["type"] == "array"
        # No form of a page may do what takes the person, or holds a list.
        if endpoint.door.asker is not Asker.PERSON_JUST_NOW and not is_list:
            content[FORM] = {"schema": _of_form(taken)}
        required = is_list or "required" in taken
        operation["requestBody"] = {"required": required, "content": content}
    return operation


def _of_form(schema: Schema) -> Schema:
    """Return *schema* as a form can say it: each field once, with one value or none."""
    fields = {}
    for name, each in schema["properties"].items():
        plain = [
            one
            for one in each.get("anyOf", [each])
            if one.get("type") not in {"array", "null"}
        ]
        fields[name] = {"anyOf": plain}
    return {**schema, "properties": fields}


def _parameters(endpoint: Endpoint, schemas: _Described) -> Iterator[Schema]:
    for name, pattern in _FIELD.findall(endpoint.path):
        if name not in _OPTIONAL:
            schema = {"type": "string", "pattern": f"^{pattern or _SEGMENT}$"}
            yield {"name": name, "in": "path", "required": True, "schema": schema}
    query = endpoint.described.query
    if query is not None:
        taken = schemas.taken(query)
        for name, schema in taken["properties"].items():
            required = name in taken.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": schema}
    if endpoint.described.repeatable:
        schema = {"type": "string", "pattern": inputs.IDEMPOTENCY_KEY.pattern}
        yield {"name": "Idempotency-Key", "in": "header", "schema": schema}


def _responses(endpoint: Endpoint, schemas: _Described) -> Schema:
    described = endpoint.described
    content: Schema = {form: {} for form in described.forms}
    if described.answer is not None:
        content[JSON] = {"schema": schemas.answer(described.answer)}
    succeeded: Schema = {"description": described.status.phrase}
    if content:
        succeeded["content"] = content
    responses = {str(described.status.value): succeeded}
    for status, kind in described.others:
        responses[str(status.value)] = {
            "description": status.phrase,
            "content": {JSON: {"schema": schemas.answer(kind)}},
        }
    told: dict[HTTPStatus, list[str]] = {}
    for status, code in _refused(endpoint):
        codes = told.setdefault(status, [])
        if code not in codes:
            codes.append(code)
    for status in sorted(told):
        error = {
            "allOf": [schemas.answer(messages.Error)],
            "properties": {"error": {"enum": told[status]}},
        }
        forms: Schema = {JSON: {"schema": error}}
        if status == HTTPStatus.BAD_REQUEST:
            forms[TEXT] = {}  # What is no HTTP, or too long a line of it, gets no code.
        described_as = ", ".join(told[status])
        responses[str(status.value)] = {"description": described_as, "content": forms}
    return responses


def _refused(endpoint: Endpoint) -> Iterator[tuple[HTTPStatus, str]]:
    """Tell the status and code of each refusal of *endpoint*, those of all included."""
    if not is_for_programs(endpoint.path):
        return
    door = endpoint.door
    scope = () if door.scope is None else (refusals.ScopeMissing,)
    is_counted = endpoint.path.startswith(f"{API}/")
    for refusal in (
        refusals.InvalidRequest,
        *((refusals.RateLimited,) if is_counted else ()),
        refusals.ServerBusy,
        *_DOORS[door.asker],
        *scope,
        *endpoint.described.refusals,
    ):
        yield ANSWERS[refusal].status, ANSWERS[refusal].code
    if is_counted:
        yield HTTPStatus.NOT_ACCEPTABLE, RefusalCode.NOT_ACCEPTABLE
    if door.asker is Asker.APP:
        for error in GrantError:
            yield GRANT_STATUSES[error], error


def _security(door: Door) -> list[Schema]:
    token = {TOKEN: [] if door.scope is None else [door.scope.value]}
    ways: dict[Asker, list[Schema]] = {
        Asker.KNOWN_OR_NOT: [{}, token],
        Asker.PROGRAM: [token],
        Asker.READER: [token, {SESSION: []}],
        Asker.PERSON: [{SESSION: []}],
        Asker.PERSON_JUST_NOW: [{SESSION: []}],
        # A public app has no secret: it names itself in the body.
        Asker.APP: [{APP: []}, {}],
    }
    return ways.get(door.asker, [])


def _ways_in(public_url: str) -> Schema:
    return {
        TOKEN: {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{public_url}/oauth/authorize",
                    "tokenUrl": f"{public_url}/oauth/token",
                    "scopes": {scope.value: _SCOPES[scope] for scope in Scope},
                }
            },
        },
        SESSION: {"type": "apiKey", "in": "cookie", "name": cookie_name(public_url)},
        APP: {"type": "http", "scheme": "basic"},
    }
