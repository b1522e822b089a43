-- What commands use up is counted and bounded in the commit that uses it. A function of another signature appends; the
-- one before stays for processes of releases before, and counts what they store.
ALTER TABLE onering.app_users ADD COLUMN version integer NOT NULL DEFAULT 1;

CREATE TABLE onering.usage (
    lane   smallint NOT NULL,
    key    text     COLLATE "C" NOT NULL,
    period date     NOT NULL,
    used   integer  NOT NULL CHECK (used >= 0),
    PRIMARY KEY (lane, key, period)
) WITH (fillfactor = 80);
CREATE INDEX usage_by_day ON onering.usage (period) WHERE period < 'infinity';

CREATE FUNCTION onering.append_v2(
    p_lane smallint,
    s_id uuid[], s_type text[], s_workspace uuid[],
    c_id uuid[], c_fingerprint bytea[], c_issuer text[], c_subject text[], c_impersonator text[],
    c_correlation text[], c_causation uuid[],
    x_command integer[], x_stream integer[], x_version integer[], x_events integer[],
    e_command integer[], e_stream integer[], e_id uuid[], e_type text[], e_schema integer[],
    e_payload text[], e_salt bytea[],
    u_key text[], u_daily boolean[], g_command integer[], g_counter integer[], g_amount integer[], g_limit integer[]
) RETURNS TABLE (
    outcome text, fingerprint bytea, stream_id uuid, version integer, "position" bigint, events integer,
    recorded_at timestamptz, command integer, counter integer
)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $append$
DECLARE
    commands   CONSTANT integer := cardinality(c_id);
    expects    CONSTANT integer := cardinality(x_command);
    counters   CONSTANT integer := cardinality(u_key);
    guards     CONSTANT integer := cardinality(g_command);
    head       bigint;
    head_time  timestamptz;
    base       integer[];     -- version of each stream before the batch
    reached    integer[];     -- and as the batch goes on
    known      boolean[];     -- whether each command's identity is already recorded
    accepted   boolean[] := array_fill(false, ARRAY[commands]);
    c_version  integer[] := array_fill(NULL::integer, ARRAY[commands]);
    c_position bigint[]  := array_fill(NULL::bigint, ARRAY[commands]);
    c_stream   integer[] := array_fill(NULL::integer, ARRAY[commands]);
    c_events   integer[] := array_fill(0, ARRAY[commands]);
    c_counter  integer[] := array_fill(NULL::integer, ARRAY[commands]);
    today      date;
    stood      integer[];     -- where each counter was before the batch
    spent      integer[];     -- and as the batch goes on
    written    integer := 0;
    inserted   integer;
    astray     boolean[];     -- whether nothing fits a stream: the log has another type or workspace for it, or a command
                              -- of this batch was not accepted there
    x          integer := 1;
    first_x    integer;
    g          integer := 1;
    first_g    integer;
    full_up    integer;       -- a counter without room for the command
    ok         boolean;
    appended   integer;
