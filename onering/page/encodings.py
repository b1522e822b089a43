"""Which encodings of a file a browser takes (RFC 9110 §12.5.3)."""

import re
from collections.abc import Sequence
from typing import NamedTuple


class Encoding(NamedTuple):
    """A content coding: its name in headers, and the end of the names of files in it."""

    name: str
    suffix: str


ENCODINGS = (Encoding("br", "br"), Encoding("gzip", "gz"))
# A weight of zero is a refusal, and all others are as good: what is shortest is the quickest for everybody.
_REFUSED = re.compile(r"q=0(?:\.0{0,3})?")


def accepted(fields: Sequence[str]) -> frozenset[str]:
    """Return the names of the encodings that the values of Accept-Encoding take; a star takes what is not named."""
    told: dict[str, bool] = {}
    for item in ",".join(fields).lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        told[name] = not any(_REFUSED.fullmatch(parameter) for parameter in parameters)
    others = told.get("*", False)
    return frozenset(encoding.name for encoding in ENCODINGS if told.get(encoding.name, others))
