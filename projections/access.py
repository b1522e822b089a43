"""Who may see and write which draft, and where it stands in their lists: by member, by workspace, among the public."""

from projections import membership
from projections.projection import Projection

# What lists ask for is in the index that answers: each wanted combination is a range of it, newest activity at its end,
# however many other drafts there are. So a member's row says of the draft what lists narrow by, and moves with it: an
# event costs one row per member. `active_at` of a private draft is null here, for only its members list it.
_DDL = f"""
CREATE TABLE {{schema}}.members ({membership.COLUMNS},
    status     text        COLLATE "C",
    visibility text        COLLATE "C",
    holding    boolean,
    active_at  timestamptz,
    PRIMARY KEY (lane, draft_id, user_id)
) WITH (fillfactor = 80);
CREATE INDEX members_by_activity ON {{schema}}.members (lane, user_id, active_at, draft_id);
CREATE INDEX members_narrowed
    ON {{schema}}.members (lane, user_id, status, role, visibility, holding, active_at, draft_id);
CREATE TABLE {{schema}}.drafts (
    lane         smallint    NOT NULL,
    draft_id     uuid        NOT NULL,
    workspace_id uuid        NOT NULL,
    visibility   text        COLLATE "C" NOT NULL,
    status       text        COLLATE "C" NOT NULL,
    holder_id    text        COLLATE "C" NOT NULL,
    active_at    timestamptz,
    PRIMARY KEY (lane, draft_id)
) WITH (fillfactor = 80);
CREATE INDEX drafts_public ON {{schema}}.drafts (lane, status, active_at, draft_id) WHERE visibility = 'public';
CREATE INDEX drafts_of_workspace ON {{schema}}.drafts (lane, workspace_id, visibility, status, active_at, draft_id)
    WHERE visibility <> 'private';
"""

_CREATED = """
    INSERT INTO {schema}.drafts (lane, draft_id, workspace_id, visibility, status, holder_id)
    SELECT e.lane, e.stream_id, e.workspace_id, d.visibility, 'active', d.creator_id
      FROM unnest(batch) e
     CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') d(visibility text, creator_id text)
     WHERE e.type = 'draft_created'"""

# The last word of each kind counts. A private draft of which nothing was said stays as it is.
_DRAFTS = """
    UPDATE {schema}.drafts d
       SET visibility = coalesce(n.visibility, d.visibility), status = coalesce(n.status, d.status),
           holder_id = coalesce(n.holder_id, d.holder_id),
           active_at = CASE WHEN coalesce(n.visibility, d.visibility) <> 'private' THEN n.at END
      FROM (SELECT e.stream_id, max(e.recorded_at) AS at,
                   (array_agg(e.payload::json -> 'data' ->> 'visibility' ORDER BY e.version DESC)
                       FILTER (WHERE e.type = 'visibility_changed'))[1] AS visibility,
                   (array_agg(e.payload::json -> 'data' ->> 'to_user_id' ORDER BY e.version DESC)
                       FILTER (WHERE e.type = 'ring_passed'))[1] AS holder_id,
                   (array_agg(CASE e.type WHEN 'draft_locked' THEN 'locked' WHEN 'draft_completed' THEN 'completed'
                                          WHEN 'draft_archived' THEN 'archived' ELSE 'active' END
                              ORDER BY e.version DESC)
                       FILTER (WHERE e.type IN ('draft_locked', 'draft_unlocked', 'draft_completed', 'draft_reopened',
                                                'draft_archived')))[1] AS status
              FROM unnest(batch) e
             GROUP BY e.stream_id) n
     CROSS JOIN LATERAL (
        SELECT t.ctid, t.visibility FROM {schema}.drafts t
         WHERE t.lane = $1 AND t.draft_id = n.stream_id OFFSET 0) t
     WHERE d.ctid = t.ctid
       AND (t.visibility <> 'private' OR coalesce(n.visibility, n.status, n.holder_id) IS NOT NULL)"""

_MEMBERS = """
    UPDATE {schema}.members m
       SET status = d.status, visibility = d.visibility, holding = (m.user_id = d.holder_id), active_at = n.at
      FROM (SELECT e.stream_id, max(e.recorded_at) AS at FROM unnest(batch) e GROUP BY e.stream_id) n
     CROSS JOIN LATERAL (
        SELECT * FROM {schema}.drafts d WHERE d.lane = $1 AND d.draft_id = n.stream_id OFFSET 0) d
     CROSS JOIN LATERAL (
        SELECT t.ctid FROM {schema}.members t WHERE t.lane = $1 AND t.draft_id = n.stream_id OFFSET 0) t
     WHERE m.ctid = t.ctid"""

ACCESS = Projection("access", ("draft",), _DDL, (_CREATED, *membership.WRITERS, _DRAFTS, _MEMBERS))
