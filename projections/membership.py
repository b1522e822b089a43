"""Who is in a draft, as several read models keep it: one row per member, their role, and the version they came at."""

COLUMNS = """
    lane      smallint    NOT NULL,
    draft_id  uuid        NOT NULL,
    user_id   text        COLLATE "C" NOT NULL,
    role      text        NOT NULL,
    joined_at timestamptz NOT NULL,
    version   integer     NOT NULL"""

# What is said about people in a range, person by person: whether they came, went or only have another role.
_WORDS = """
    SELECT e.stream_id, e.version, e.recorded_at, d.user_id, d.role,
           CASE WHEN e.type IN ('draft_created', 'collaborator_added') THEN 'came'
                WHEN e.type = 'collaborator_removed' THEN 'went' ELSE 'is' END AS word
      FROM unnest(batch) e
     CROSS JOIN LATERAL json_to_record(e.payload::json -> 'data') r(
           user_id text, creator_id text, role text, from_user_id text, to_user_id text)
     CROSS JOIN LATERAL (
        SELECT coalesce(r.user_id, r.creator_id) AS user_id,
               CASE e.type WHEN 'draft_created' THEN 'owner' ELSE r.role END AS role
         WHERE e.type <> 'ownership_transferred'
        UNION ALL
        SELECT r.from_user_id, 'contributor' WHERE e.type = 'ownership_transferred'
        UNION ALL
        SELECT r.to_user_id, 'owner' WHERE e.type = 'ownership_transferred') d
     WHERE e.type IN ('draft_created', 'collaborator_added', 'collaborator_removed', 'role_changed',
                      'ownership_transferred')"""

# Of each person only the last words of the range count: someone removed and let in again within it is in.
_CAME_AND_WENT = f"""
    WITH last AS (
        SELECT w.stream_id, w.user_id,
               max(w.version) FILTER (WHERE w.word = 'came') AS came,
               max(w.recorded_at) FILTER (WHERE w.word = 'came') AS came_at,
               max(w.version) FILTER (WHERE w.word = 'went') AS went,
               (array_agg(w.role ORDER BY w.version DESC) FILTER (WHERE w.word <> 'went'))[1] AS role
          FROM ({_WORDS}) w
         GROUP BY w.stream_id, w.user_id
    ), gone AS (
        DELETE FROM {{schema}}.members m USING last l
         WHERE l.went > coalesce(l.came, 0)
           AND m.lane = $1 AND m.draft_id = l.stream_id AND m.user_id = l.user_id
    )
    INSERT INTO {{schema}}.members AS m (lane, draft_id, user_id, role, joined_at, version)
    SELECT $1, l.stream_id, l.user_id, l.role, l.came_at, l.came
      FROM last l WHERE l.came > coalesce(l.went, 0)
        ON CONFLICT (lane, draft_id, user_id) DO UPDATE
       SET role = excluded.role, joined_at = excluded.joined_at, version = excluded.version"""

# Whoever neither came nor went in the range has the role that was spoken of last.
_ROLES = f"""
    UPDATE {{schema}}.members m SET role = l.role
      FROM (SELECT w.stream_id, w.user_id, (array_agg(w.role ORDER BY w.version DESC))[1] AS role
              FROM ({_WORDS}) w
             GROUP BY w.stream_id, w.user_id HAVING bool_and(w.word = 'is')) l
     CROSS JOIN LATERAL (
        SELECT t.ctid FROM {{schema}}.members t
         WHERE t.lane = $1 AND t.draft_id = l.stream_id AND t.user_id = l.user_id OFFSET 0) t
     WHERE m.ctid = t.ctid"""

WRITERS = (_CAME_AND_WENT, _ROLES)
