"""What a judge remembers of the segments of drafts: enough to tell whether one may be amended or withdrawn."""

from array import array
from collections.abc import Iterable
from uuid import UUID

from onering.domain.events import Event, SegmentAdded, SegmentAmended, SegmentWithdrawn
from onering.domain.state import SegmentFact, mark

_UNKNOWN_TEXT = 0


class Written:
    """The segments of all drafts, in 16 bytes each, and 150 more for one that was withdrawn.

    Two numbers stand for each: one for its identity and author, one for its text. They are only compared with others
    of this process, so Python's own hash will do, which costs next to nothing: most events are segments.
    """

    def __init__(self) -> None:
        self._segments: dict[bytes, array[int]] = {}
        self._withdrawn: set[tuple[bytes, int]] = set()
        self._uncertain: set[bytes] = set()

    def add(self, draft: bytes, segment_id: UUID, order: int, author: str, text: int) -> None:
        """Take note of a segment, and of its text's hash.

        One out of its order is not remembered: it was found already, and its place may be anywhere.
        """
        segments = self._segments.get(draft)
        if segments is None:
            segments = self._segments[draft] = array("q")
        if len(segments) == 2 * order:
            segments.append(hash((segment_id.bytes, author)))
            segments.append(text)

    def take(self, draft: bytes, event: Event, *, erased: bool = False) -> None:
        """Take note of what an event says of a segment; of one that was erased nothing is certain but its kind."""
        match event:
            case SegmentAdded(segment_id=segment, segment_order=order, author_id=author, content=content):
                self.add(draft, segment, order, author, _UNKNOWN_TEXT if erased else hash(content))
            case SegmentAmended() if erased:
                self._uncertain.add(draft)
            case SegmentAmended(segment_order=order, content=content) if self._has(draft, order):
                self._segments[draft][2 * order + 1] = hash(content)
            case SegmentWithdrawn(segment_order=order) if not erased:
                self._withdrawn.add((draft, order))

    def find(self, draft: bytes, event: Event, authors: Iterable[str]) -> SegmentFact | None:
        """Return what rules need of the segment that an event amends or withdraws; None if there is none such.

        `authors` are those who may have written it.
        """
        match event:
            case SegmentAmended(segment_id=segment, segment_order=order, content=content):
                return self._fact(draft, segment, order, content, authors)
            case SegmentWithdrawn(segment_id=segment, segment_order=order):
                return self._fact(draft, segment, order, "", authors)
        return None

    def forget(self, draft: bytes) -> None:
        """Let go of a draft that can't be judged any more."""
        self._segments.pop(draft, None)

    def _fact(
        self, draft: bytes, segment_id: UUID, order: int, content: str, authors: Iterable[str]
    ) -> SegmentFact | None:
        if not self._has(draft, order):
            return None
        whose, text = self._segments[draft][2 * order : 2 * order + 2]
        author = next((name for name in authors if hash((segment_id.bytes, name)) == whose), None)
        if author is None:
            return None
        same = text == hash(content) and draft not in self._uncertain
        return SegmentFact(segment_id, order, author, mark(content) if same else "", (draft, order) in self._withdrawn)

    def _has(self, draft: bytes, order: int) -> bool:
        return 0 <= 2 * order < len(self._segments.get(draft, ()))
