"""The OpenAPI document: valid, complete, true, and the same for everybody."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from onering.contract import examples
from onering.contract.openapi import Info, openapi
from onering.contract.problems import CODES
from onering.contract.requests import template
from onering.http.envelope import COMMANDS
from onering.http.problems import TITLES
from onering.http.routes import Line, described
from projections.people import default_name
from tests.conformance import DOCUMENT, LINES, check_read_answer, validator

SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    (method.upper(), path): operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_route_of_the_table_is_an_operation_and_every_operation_a_route() -> None:
    assert set(OPERATIONS) == {(line.method, template(line.path)) for line in LINES}


def test_a_route_without_a_contract_is_refused() -> None:
    with pytest.raises(ValueError, match="GET /v1/nothing has no contract"):
        described([Line("GET", "/v1/nothing", LINES[0].endpoint)])


def test_every_operation_has_a_name_of_its_own_and_a_sentence() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))
    for place, operation in OPERATIONS.items():
        assert operation["summary"].endswith(".") or operation["summary"][:1].isupper(), place


def test_every_parameter_of_a_path_is_described() -> None:
    for (_, path), operation in OPERATIONS.items():
        named = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert named == {part.partition("}")[0] for part in path.split("{")[1:]}


def test_every_code_has_its_statuses() -> None:
    assert set(TITLES) <= set(CODES)


def test_every_command_is_a_body_of_the_one_door() -> None:
    assert set(SCHEMAS["Command"]["discriminator"]["mapping"]) == set(COMMANDS)


def shown_examples() -> Iterator[Any]:
    """Return every example of the document with its schema, named by where it is."""
    for name, schema in SCHEMAS.items():
        for example in schema.get("examples", ()):
            yield pytest.param({"$ref": f"#/components/schemas/{name}"}, example, id=name)
    for place, operation in OPERATIONS.items():
        for parameter in operation["parameters"]:
            if "example" in parameter:
                yield pytest.param(parameter["schema"], parameter["example"], id=f"{place} {parameter['name']}")
        for media in operation.get("requestBody", {}).get("content", {}).values():
            if "example" in media:
                yield pytest.param(media["schema"], media["example"], id=f"{place} body")


@pytest.mark.parametrize(("schema", "example"), list(shown_examples()))
def test_every_example_is_what_its_schema_says(schema: dict[str, Any], example: Any) -> None:
    faults = [fault.message for fault in validator(schema, DOCUMENT).iter_errors(example)]
    assert not faults


@pytest.mark.parametrize("name", ["Problem", "Unready"])
def test_a_problem_in_an_example_is_one_of_the_services(name: str) -> None:
    (example,) = SCHEMAS[name]["examples"]
    code = example["error"]["code"]
    assert (example["title"], example["status"] in CODES[code]) == (TITLES[code], True)


def test_people_in_examples_are_called_as_the_service_calls_them() -> None:
    people = {member["user_id"]: member["display"] for member in examples.DRAFT["members"]}
    assert people == {name: default_name(name) for name in ("alice", "bob")}


def test_every_answer_of_a_query_or_command_has_an_example() -> None:
    for place, operation in OPERATIONS.items():
        schema = operation["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
        for option in schema.get("anyOf", [schema] if schema else []):
            assert SCHEMAS[option["$ref"].rpartition("/")[2]].get("examples"), place


def test_every_command_has_an_example() -> None:
    assert set(examples.COMMANDS) == set(COMMANDS)


def test_x_user_id_is_told_where_it_counts_and_nowhere_else() -> None:
    served = openapi(described(LINES), Info("0", developing=False))
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"bearer", "user"}
    assert "user" not in str(served["components"]["securitySchemes"])
    assert "'user': []" not in str(served["paths"])


def answer(method: str, path: str, status: int, body: Any, **headers: str) -> httpx.Response:
    told = {"content-type": "application/json", "x-request-id": "r"} | headers
    return httpx.Response(status, json=body, headers=told, request=httpx.Request(method, "http://x" + path))


DRAFT = f"/v1/collab/drafts/{examples.DRAFT_ID}"


def test_an_answer_of_the_contract_passes() -> None:
    check_read_answer(answer("GET", DRAFT, 200, {"data": examples.DRAFT}, etag='"4"'))


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"data": examples.DRAFT | {"surprise": 1}}, "surprise"),
        (200, {"data": {name: value for name, value in examples.DRAFT.items() if name != "title"}}, "title"),
        (200, {"data": examples.DRAFT | {"version": "4"}}, "version"),
        (418, {}, "is not in the contract"),
        (404, {"error": "no problem document"}, "is not in the contract"),
    ],
)
def test_an_answer_that_is_not_in_the_contract_is_told_by_the_helpers_of_the_tests(
    status: int, body: Any, said: str
) -> None:
    with pytest.raises(AssertionError, match=said):
        check_read_answer(answer("GET", DRAFT, status, body))
