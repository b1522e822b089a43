"""Proofs that the log of one size became that of another."""

from typing import Annotated

from pydantic import Field

from onering.contract.shapes import Count, Shape, shown

_EXAMPLE = {
    "origin": "onering.example.com/log",
    "from": 1,
    "to": 2,
    "hashes": ["X6pp4GxPeBwSF1qI4xnfQQlWb9nkLdZ4bXNeCZRg3xk="],
    "checkpoint": "onering.example.com/log\n2\n…\n\n— onering.example.com/log …\n",
}


class Consistency(Shape):
    """The hashes of RFC 6962 §2.1.2, each 32 bytes as base64, and the newest checkpoint. Sizes are in events."""

    origin: str
    since: Annotated[Count, Field(alias="from")]
    to: Count
    hashes: list[Annotated[str, Field(pattern="^[A-Za-z0-9+/]{43}=$")]]
    checkpoint: str


class ConsistencyAnswer(Shape):
    """That the smaller log is the beginning of the larger one."""

    model_config = shown({"data": _EXAMPLE})

    data: Consistency
