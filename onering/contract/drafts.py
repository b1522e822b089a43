"""A draft and the list of drafts, as every read and every change answers them."""

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from onering.contract import examples
from onering.contract.shapes import Count, Cursor, Id, Shape, Time, Version, shown
from onering.domain.values import CONTENT, DESCRIPTION, TITLE, Platform, Role, Status, Visibility


class Segment(Shape):
    """One piece of a draft; `segment_order` counts from 0 and never changes."""

    segment_id: Id
    draft_id: Id
    user_id: str
    content: Annotated[str, Field(min_length=1, max_length=CONTENT)]
    created_at: Time
    segment_order: Count
    author_user_id: str
    author_display: str
    ring_holder_user_id_at_write: str
    ring_holder_display_at_write: str
    idempotency_key: None


class RingState(Shape):
    """Whose turn it is, and whose it was; no `deadline_at` for a draft that takes no more turns."""

    draft_id: Id
    current_holder_id: str
    holders_history: list[str]
    passed_at: Time
    last_passed_at: Time
    deadline_at: Time | None
    idempotency_key: None


class Member(Shape):
    """A person of a draft."""

    user_id: str
    display: str
    role: Role
    joined_at: Time


class DraftMetrics(Shape):
    """Figures of one draft, as of now or of `now`."""

    model_config = ConfigDict(alias_generator=to_camel)

    contributors_count: Count
    ring_passes_last24h: Annotated[Count, Field(alias="ringPassesLast24h")]
    avg_minutes_between_passes: float | None
    last_activity_at: Time


class Draft(Shape):
    """A draft as its reader sees it; `metrics` on reads of one draft, `pending_invites` for members."""

    model_config = shown(examples.DRAFT)

    draft_id: Id
    workspace_id: Id
    creator_id: str
    title: Annotated[str, Field(min_length=1, max_length=TITLE)]
    description: Annotated[str, Field(max_length=DESCRIPTION)]
    platform: Platform | None
    status: Status
    visibility: Visibility
    version: Version
    segments: list[Segment]
    ring_state: RingState
    collaborators: list[str]
    members: list[Member]
    pending_invites: list[Id]
    created_at: Time
    updated_at: Time
    target_publish_at: Time | None
    metrics: DraftMetrics | None


class DraftAnswer(Shape):
    """The whole draft."""

    model_config = shown({"data": examples.DRAFT})

    data: Draft


class Snippet(Shape):
    """A passage of what was found: of the segment of that order, or of the title (null).

    `text` is as plain as it was written; `matches` are the [start, end) of what was found in it, in code points.
    """

    segment_order: Count | None
    text: str
    matches: list[tuple[Count, Count]]


class ListedDraft(Draft):
    """A draft of a list; of a search (`q`) it has a snippet."""

    snippet: Snippet | None = None


class DraftList(Shape):
    """A page of drafts; `count` is how many are on it.

    One page of a search goes through so much text at most, so it may be empty and still have a `next_cursor`.
    """

    model_config = shown({"data": [examples.DRAFT | {"metrics": None}], "count": 1, "next_cursor": None})

    data: list[ListedDraft]
    count: Count
    next_cursor: Cursor