BEGIN
    -- The lock orders appenders, and only what is read after it was granted is current: under READ COMMITTED each
    -- statement below takes a new snapshot. Under any other level they would all see the log as it was before the lock.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'append_v2 needs READ COMMITTED, not %', current_setting('transaction_isolation')
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(1330795079, p_lane);  -- 'ORRG' in ASCII; the lane is the second key

    SELECT e.position, e.recorded_at INTO head, head_time
      FROM onering.events e WHERE e.lane = p_lane ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    -- Times never fall along positions, whatever the clock does.
    head_time := greatest(clock_timestamp(), head_time);

    -- LATERAL … OFFSET 0: one probe of the primary key per row. As a plain join, the plan made while the table was
    -- small is kept, and reads a whole lane per row.
    SELECT array_agg(coalesce(t.version, 0) ORDER BY s.n),
           array_agg(coalesce(t.stream_type <> s.type OR t.workspace_id <> s.workspace, false) ORDER BY s.n)
      INTO base, astray
      FROM unnest(s_id, s_type, s_workspace) WITH ORDINALITY s(id, type, workspace, n)
      LEFT JOIN LATERAL (SELECT * FROM onering.streams t WHERE t.lane = p_lane AND t.stream_id = s.id OFFSET 0) t ON true;
    reached := base;

    SELECT array_agg(EXISTS (SELECT FROM onering.commands k WHERE k.lane = p_lane AND k.command_id = c.id OFFSET 0)
                     ORDER BY c.n)
      INTO known
      FROM unnest(c_id) WITH ORDINALITY c(id, n);

    IF counters > 0 THEN
        today := (head_time AT TIME ZONE 'UTC')::date;
        SELECT array_agg(coalesce(t.used, 0) ORDER BY u.n)
          INTO stood
          FROM unnest(u_key, u_daily) WITH ORDINALITY u(key, daily, n)
          LEFT JOIN LATERAL (SELECT * FROM onering.usage t
                              WHERE t.lane = p_lane AND t.key = u.key
                                AND t.period = CASE WHEN u.daily THEN today ELSE 'infinity' END OFFSET 0) t ON true;
        spent := stood;
    END IF;

    FOR c IN 1 .. commands LOOP
        first_x := x;
        first_g := g;
        full_up := NULL;
        appended := 0;
        ok := NOT known[c];
        WHILE x <= expects AND x_command[x] = c LOOP
            ok := ok AND reached[x_stream[x]] = x_version[x] AND NOT astray[x_stream[x]];
            appended := appended + x_events[x];
            x := x + 1;
        END LOOP;
        WHILE g <= guards AND g_command[g] = c LOOP
            IF spent[g_counter[g]] + g_amount[g] > g_limit[g] THEN
                full_up := g_counter[g];
            END IF;
            g := g + 1;
        END LOOP;
        IF ok AND full_up IS NULL THEN
            FOR i IN first_x .. x - 1 LOOP
                reached[x_stream[i]] := reached[x_stream[i]] + x_events[i];
            END LOOP;
            FOR i IN first_g .. g - 1 LOOP
                spent[g_counter[i]] := greatest(spent[g_counter[i]] + g_amount[i], 0);
            END LOOP;
            written := written + appended;
            accepted[c] := true;
            c_stream[c] := x_stream[first_x];
            c_version[c] := reached[x_stream[first_x]];
            c_position[c] := head + written;
            c_events[c] := appended;
        ELSE
            c_counter[c] := CASE WHEN ok THEN full_up END;
            -- What follows on its streams was decided on what it would have done, whoever wrote that version instead.
            FOR i IN first_x .. x - 1 LOOP
                astray[x_stream[i]] := true;
            END LOOP;
        END IF;
    END LOOP;

    IF true = ANY (accepted) THEN
        IF 0 = ANY (base) THEN
            INSERT INTO onering.workspaces (workspace_id, lane)
            SELECT DISTINCT w, p_lane FROM unnest(s_workspace) w ON CONFLICT DO NOTHING;
            IF EXISTS (SELECT FROM onering.workspaces w WHERE w.workspace_id = ANY (s_workspace) AND w.lane <> p_lane) THEN
                RAISE EXCEPTION 'a workspace of this batch lives in another lane'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;

        INSERT INTO onering.streams (lane, stream_id, stream_type, workspace_id, version)
        SELECT p_lane, s.id, s.type, s.workspace, s.reached
          FROM unnest(s_id, s_type, s_workspace, base, reached) s(id, type, workspace, base, reached)
         WHERE s.reached > s.base
            ON CONFLICT ON CONSTRAINT streams_pkey DO UPDATE SET version = excluded.version;

        IF counters > 0 THEN
            INSERT INTO onering.usage (lane, key, period, used)
            SELECT p_lane, u.key, CASE WHEN u.daily THEN today ELSE 'infinity' END, u.spent
              FROM unnest(u_key, u_daily, stood, spent) u(key, daily, stood, spent)
             WHERE u.spent <> u.stood
                ON CONFLICT ON CONSTRAINT usage_pkey DO UPDATE SET used = excluded.used;
        END IF;

        INSERT INTO onering.commands (lane, command_id, fingerprint, stream_id, version, position, events, recorded_at)
        SELECT p_lane, c.id, c.fingerprint, s_id[c.stream], c.version, c.position, c.events, head_time
          FROM unnest(c_id, c_fingerprint, c_stream, c_version, c_position, c_events, accepted)
               c(id, fingerprint, stream, version, position, events, accepted)
         WHERE c.accepted;

        INSERT INTO onering.events
        SELECT p_lane, n.position, s_id[n.s], s_type[n.s], n.version, s_workspace[n.s], n.id, n.type, n.schema,
               n.payload, n.salt, n.hash, c_issuer[n.c], c_subject[n.c], c_impersonator[n.c], c_id[n.c],
               c_correlation[n.c], c_causation[n.c], head_time,
               onering.leaf_v1(
                   p_lane, n.position, s_id[n.s], s_type[n.s], n.version, s_workspace[n.s], n.id, n.type, n.schema,
                   n.hash, c_issuer[n.c], c_subject[n.c], c_impersonator[n.c], c_id[n.c],
                   c_correlation[n.c], c_causation[n.c], head_time)
          FROM (SELECT e.*, head + row_number() OVER (ORDER BY e.n) AS position,
                       (base[e.s] + row_number() OVER (PARTITION BY e.s ORDER BY e.n))::integer AS version,
                       onering.payload_hash_v1(e.salt, e.payload) AS hash
                  FROM unnest(e_command, e_stream, e_id, e_type, e_schema, e_payload, e_salt) WITH ORDINALITY
                       e(c, s, id, type, schema, payload, salt, n)
                 WHERE accepted[e.c]
                OFFSET 0) n  -- OFFSET 0: hash once, not once per mention
         ORDER BY n.position;
        GET DIAGNOSTICS inserted = ROW_COUNT;
        IF inserted <> written THEN
            RAISE EXCEPTION 'append_v2 was announced % events and given %', written, inserted
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;

    IF true = ANY (known) THEN
        RETURN QUERY
        SELECT 'repeated', k.fingerprint, k.stream_id, k.version, k.position, k.events, k.recorded_at, c.n::integer,
               NULL::integer
          FROM unnest(c_id, known) WITH ORDINALITY c(id, known, n)
         CROSS JOIN LATERAL (SELECT * FROM onering.commands k WHERE k.lane = p_lane AND k.command_id = c.id OFFSET 0) k
         WHERE c.known;
    END IF;
    RETURN QUERY
    SELECT CASE WHEN c.accepted THEN 'appended' WHEN c.counter IS NULL THEN 'conflict' ELSE 'quota' END, NULL::bytea,
           s_id[c.stream], c.version, c.position, c.events, CASE WHEN c.accepted THEN head_time END, c.n::integer,
           c.counter
      FROM unnest(accepted, known, c_stream, c_version, c_position, c_events, c_counter) WITH ORDINALITY
           c(accepted, known, stream, version, position, events, counter, n)
     WHERE NOT c.known;
