"""Who is in a draft, as several read models keep it: one row per member, their role, and the version they came at."""

COLUMNS = """
    lane      smallint    NOT NULL,
    draft_id  uuid        NOT NULL,
    user_id   text        COLLATE "C" NOT NULL,
    role      text        NOT NULL,
    joined_at timestamptz NOT NULL,
    version   integer     NOT NULL"""

# Of each person only the last word of the range counts: someone removed and let in again within it is in.
WRITER = """
    WITH word AS (
        SELECT DISTINCT ON (e.stream_id, d.user_id)
               e.lane, e.stream_id, e.type, e.version, e.recorded_at, d.user_id, d.role
          FROM unnest(batch) e
         CROSS JOIN LATERAL (
            SELECT coalesce(r.user_id, r.creator_id) AS user_id,
                   CASE e.type WHEN 'draft_created' THEN 'owner' ELSE r.role END AS role
              FROM json_to_record(e.payload::json -> 'data') r(user_id text, creator_id text, role text)) d
         WHERE e.type IN ('draft_created', 'collaborator_added', 'collaborator_removed')
         ORDER BY e.stream_id, d.user_id, e.version DESC
    ), gone AS (
        DELETE FROM {schema}.members m USING word w
         WHERE w.type = 'collaborator_removed'
           AND m.lane = w.lane AND m.draft_id = w.stream_id AND m.user_id = w.user_id
    )
    INSERT INTO {schema}.members AS m (lane, draft_id, user_id, role, joined_at, version)
    SELECT w.lane, w.stream_id, w.user_id, w.role, w.recorded_at, w.version
      FROM word w WHERE w.type <> 'collaborator_removed'
        ON CONFLICT (lane, draft_id, user_id) DO UPDATE
       SET role = excluded.role, joined_at = excluded.joined_at, version = excluded.version"""
