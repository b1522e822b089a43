"""The table of routes as an OpenAPI 3.1 document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from onering.contract import examples, headers
from onering.contract.operation import JSON, Caller, Operation
from onering.contract.problems import Problem
from onering.contract.requests import (
    OF_THE_EDGE,
    form,
    header_parameters,
    names_in,
    path_parameters,
    query_parameters,
    template,
)
from onering.contract.schemas import Mode, Schema, schemas_of, used

PROBLEM_JSON = "application/problem+json"


class Described(NamedTuple):
    """A route by its method and path, with its name, a sentence, and its contract."""

    method: str
    path: str
    name: str
    summary: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Info:
    """What the document says of the service. `developing` is where `X-User-Id` names the caller."""

    version: str
    developing: bool


@dataclass(frozen=True, slots=True)
class AnyCommand:
    """The body of `POST /v1/commands`: one of these commands, or an array of at most `most`."""

    commands: Mapping[str, Any]
    most: int


def openapi(routes: Sequence[Described], info: Info) -> dict[str, Any]:
    """Return the document; each route of the table is an operation of it."""
    return _Document(routes, info).whole()


class _Document:
    def __init__(self, routes: Sequence[Described], info: Info) -> None:
        self._routes = routes
        self._info = info
        self._schemas = schemas_of(tuple(dict.fromkeys(_types(routes))))
        self._responses: dict[str, Any] = {}
        self._commands: dict[str, Schema] = {}

    def whole(self) -> dict[str, Any]:
        paths: dict[str, dict[str, Any]] = {}
        for route in self._routes:
            paths.setdefault(template(route.path), {})[route.method.lower()] = self._operation(route)
        document = {
            "openapi": "3.1.1",
            "info": {
                "title": "OneRing",
                "summary": "Writing together, one turn at a time.",
                "version": self._info.version,
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": "/"}],
            "tags": [{"name": name} for name in dict.fromkeys(_tag(route.path) for route in self._routes)],
            "paths": paths,
        }
        components = self._schemas.components | self._commands
        return document | {
            "components": {
                "schemas": used(components, [document, self._responses]),
                "responses": dict(sorted(self._responses.items())),
                "headers": dict(headers.ANSWER),
                "securitySchemes": _schemes(self._info.developing),
            }
        }

    def _operation(self, route: Described) -> Schema:
        operation = route.operation
        said: Schema = {
            "operationId": route.name,
            "summary": route.summary,
            "tags": [_tag(route.path)],
            "parameters": [*path_parameters(route.path), *self._query(operation), *header_parameters(operation)],
            "responses": self._answers(operation),
            "security": _security(operation.caller, self._info.developing),
        }
        if operation.has_body:
            said["requestBody"] = self._body(route)
        if operation.alias:
            said["deprecated"] = True
        return said

    def _query(self, operation: Operation) -> Iterable[Schema]:
        for model, names in ((operation.parameters, None), (operation.command, operation.query)):
            if model is not None:
                yield from query_parameters(self._schemas.object(model, "validation"), names)

    def _body(self, route: Described) -> Schema:
        operation = route.operation
        if operation.command is None:
            return {"required": True, "content": {JSON: self._other_body(operation.body)}}
        kind = operation.command.model_fields["type"].default
        taken = set(names_in(route.path))
        schema = form(self._schemas.object(operation.command, "validation"), OF_THE_EDGE | taken, operation.query)
        example = {name: value for name, value in examples.COMMANDS[kind].items() if name not in taken}
        content = {"schema": schema, "example": example}
        needed = "required" in schema or "oneOf" in schema
        return {"required": needed, "content": {JSON: content}}

    def _other_body(self, body: Any) -> Schema:
        if isinstance(body, AnyCommand):
            return self._any_command(body)
        return {"schema": self._schemas.of(body, "validation")}

    def _any_command(self, body: AnyCommand) -> Schema:
        mapping = {}
        for kind, model in body.commands.items():
            schema = form(self._schemas.object(model, "validation"), {"command_id"}, ())
            schema["required"] = ["type", *schema.get("required", ())]
            self._commands[model.__name__] = schema
            mapping[kind] = f"#/components/schemas/{model.__name__}"
        one = {
            "oneOf": [{"$ref": reference} for reference in mapping.values()],
            "discriminator": {"propertyName": "type", "mapping": mapping},
        }
        self._commands["Command"] = one
        reference = {"$ref": "#/components/schemas/Command"}
        several = {"type": "array", "items": reference, "maxItems": body.most}
        example = {"type": "add-segment", "draft_id": examples.DRAFT_ID} | examples.COMMANDS["add-segment"]
        return {"schema": {"anyOf": [reference, several]}, "example": example | {"idempotency_key": "rain"}}

    def _answers(self, operation: Operation) -> Schema:
        names = (*headers.ALWAYS, *operation.headers)
        content = {
            media: {} if kind is None else {"schema": self._schemas.of(kind, "serialization")}
            for media, kind in operation.answers.items()
        }
        found: Schema = {"200": {"description": "Done.", "headers": _described(names), "content": content}}
        for status, codes in operation.refusals().items():
            kind = operation.unwell if status == HTTPStatus.SERVICE_UNAVAILABLE else None
            found[str(status)] = self._refusal(status, codes, kind)
        return found

    def _refusal(self, status: int, codes: Sequence[str], kind: Any) -> Schema:
        name = "_".join((str(status), *codes, *((kind.__name__,) if kind else ())))
        self._responses[name] = {
            "description": f"{HTTPStatus(status).phrase}: {' or '.join(f'`{code}`' for code in codes)}.",
            "headers": _described((*headers.ALWAYS, *_OF_STATUS.get(status, ()))),
            "content": {PROBLEM_JSON: {"schema": self._problem(status, codes, kind or Problem)}},
        }
        return {"$ref": f"#/components/responses/{name}"}

    def _problem(self, status: int, codes: Sequence[str], kind: Any) -> Schema:
        code = {"properties": {"code": {"enum": list(codes)}}}
        told = {"properties": {"status": {"const": status}, "error": code}}
        return {"allOf": [self._schemas.of(kind, "serialization"), told]}


_OF_STATUS = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}


def _types(routes: Sequence[Described]) -> Iterable[tuple[Any, Mode]]:
    """Return every type that the document shows."""
    yield Problem, "serialization"
    for _, _, _, _, operation in routes:
        answers = (*operation.answers.values(), operation.unwell)
        yield from ((kind, "serialization") for kind in answers if kind is not None)
        taken = [operation.parameters, operation.command]
        taken += operation.body.commands.values() if isinstance(operation.body, AnyCommand) else [operation.body]
        yield from ((kind, "validation") for kind in taken if kind is not None)


def _described(names: Iterable[str]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _schemes(developing: bool) -> Schema:
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of your issuer."}
    named = {
        "type": "apiKey",
        "in": "header",
        "name": "X-User-Id",
        "description": "Here you are whoever you say you are.",
    }
    return {"bearer": bearer} | ({"user": named} if developing else {})


def _security(caller: Caller, developing: bool) -> list[dict[str, list[str]]]:
    signed_in: list[dict[str, list[str]]] = [{name: []} for name in _schemes(developing)]
    match caller:
        case Caller.ANYONE:
            return []
        case Caller.READER:
            return [*signed_in, {}]
        case Caller.SIGNED_IN:
            return signed_in


def _tag(path: str) -> str:
    """Return the part of the contract that a route belongs to."""
    return next(tag for beginning, tag in _TAGS if path.startswith(beginning))


_TAGS = (
    ("/v1/commands", "Commands"),
    ("/v1/collab/invites", "Invites"),
    ("/v1/collab", "Drafts"),
    ("/v1/timeline", "History"),
    ("/v1/analytics", "Analytics"),
    ("/v1/insights", "Analytics"),
    ("/v1/export", "Export"),
    ("/v1/me", "People"),
    ("/v1/audit", "Audit"),
    ("/v1/log", "Proofs"),
    ("/api/", "Existing clients"),
    ("/", "Service"),
)
