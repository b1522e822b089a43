"""JSON Schemas (2020-12) of models: named ones once, as components, and what our own validators check in its words."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from onering.domain.values import handle_name, not_blank, of_our_days, plain_text, principal_name

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]
"""What is taken from a client, or what is answered."""

REFERENCE = "#/components/schemas/{model}"

_TEXT = r"[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]"
_VISIBLE = r"[^\s\u0000-\u001f\u007f-\u009f]"
# A pattern for each of our validators; where two stand on one text, the one that is named last says both.
_PATTERNS: Mapping[Callable[..., Any], str] = {
    plain_text: f"^{_TEXT}*$",
    not_blank: f"^{_TEXT}*{_VISIBLE}{_TEXT}*$",
    principal_name: f"^{_VISIBLE}*$",
    handle_name: "^@?[A-Za-z0-9_]{2,30}$",
    of_our_days: "^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-",
}


_WORDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


class _Generator(GenerateJsonSchema):
    """Pydantic's, without a title for each field, and with the patterns of our validators."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        # What stands around a validator of ours is told in Python's words.
        return {_WORDS.get(word, word): value for word, value in super().generate_inner(schema).items()}

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        inner = super().function_after_schema(schema)
        pattern = _PATTERNS.get(schema["function"]["function"])
        return inner if pattern is None else inner | {"pattern": pattern}


class Schemas:
    """The schemas of types, and the components that they refer to."""

    def __init__(self, types: Sequence[tuple[Any, Mode]]) -> None:
        inputs = [(index, mode, TypeAdapter(kind)) for index, (kind, mode) in enumerate(types)]
        found, whole = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE, schema_generator=_Generator)
        self._found = {(kind, mode): found[index, mode] for index, (kind, mode) in enumerate(types)}
        self.components: dict[str, Schema] = whole.get("$defs", {})

    def of(self, kind: Any, mode: Mode) -> Schema:
        """Return the schema of one of the types, a reference where it has a name."""
        return self._found[kind, mode]

    def object(self, kind: Any, mode: Mode) -> Schema:
        """Return the schema of a model itself."""
        schema = self.of(kind, mode)
        name = schema.get("$ref", "").rpartition("/")[2]
        return self.components[name] if name else schema


@cache
def schemas_of(types: tuple[tuple[Any, Mode], ...]) -> Schemas:
    """Return the schemas of types, made once in a process: it takes a tenth of a second for all of ours."""
    return Schemas(types)


def used(components: Mapping[str, Schema], document: Any) -> dict[str, Schema]:
    """Return those of the components that a document refers to, directly or through others."""
    found: dict[str, Schema] = {}
    waiting = [document]
    while waiting:
        match waiting.pop():
            case dict() as value:
                name = str(value.get("$ref", "")).rpartition("/")[2]
                if name in components and name not in found:
                    found[name] = components[name]
                    waiting.append(components[name])
                waiting.extend(value.values())
            case list() as values:
                waiting.extend(values)
    return dict(sorted(found.items()))
