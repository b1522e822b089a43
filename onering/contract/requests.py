"""What a request says, in the words of OpenAPI: the parts of its path, its query, its header fields and its body."""

from collections.abc import Iterable, Mapping, Sequence

from onering.contract import examples, headers
from onering.contract.operation import Operation
from onering.contract.schemas import Schema
from onering.log.event import LAST_VERSION
from onering.proofs.tiles import INDEX as TILE_INDEX

# Fields that the path's route and the edge give, not the body.
OF_THE_EDGE = frozenset(("type", "command_id"))
# What is not sent to these stays as it is: their fields have no defaults.
_PARTIAL = frozenset(("edit-draft",))
_IN_PATH: Mapping[str, Schema] = {
    **{name: {"type": "string", "format": "uuid"} for name in ("draft_id", "segment_id", "invite_id")},
    "version": {"type": "integer", "minimum": 1, "maximum": LAST_VERSION},
    "position": {"type": "string", "pattern": r"^([0-9]{1,5}\.)?[0-9]{1,18}$"},
    "level": {"type": "integer", "minimum": 0, "maximum": 63},
    "index": {"type": "string", "pattern": f"^{TILE_INDEX}$"},
}
_PATH_EXAMPLES = {
    "draft_id": examples.DRAFT_ID,
    "segment_id": examples.SEGMENT_ID,
    "invite_id": examples.INVITE_ID,
    "collaborator_id": examples.BOB,
    "version": 2,
    "position": "0.5",
    "level": 0,
    "index": "x001/x234/067.p/112",
}
# What belongs to a command beside its own fields, wherever it is sent.
_BESIDE: Schema = {
    "idempotency_key": {
        "description": "As the header `Idempotency-Key`.",
        "anyOf": [{"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,128}$"}, {"type": "null"}],
    },
    "expected_version": {
        "description": "As the header `If-Match`, a number here.",
        "anyOf": [{"type": "integer", "minimum": 0, "maximum": 2**31 - 1}, {"type": "null"}],
    },
}


def template(path: str) -> str:
    """Return a route's path as OpenAPI spells it, without the router's converters."""
    return path.replace(":path}", "}")


def names_in(path: str) -> Iterable[str]:
    """Return the names of a path's parameters."""
    return (part.partition("}")[0] for part in template(path).split("{")[1:])


def path_parameters(path: str) -> Iterable[Schema]:
    """Return what stands in a path; what is no UUID is a name."""
    for name in names_in(path):
        schema = _IN_PATH.get(name, {"type": "string", "minLength": 1})
        said: Schema = {"name": name, "in": "path", "required": True, "schema": schema}
        yield said | ({"example": _PATH_EXAMPLES[name]} if name in _PATH_EXAMPLES else {})


def query_parameters(schema: Schema, names: Sequence[str] | None) -> Iterable[Schema]:
    """Return a model's fields as parameters of the query: all, or those of `names`, which may be elsewhere as well."""
    for name, field in schema.get("properties", {}).items():
        if names is None or name in names:
            required = names is None and name in schema.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": _told(field)}


def _told(field: Schema) -> Schema:
    """Return a field's schema without null, which a query can't say."""
    options = [option for option in field.get("anyOf", ()) if option != {"type": "null"}]
    rest = {key: value for key, value in field.items() if key != "anyOf" and (key, value) != ("default", None)}
    return rest | (options[0] if len(options) == 1 else {"anyOf": options} if options else {})


def form(schema: Schema, without: Iterable[str], elsewhere: Iterable[str]) -> Schema:
    """Return the body of a command: its fields but some, and what belongs to any; `elsewhere` need not be in it."""
    gone, free = frozenset(without), frozenset(elsewhere)
    fields = {name: field for name, field in schema["properties"].items() if name not in gone}
    if schema["properties"]["type"]["const"] in _PARTIAL:
        fields = {name: {k: v for k, v in field.items() if k != "default"} for name, field in fields.items()}
    required = [name for name in schema.get("required", ()) if name in fields and name not in free]
    said = {key: value for key, value in schema.items() if key not in ("required", "title")}
    return said | {"properties": fields | _BESIDE} | ({"required": required} if required else {})


def header_parameters(operation: Operation) -> Iterable[Schema]:
    """Return the header fields that an operation takes, none of which need be sent."""
    return ({"name": name, "in": "header", "required": False, **headers.REQUEST[name]} for name in operation.takes)
