-- Count what the log holds: the drafts that people own, and the segments of today. A step after the functions that move
-- the counters, for whoever waits for the lane while this counts is counted by them; what they moved before is counted
-- again with the rest.
DO $count$
BEGIN
    PERFORM pg_advisory_xact_lock(1330795079, l.lane)
       FROM (SELECT DISTINCT w.lane FROM onering.workspaces w ORDER BY w.lane) l;

    WITH told AS (
        SELECT e.lane, e.stream_id, e.version, e.type, e.payload::json -> 'data' AS data
          FROM onering.events e
         WHERE e.type IN ('draft_created', 'ownership_transferred', 'draft_archived', 'draft_reopened')
    ), owned AS (
        SELECT DISTINCT ON (t.lane, t.stream_id) t.lane, t.stream_id,
               coalesce(t.data ->> 'to_user_id', t.data ->> 'creator_id') AS owner
          FROM told t WHERE t.type IN ('draft_created', 'ownership_transferred')
         ORDER BY t.lane, t.stream_id, t.version DESC
    ), put_away AS (
        SELECT DISTINCT ON (t.lane, t.stream_id) t.lane, t.stream_id, t.type = 'draft_archived' AS archived
          FROM told t WHERE t.type IN ('draft_archived', 'draft_reopened')
         ORDER BY t.lane, t.stream_id, t.version DESC
    ), written AS (
        SELECT e.lane, e.payload::json -> 'data' ->> 'author_id' AS author,
               (e.recorded_at AT TIME ZONE 'UTC')::date AS day
          FROM onering.events e
         WHERE e.type = 'segment_added'
           AND e.recorded_at >= date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
    )
    INSERT INTO onering.usage (lane, key, period, used)
    SELECT o.lane, 'drafts/' || o.owner, 'infinity', count(*)
      FROM owned o LEFT JOIN put_away p ON p.lane = o.lane AND p.stream_id = o.stream_id
     WHERE o.owner IS NOT NULL AND p.archived IS NOT TRUE
     GROUP BY o.lane, o.owner
     UNION ALL
    SELECT w.lane, 'segments/' || w.author, w.day, count(*) FROM written w
     WHERE w.author IS NOT NULL GROUP BY w.lane, w.author, w.day
     UNION ALL
    -- Handles are as good as counted: each is one person's.
    SELECT 0, 'handle/' || u.handle, 'infinity', 1 FROM onering.app_users u WHERE u.handle IS NOT NULL
        ON CONFLICT ON CONSTRAINT usage_pkey DO UPDATE SET used = excluded.used;
END
$count$;
