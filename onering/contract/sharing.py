"""What a draft is told as elsewhere: a file, a share card, and what changed in it."""

from typing import Annotated, Any, Literal

from pydantic import Field

from onering.contract import examples
from onering.contract.shapes import Count, Cursor, Id, Shape, Time, Version, shown
from onering.domain.values import Role, Strategy


class Export(Shape):
    """A draft as a file; `content` is all of it."""

    draft_id: Id
    format: Literal["markdown", "json", "html"]
    filename: Annotated[str, Field(pattern=r"^[a-z0-9-]+\.(md|json|html)$")]
    content_type: str
    content: str


class ExportAnswer(Shape):
    """A draft as a file."""

    model_config = shown(
        {
            "data": {
                "draft_id": examples.DRAFT_ID,
                "format": "markdown",
                "filename": "a-walk.md",
                "content_type": "text/markdown; charset=utf-8",
                "content": "# A walk\n\nWe left at dawn.\n",
            }
        }
    )

    data: Export


class CardMetrics(Shape):
    """The figures of a card."""

    contributors_count: Count
    ring_passes_last_24h: Count
    avg_minutes_between_passes: float | None
    segments_count: Count


class CallToAction(Shape):
    """Where the card leads."""

    label: str
    url: str


Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]


class CardTheme(Shape):
    """The colours of a card, by what the draft is meant for."""

    name: str
    background: Colour
    background_end: Colour
    accent: Colour
    accent_end: Colour
    text: Colour


class ShareCard(Shape):
    """What is shown of a draft where it is shared; `contributors` are display names, the owner's first."""

    draft_id: Id
    title: str
    subtitle: str
    metrics: CardMetrics
    contributors: Annotated[list[str], Field(min_length=1, max_length=5)]
    top_line: str
    cta: CallToAction
    theme: CardTheme
    generated_at: Time


class ShareCardAnswer(Shape):
    """What is shown of a draft where it is shared."""

    model_config = shown(
        {
            "data": {
                "draft_id": examples.DRAFT_ID,
                "title": "Collab Thread: A walk",
                "subtitle": f"It is the turn of {examples.BOB_DISPLAY}",
                "metrics": {
                    "contributors_count": 1,
                    "ring_passes_last_24h": 1,
                    "avg_minutes_between_passes": 360.0,
                    "segments_count": 1,
                },
                "contributors": [examples.ALICE_DISPLAY],
                "top_line": "We left at dawn.",
                "cta": {"label": "Join the thread", "url": f"https://example.com/drafts/{examples.DRAFT_ID}"},
                "theme": {
                    "name": "blog",
                    "background": "#0e2320",
                    "background_end": "#1f4a43",
                    "accent": "#f2e3b3",
                    "accent_end": "#7fd1ae",
                    "text": "#f8fbf6",
                },
                "generated_at": examples.NOON,
            }
        }
    )

    data: ShareCard


class VersionAt(Shape):
    """A version, and when it came to be."""

    version: Version
    at: Time


class Changed(Shape):
    """Who changed something last, when, and at which version."""

    by: str
    at: Time
    version: Version


class FieldChange(Changed):
    """A field of the draft that is other than it was."""

    field: Literal["title", "description", "platform", "visibility", "turn_limit_hours", "target_publish_at", "status"]
    was: Annotated[str | int | None, Field(alias="from")]
    to: str | int | None


class MovedSegment(Changed):
    """A segment that came or went, with its text."""

    segment_id: Id
    segment_order: Count
    user_id: str
    content: str


class AmendedSegment(Changed):
    """A segment with another text than before."""

    segment_id: Id
    segment_order: Count
    user_id: str
    was: Annotated[str, Field(alias="from")]
    to: str


class SegmentChanges(Shape):
    """What became of the segments."""

    added: list[MovedSegment]
    amended: list[AmendedSegment]
    withdrawn: list[MovedSegment]


class MemberChange(Changed):
    """Somebody with another role than before; null is none."""

    user_id: str
    was: Annotated[Role | None, Field(alias="from")]
    to: Role | None


class PassMade(Changed):
    """One pass of the ring."""

    from_user_id: str
    to_user_id: str
    reason: str | None
    strategy: Strategy | None


class RingChange(Shape):
    """Who held the ring before and after, and every pass between."""

    was: Annotated[str, Field(alias="from")]
    to: str
    passes: list[PassMade]


class Diff(Shape):
    """What is other in a draft than it was, each by whoever changed it last; `to` is how far this page goes."""

    draft_id: Id
    since: Annotated[VersionAt, Field(alias="from")]
    to: VersionAt
    fields: list[FieldChange]
    segments: SegmentChanges
    members: list[MemberChange]
    ring: RingChange
    next_cursor: Cursor


_RENAMED: dict[str, Any] = {
    "field": "title",
    "from": "A walk",
    "to": "A climb",
    "by": examples.ALICE,
    "at": examples.NOON,
    "version": 4,
}


class DiffAnswer(Shape):
    """What changed in a draft, and who changed it."""

    model_config = shown(
        {
            "data": {
                "draft_id": examples.DRAFT_ID,
                "from": {"version": 3, "at": examples.MORNING},
                "to": {"version": 4, "at": examples.NOON},
                "fields": [_RENAMED],
                "segments": {"added": [], "amended": [], "withdrawn": []},
                "members": [],
                "ring": {"from": examples.ALICE, "to": examples.ALICE, "passes": []},
                "next_cursor": None,
            }
        }
    )

    data: Diff
