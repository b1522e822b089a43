"""A draft in figures: what was written in it, by whom, and how long each had the ring."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from onering.domain.values import Status
from projections.history import HISTORY, Moment
from projections.models import ReadAt, ReadModels
from projections.standing import rows_at


@dataclass(frozen=True, slots=True)
class Contributor:
    """What one person did in a draft: their segments that stand, the words and code points in them, their turns.

    `first_at` and `last_at` are the first and the last time they wrote; `fifth_at` is when the fifth of their segments
    that stand was written. `passes` are those of their own choice; `hold_seconds` are of all their holds.
    """

    user_id: str
    segments: int
    words: int
    characters: int
    amended: int
    withdrawn: int
    first_at: datetime | None
    last_at: datetime | None
    fifth_at: datetime | None
    holds: int
    hold_seconds: float
    passes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A draft in figures, as of `now`. `people` wrote or held the ring, whoever wrote last first.

    Activity is whatever happened but reminders. The open hold, the holder's, ends at `now`.
    """

    now: datetime
    status: Status
    created_at: datetime
    last_activity_at: datetime
    holder_id: str | None
    held_since: datetime
    passes: int
    longest_hold_seconds: float
    people: tuple[Contributor, ...]

    @property
    def authors(self) -> tuple[Contributor, ...]:
        """Those who wrote what stands."""
        return tuple(person for person in self.people if person.segments)

    @property
    def held(self) -> timedelta:
        """How long the holder has had the ring."""
        return max(self.now - self.held_since, timedelta())

    @property
    def idle(self) -> timedelta:
        """How long nothing has happened."""
        return max(self.now - self.last_activity_at, timedelta())

    @property
    def hold_seconds(self) -> float:
        """How long all holds took together."""
        return sum(person.hold_seconds for person in self.people)

    def count(self, name: Literal["segments", "words", "characters", "amended", "withdrawn", "holds"]) -> int:
        """Return the sum of a figure over all people."""
        return sum(int(getattr(person, name)) for person in self.people)


_FIGURES = f"""
    {HISTORY}, wrote AS (
        SELECT t.user_id, count(*) FILTER (WHERE t.stands) AS segments, sum(t.words) AS words,
               sum(t.characters) AS characters, count(*) FILTER (WHERE t.type = 'segment_amended') AS amended,
               count(*) FILTER (WHERE t.type = 'segment_withdrawn') AS withdrawn,
               min(t.at) FILTER (WHERE t.type <> 'segment_withdrawn') AS first_at,
               max(t.at) FILTER (WHERE t.type <> 'segment_withdrawn') AS last_at,
               (array_agg(t.written_at ORDER BY t.segment_order) FILTER (WHERE t.stands))[5] AS fifth_at
          FROM text t GROUP BY t.user_id
    ), held AS (
        SELECT t.user_id, count(*) AS holds, sum(t.seconds) AS seconds FROM turn t GROUP BY t.user_id
    ), passed AS (
        SELECT t.from_user_id AS user_id, count(*) AS passes FROM turn t WHERE t.reason IS NULL GROUP BY 1
    )
    SELECT s.position, now.life, now.created_at, now.last_activity_at, now.passes, holder.user_id AS holder_id,
           holder.at AS held_since, (SELECT max(t.seconds) FROM turn t) AS longest_hold_seconds,
           ARRAY(SELECT row(user_id, coalesce(w.segments, 0), coalesce(w.words, 0), coalesce(w.characters, 0),
                            coalesce(w.amended, 0), coalesce(w.withdrawn, 0), w.first_at, w.last_at, w.fifth_at,
                            coalesce(h.holds, 0), coalesce(h.seconds, 0), coalesce(p.passes, 0))
                   FROM wrote w FULL JOIN held h USING (user_id) LEFT JOIN passed p USING (user_id)
                  WHERE user_id IS NOT NULL
                  ORDER BY w.last_at DESC NULLS LAST, user_id) AS people
      FROM standing s
     CROSS JOIN (
        SELECT (SELECT l.type FROM entry l WHERE l.type = ANY ($5) ORDER BY l.version DESC LIMIT 1) AS life,
               min(e.at) AS created_at, max(e.at) FILTER (WHERE e.type <> 'holder_nudged') AS last_activity_at,
               count(*) FILTER (WHERE e.type = 'ring_passed') AS passes
          FROM entry e) now
      LEFT JOIN turn holder ON holder.open"""

# What each of them made of the draft.
_LIVES = {
    "draft_created": Status.ACTIVE,
    "draft_locked": Status.LOCKED,
    "draft_unlocked": Status.ACTIVE,
    "draft_completed": Status.COMPLETED,
    "draft_reopened": Status.ACTIVE,
    "draft_archived": Status.ARCHIVED,
}


async def read_figures(
    models: ReadModels, draft_id: UUID, read_at: ReadAt, moment: Moment
) -> tuple[int, Figures | None]:
    """Return the figures of a draft and the position they reflect; None if there was no such draft yet.

    Raises TooEarly, NotBuilt, DATABASE_FAULTS.
    """
    arguments = (draft_id, moment.last, moment.now, list(_LIVES))
    position, (row,) = await rows_at(models, read_at, "timeline", _FIGURES, *arguments)
    if row["created_at"] is None:
        return position, None
    return position, Figures(
        now=moment.now,
        status=_LIVES[row["life"]],
        created_at=row["created_at"],
        last_activity_at=row["last_activity_at"],
        holder_id=row["holder_id"],
        held_since=row["held_since"],
        passes=row["passes"],
        longest_hold_seconds=row["longest_hold_seconds"],
        people=tuple(Contributor(*person) for person in row["people"]),
    )