END
$append$;

CREATE OR REPLACE FUNCTION onering.append_v1(
    p_lane smallint,
    s_id uuid[], s_type text[], s_workspace uuid[],
    c_id uuid[], c_fingerprint bytea[], c_issuer text[], c_subject text[], c_impersonator text[],
    c_correlation text[], c_causation uuid[],
    x_command integer[], x_stream integer[], x_version integer[], x_events integer[],
    e_command integer[], e_stream integer[], e_id uuid[], e_type text[], e_schema integer[],
    e_payload text[], e_salt bytea[]
) RETURNS TABLE (
    outcome text, fingerprint bytea, stream_id uuid, version integer, "position" bigint, events integer,
    recorded_at timestamptz, command integer
)
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH moved AS (
        SELECT e.command, m.key, m.daily, count(*)::integer AS amount
          FROM unnest(e_command, e_type, e_payload) e(command, type, payload)
         CROSS JOIN LATERAL (
            SELECT 'drafts/' || (e.payload::json -> 'data' ->> 'creator_id'), false WHERE e.type = 'draft_created'
            UNION ALL
            SELECT 'segments/' || (e.payload::json -> 'data' ->> 'author_id'), true WHERE e.type = 'segment_added'
         ) m(key, daily)
         GROUP BY e.command, m.key, m.daily
    ), counters AS (
        SELECT m.key, m.daily, row_number() OVER (ORDER BY m.key)::integer AS n FROM moved m GROUP BY m.key, m.daily
    ), guards AS (
        SELECT coalesce(array_agg(m.command ORDER BY m.command), '{}') AS commands,
               coalesce(array_agg(u.n ORDER BY m.command), '{}') AS counters,
               coalesce(array_agg(m.amount ORDER BY m.command), '{}') AS amounts
          FROM moved m JOIN counters u ON u.key = m.key
    )
    SELECT a.outcome, a.fingerprint, a.stream_id, a.version, a.position, a.events, a.recorded_at, a.command
      FROM guards g
     CROSS JOIN LATERAL onering.append_v2(
        p_lane, s_id, s_type, s_workspace,
        c_id, c_fingerprint, c_issuer, c_subject, c_impersonator, c_correlation, c_causation,
        x_command, x_stream, x_version, x_events,
        e_command, e_stream, e_id, e_type, e_schema, e_payload, e_salt,
        (SELECT coalesce(array_agg(u.key ORDER BY u.n), '{}') FROM counters u),
        (SELECT coalesce(array_agg(u.daily ORDER BY u.n), '{}') FROM counters u),
        g.commands, g.counters, g.amounts, array_fill(NULL::integer, ARRAY[cardinality(g.commands)])) a;
END;

CREATE FUNCTION onering.forget_usage_v1(most integer) RETURNS integer
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH old AS (
        SELECT u.lane, u.key, u.period FROM onering.usage u
         WHERE u.period < 'infinity' AND u.period < (clock_timestamp() AT TIME ZONE 'UTC')::date - 1 LIMIT most
    ), gone AS (
        DELETE FROM onering.usage u USING old
         WHERE u.lane = old.lane AND u.key = old.key AND u.period = old.period RETURNING 1
    )
    SELECT count(*)::integer FROM gone;
END;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onering FROM PUBLIC;
