"""Holds what the service says against its own contract: a status, a field or a frame that is not in it is an error."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, get_type_hints

import httpx
from jsonschema_rs import Draft202012Validator

from onering.contract.asyncapi import asyncapi
from onering.contract.frames import SERVER
from onering.contract.history import EventHead
from onering.contract.openapi import Info, openapi
from onering.contract.requests import template
from onering.contract.schemas import Schemas
from onering.domain.events import EVENT_TYPES
from onering.http.routes import FEED, Line, described, table

# Answers to what is no operation of the contract: another path or method, or what was refused before it was looked at.
ANYWHERE = {400, 401, 403, 404, 405, 408, 413, 429, 431, 500, 503}
PROBLEM_JSON = "application/problem+json"
_TOLD = ("etag", "onering-position", "preference-applied", "ratelimit", "x-ratelimit-limit")


def unmade_table() -> list[Line]:
    """Return the table of routes with endpoints that answer nothing: nothing behind them was made."""
    parts = {name: kind.__new__(kind) for name, kind in get_type_hints(table).items() if name != "return"}
    return list(table(**parts))


LINES = unmade_table()
DOCUMENT = openapi(described(LINES), Info("0", developing=True))
FEED_DOCUMENT = asyncapi(FEED, "0", ())


async def check_answer(response: httpx.Response) -> None:
    """Assert that an answer is as the contract has it; a hook of httpx.AsyncClient. A stream is left alone."""
    if _is_json(response):
        await response.aread()
    _check(response)


def check_read_answer(response: httpx.Response) -> None:
    """Assert the same of an answer of httpx.Client."""
    if _is_json(response):
        response.read()
    _check(response)


def check_frame(frame: Mapping[str, Any]) -> None:
    """Assert that what the feed said is one of its frames. Events of a newer release are those of their head."""
    told = dict(frame)
    if frame.get("type") == "events":
        told["events"] = [event for event in frame["events"] if event["type"] in EVENT_TYPES]
        newer = [event for event in frame["events"] if event["type"] not in EVENT_TYPES]
        for event in newer:
            _validate(_head(), event, "an event")
        if newer and not told["events"]:
            return
    _validate(_frame(str(frame.get("type"))), told, f"a {frame.get('type')} frame")


def _check(response: httpx.Response) -> None:
    method, path, status = response.request.method, response.request.url.path, response.status_code
    where = f"{method} {path}: {status}"
    if method == "OPTIONS" and status == 204:
        return
    assert response.headers.get("x-request-id"), where
    found = _operation("GET" if method == "HEAD" else method, path)
    if found is None:
        assert status in ANYWHERE, where
        if method != "HEAD":
            _validate(_problem(), response.json(), where)
        return
    answers = DOCUMENT["paths"][found[0]][found[1]]["responses"]
    assert str(status) in answers, f"{where} is not in the contract: {response.text}"
    _check_told(_resolved(answers[str(status)]), response, where)
    if method != "HEAD":
        _check_content((*found, str(status)), response, where)


def _check_told(answer: Mapping[str, Any], response: httpx.Response, where: str) -> None:
    names = {name.lower(): header for name, header in answer.get("headers", {}).items()}
    unknown = [name for name in _TOLD if name in response.headers and name not in names]
    assert not unknown, f"{where} has {unknown}, which is not in the contract"
    for name, reference in names.items():
        header = DOCUMENT["components"]["headers"][reference["$ref"].rpartition("/")[2]]
        value = response.headers.get(name)
        assert value is not None or not header.get("required"), f"{where} is without {name}"
        pattern = header["schema"].get("pattern")
        assert value is None or pattern is None or re.search(pattern, value), f"{where}: {name}: {value}"


def _check_content(place: tuple[str, str, str], response: httpx.Response, where: str) -> None:
    path, method, status = place
    content = _resolved(DOCUMENT["paths"][path][method]["responses"][status])["content"]
    media = _media(response)
    documented = {kind.partition(";")[0]: kind for kind in content}
    assert media in documented or "*/*" in documented, f"{where} is {media}, which is not in the contract"
    if media in documented and "schema" in content[documented[media]]:
        _validate(_content(*place, documented[media]), _known(response.json()), where)


def _known(value: Any) -> Any:
    """Return an answer without the events of a newer release, which the contract says to ignore."""
    events = value.get("data") if isinstance(value, dict) else None
    if isinstance(events, list) and any(_is_newer(event) for event in events):
        return {**value, "data": [event for event in events if not _is_newer(event)]}
    return value


def _is_newer(event: Any) -> bool:
    return isinstance(event, dict) and "event_id" in event and event.get("type") not in EVENT_TYPES


def _operation(method: str, path: str) -> tuple[str, str] | None:
    for line, pattern in _PATTERNS:
        if line.method == method and pattern.fullmatch(path):
            return template(line.path), method.lower()
    return None


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+(:path)?\}", lambda found: ".*" if found[1] else "[^/]+", path), re.DOTALL)


# As the router does: a path without parameters comes first.
_PATTERNS = [(line, _pattern(line.path)) for line in sorted(LINES, key=lambda line: "{" in line.path)]


def _is_json(response: httpx.Response) -> bool:
    return _media(response) in ("application/json", PROBLEM_JSON)


def _media(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0]


def _resolved(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = answer.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = DOCUMENT["components"]["responses"][reference] if reference else answer
    return found


@cache
def _content(path: str, method: str, status: str, media: str) -> Draft202012Validator:
    content = _resolved(DOCUMENT["paths"][path][method]["responses"][status])["content"]
    return validator(content[media]["schema"], DOCUMENT)


@cache
def _problem() -> Draft202012Validator:
    return validator({"$ref": "#/components/schemas/Problem"}, DOCUMENT)


@cache
def _frame(type: str) -> Draft202012Validator:
    assert type in _SAID, f"{type} is no frame of the contract"
    return validator(FEED_DOCUMENT["components"]["messages"][_SAID[type]]["payload"], FEED_DOCUMENT)


_SAID = {FEED_DOCUMENT["components"]["messages"][kind.__name__]["name"]: kind.__name__ for kind in SERVER}


@cache
def _head() -> Draft202012Validator:
    head = Schemas([(EventHead, "serialization")]).object(EventHead, "serialization")
    return validator({**head, "additionalProperties": True}, {"components": {"schemas": _head_components()}})


def _head_components() -> Mapping[str, Any]:
    return Schemas([(EventHead, "serialization")]).components


def validator(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Draft202012Validator:
    """Return a schema of a document, compiled; formats count."""
    return Draft202012Validator({**schema, "components": document["components"]}, validate_formats=True)


def _validate(compiled: Draft202012Validator, value: Any, where: str) -> None:
    faults = list(_faults(compiled, value))
    assert not faults, f"{where} is not as the contract has it: {faults[:3]}\n{json.dumps(value)[:2000]}"


def _faults(compiled: Draft202012Validator, value: Any) -> Iterable[str]:
    if not compiled.is_valid(value):
        for fault in compiled.iter_errors(value):
            yield f"{'/'.join(map(str, fault.instance_path))}: {fault.message[:500]}"
