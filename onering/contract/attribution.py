"""Whose segments stand in a draft."""

from onering.contract import examples
from onering.contract.shapes import Count, Id, Shape, Time, shown


class Author(Shape):
    """Whose segments stand, and when the first and the last of them were written."""

    user_id: str
    segment_count: Count
    segment_ids: list[Id]
    first_ts: Time
    last_ts: Time


class Attribution(Shape):
    """Who wrote what stands, in order of their first segment."""

    draft_id: Id
    contributors: list[Author]


class AttributionAnswer(Shape):
    """Who wrote what stands."""

    model_config = shown(
        {
            "data": {"draft_id": examples.DRAFT_ID}
            | {
                "contributors": [
                    {
                        "user_id": examples.ALICE,
                        "segment_count": 1,
                        "segment_ids": [examples.SEGMENT_ID],
                        "first_ts": examples.MORNING,
                        "last_ts": examples.MORNING,
                    }
                ]
            }
        }
    )

    data: Attribution
