"""What the models of answers and frames are made of.

They describe, and are not used for serialising: the service writes its answers by hand, and every answer of the
end-to-end tests is held against these.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A JSON object with these members, all of them, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def shown(example: dict[str, Any]) -> ConfigDict:
    """Return the configuration of a shape with an example, which is one."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [example]})


Time = Annotated[datetime, Field(description="RFC 3339, in UTC with microseconds.")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="A place in the history of one draft: 1, 2, 3 …")]
PlaceInLog = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,5}\.[0-9]{1,19}$",
        description="A place in the log, for `OneRing-Min-Position`; opaque.",
    ),
]
Count = Annotated[int, Field(ge=0)]
Cursor = Annotated[str | None, Field(description="Where the next page begins, for `cursor`; null on the last one.")]
Id = UUID
