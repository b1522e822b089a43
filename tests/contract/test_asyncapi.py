"""The AsyncAPI document of the live feed: sound, complete, and true."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from onering.contract import examples
from onering.contract.asyncapi import Closing, asyncapi
from onering.contract.frames import CLIENT, SERVER, Hello
from onering.live import ends, frames, messages
from onering.live.ends import End
from tests.conformance import FEED_DOCUMENT, check_frame, validator

MESSAGES = FEED_DOCUMENT["components"]["messages"]
LIVE = (Path(__file__).parents[2] / "docs/LIVE.md").read_text(encoding="utf-8")


def resolved(reference: str) -> Any:
    """Return what a reference within the document names."""
    found: Any = FEED_DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(value: Any) -> set[str]:
    match value:
        case dict():
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
    return set()


def test_the_document_has_the_parts_that_asyncapi_3_requires() -> None:
    assert FEED_DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(FEED_DOCUMENT["info"])
    allowed = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert set(FEED_DOCUMENT) <= allowed
    for channel in FEED_DOCUMENT["channels"].values():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == set(channel["parameters"])
    for operation in FEED_DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert resolved(operation["channel"]["$ref"]) in FEED_DOCUMENT["channels"].values()


def test_every_reference_leads_somewhere() -> None:
    found = references(FEED_DOCUMENT)
    assert found
    for reference in found:
        assert resolved(reference) is not None


def test_an_operation_has_only_messages_of_its_channel() -> None:
    for operation in FEED_DOCUMENT["operations"].values():
        prefix = operation["channel"]["$ref"] + "/messages/"
        assert all(message["$ref"].startswith(prefix) for message in operation["messages"])


def test_every_frame_is_a_message_of_one_direction() -> None:
    said, heard = (
        {message["$ref"].rpartition("/")[2] for message in FEED_DOCUMENT["operations"][name]["messages"]}
        for name in ("follow", "say")
    )
    assert said == {kind.__name__ for kind in SERVER}
    assert heard == {kind.__name__ for kind in CLIENT}
    assert said | heard == set(MESSAGES) == set(FEED_DOCUMENT["channels"]["feed"]["messages"])


def kinds(*models: Any) -> set[str]:
    return {get_args(model.model_fields["type"].annotation)[0] for model in models}


def test_every_frame_that_the_code_makes_is_in_the_contract() -> None:
    source = Path(frames.__file__).read_text(encoding="utf-8")
    made = set(re.findall(r'_frame\(\s*"(\w+)"', source)) | {"events"}
    assert made == kinds(*SERVER)


def test_every_message_that_the_code_reads_is_in_the_contract() -> None:
    source = Path(messages.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'case "(\w+)":', source)) <= kinds(*CLIENT)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_example_is_what_its_schema_says(name: str) -> None:
    message = MESSAGES[name]
    assert message["examples"]
    for example in message["examples"]:
        faults = [
            fault.message for fault in validator(message["payload"], FEED_DOCUMENT).iter_errors(example["payload"])
        ]
        assert not faults


@pytest.mark.parametrize("kind", CLIENT)
def test_what_a_client_may_say_is_understood(kind: Any) -> None:
    (example,) = kind.model_config["json_schema_extra"]["examples"]
    assert messages.parse(json.dumps(example)) is not None


def test_a_hello_has_the_fields_that_are_read() -> None:
    source = Path(messages.__file__).read_text(encoding="utf-8")
    assert set(Hello.model_fields) - {"type"} == {"token", "after", "epoch", "mode"}
    assert all(f'"{name}"' in source for name in ("token", "after", "epoch", "mode"))


def test_every_close_code_is_told_and_is_that_of_the_document() -> None:
    told = {end.close_code for end in vars(ends).values() if isinstance(end, End)} - {ends.GONE.close_code}
    assert told <= {int(code) for code in re.findall(r"^\| (\d{4})", LIVE, re.MULTILINE)}
    document = asyncapi("/feed/{draft_id}", "0", [Closing(4403, "you may no longer read this draft", 403)])
    assert "| 4403 | 403 | you may no longer read this draft |" in document["channels"]["feed"]["description"]


def test_a_frame_that_is_not_in_the_contract_is_told_by_the_helpers_of_the_tests() -> None:
    check_frame({"type": "live", "version": 4})
    check_frame({"type": "events", "events": [examples.EVENT]})
    for frame in ({"type": "surprise"}, {"type": "live"}, {"type": "live", "version": 4, "surprise": 1}):
        with pytest.raises(AssertionError):
            check_frame(frame)
