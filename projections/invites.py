"""Who was invited to which draft, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections import cursors
from projections.models import ReadAt, ReadModels
from projections.projection import Projection

# One row per invite. Their number in a draft is not limited, so both questions have an index: all of a draft, newest
# first, and those that nobody has answered.
_DDL = """
CREATE TABLE {schema}.invites (
    lane           smallint    NOT NULL,
    invite_id      uuid        NOT NULL,
    draft_id       uuid        NOT NULL,
    inviter_id     text        COLLATE "C" NOT NULL,
    target_user_id text        COLLATE "C" NOT NULL,
    role           text        NOT NULL,
    message        text,
    status         text        NOT NULL,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    settled_at     timestamptz,
    position       bigint      NOT NULL,
    PRIMARY KEY (lane, invite_id)
);
CREATE INDEX invites_by_draft ON {schema}.invites (lane, draft_id, position);
CREATE INDEX invites_pending ON {schema}.invites (lane, draft_id, expires_at) WHERE status = 'pending';
"""

_CREATED = """
    INSERT INTO {schema}.invites (
        lane, invite_id, draft_id, inviter_id, target_user_id, role, message, status, created_at, expires_at, position)
    SELECT e.lane, e.stream_id, d.draft_id, d.inviter_id, d.target_user_id, d.role, d.message, 'pending',
           e.recorded_at, d.expires_at, e.position
      FROM unnest(batch) e
     CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(
           draft_id uuid, inviter_id text, target_user_id text, role text, message text, expires_at timestamptz)
     WHERE e.type = 'invite_created'"""

# An invite is settled once.
_SETTLED = """
    UPDATE {schema}.invites i SET status = n.status, settled_at = n.recorded_at
      FROM (SELECT e.stream_id, e.recorded_at, CASE e.type WHEN 'invite_accepted' THEN 'accepted'
                   WHEN 'invite_revoked' THEN 'revoked' ELSE 'declined' END AS status
              FROM unnest(batch) e
             WHERE e.type IN ('invite_accepted', 'invite_revoked', 'invite_declined')) n
     CROSS JOIN LATERAL (
        SELECT t.ctid FROM {schema}.invites t WHERE t.lane = $1 AND t.invite_id = n.stream_id OFFSET 0) t
     WHERE i.ctid = t.ctid"""

INVITES = Projection("invites", ("invite",), _DDL, (_CREATED, _SETTLED))


@dataclass(frozen=True, slots=True)
class Invite:
    """One invite: `status` is pending, accepted, revoked or declined; one that is pending may have expired."""

    invite_id: UUID
    draft_id: UUID
    inviter_id: str
    target_user_id: str
    role: str
    message: str | None
    status: str
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitePage:
    """Invites, newest first, where to go on, if anywhere, and the position they reflect."""

    invites: tuple[Invite, ...]
    next_cursor: str | None
    position: int


_PAGE = """
    WITH standing AS (
        SELECT max(p.position) AS position FROM onering.projections p
         WHERE p.lane = $1 AND p.status = 'live' AND p.name || '_' || p.version = '{invites}'
    )
    SELECT s.position, i.position AS place, i.invite_id, i.draft_id, i.inviter_id, i.target_user_id, i.role, i.message,
           i.status, i.created_at, i.expires_at, i.settled_at
      FROM standing s LEFT JOIN LATERAL (
        SELECT * FROM {invites}.invites i WHERE i.lane = $1 AND i.draft_id = $2 AND i.position < $3
         ORDER BY i.position DESC LIMIT $4) i ON true
     ORDER BY i.position DESC"""

_LAST_POSITION = 2**63 - 1


async def list_invites(
    models: ReadModels, draft_id: UUID, read_at: ReadAt, *, limit: int = 100, cursor: str | None = None
) -> InvitePage:
    """Return a page of the invites of a draft; whether the caller may know is decided elsewhere.

    Raises TooEarly, BadCursor, NotBuilt, DATABASE_FAULTS.
    """
    before: int = _LAST_POSITION if cursor is None else cursors.decode(cursor, read_at.epoch, int)[0]
    before = min(max(before, 0), _LAST_POSITION)
    waiting = read_at.start()
    while True:
        await waiting.for_position(models.checkpoints, ("invites",), read_at.position)
        rows = await models.fetch(_PAGE, models.lane, draft_id, before, limit + 1)
        position = rows[0]["position"]
        if position is not None and position >= read_at.position:
            break
        # The build was just replaced.
        models.checkpoints.forget()
    found = [row for row in rows if row["invite_id"] is not None]
    page = found[:limit]
    more = cursors.encode(read_at.epoch, page[-1]["place"]) if len(found) > limit else None
    return InvitePage(tuple(Invite(*row[2:]) for row in page), more, position)


# Most invites that a draft names as pending; the list has all of them.
PENDING = 100

_PENDING = """
    SELECT i.invite_id FROM {invites}.invites i
     WHERE i.lane = $1 AND i.draft_id = $2 AND i.status = 'pending' AND i.expires_at > $3
     ORDER BY i.expires_at LIMIT $4"""


async def pending_invites(models: ReadModels, draft_id: UUID, now: datetime) -> tuple[UUID, ...]:
    """Return the invites of a draft that nobody has answered and that stand, the next to expire first.

    Raises NotBuilt, DATABASE_FAULTS.
    """
    return tuple(row[0] for row in await models.fetch(_PENDING, models.lane, draft_id, now, PENDING))


_PENDING_OF = """
    SELECT d.draft_id, ARRAY(
        SELECT i.invite_id FROM {invites}.invites i
         WHERE i.lane = $1 AND i.draft_id = d.draft_id AND i.status = 'pending' AND i.expires_at > $4
         ORDER BY i.expires_at LIMIT $5) AS pending
      FROM unnest($2::uuid[]) d(draft_id)
     CROSS JOIN LATERAL (
        SELECT FROM {access}.members m WHERE m.lane = $1 AND m.draft_id = d.draft_id AND m.user_id = $3 OFFSET 0) m"""


async def pending_of(
    models: ReadModels, draft_ids: Sequence[UUID], user_id: str, now: datetime
) -> Mapping[UUID, Sequence[UUID]]:
    """Return the same of those of some drafts that a person is a member of, where there are any, by one query.

    Raises NotBuilt, DATABASE_FAULTS.
    """
    rows = await models.fetch(_PENDING_OF, models.lane, draft_ids, user_id, now, PENDING)
    return {draft_id: pending for draft_id, pending in rows if pending}
