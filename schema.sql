-- The log: what happened, in order, for ever.
--
-- Read from the top: the registries, the tables of the log, the leaf of an event, the one function that appends, and
-- what protects the log. Applied once to an empty database by `onering migrate`, in one transaction,
-- with search_path empty; onering/log/migrations/ brings older databases to the same shape. Postgres 15 to 18,
-- no extensions.

CREATE SCHEMA onering;

-- ---------------------------------------------------------------------------------------------------------------------
-- Registries

-- Which log this is, and how often it was restored from files: both are part of the epoch (docs/LOG.md).
CREATE TABLE onering.log (
    log_id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    restored     integer NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX log_is_one ON onering.log ((true));

CREATE TABLE onering.migrations (
    step         integer PRIMARY KEY,
    name         text NOT NULL,
    applied_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A workspace lives in exactly one lane; a lane is the unit that can move to another database.
CREATE TABLE onering.workspaces (
    workspace_id uuid PRIMARY KEY,
    lane         smallint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row per person who ever signed in; later sign-ins never change the plan. What else changes of it is an event of
-- the person's stream first: `version` is how much of that stream the row reflects (onering/users.py).
CREATE TABLE onering.app_users (
    issuer       text NOT NULL,
    subject      text NOT NULL,
    user_id      text COLLATE "C" NOT NULL UNIQUE,
    plan         text NOT NULL DEFAULT 'free',
    display_name text,
    handle       text COLLATE "C" UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    version      integer NOT NULL DEFAULT 1,
    PRIMARY KEY (issuer, subject)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- The log

-- `leaf` commits to every column before it except payload and salt, which payload_hash stands for: erasing a person
-- nulls those two only, and every proof stays valid. Column order is part of the format.
CREATE TABLE onering.events (
    lane           smallint    NOT NULL,
    position       bigint      NOT NULL CHECK (position > 0),
    stream_id      uuid        NOT NULL,
    stream_type    text        NOT NULL CHECK (stream_type IN ('draft', 'invite', 'user', 'workspace', 'system')),
    version        integer     NOT NULL CHECK (version > 0),
    workspace_id   uuid        NOT NULL,
    event_id       uuid        NOT NULL,
    type           text        NOT NULL CHECK (type <> ''),
    schema_version integer     NOT NULL CHECK (schema_version > 0),
    payload        text,
    salt           bytea       CHECK (octet_length(salt) = 16),
    payload_hash   bytea       NOT NULL,
    issuer         text        NOT NULL CHECK (issuer <> ''),
    subject        text        NOT NULL CHECK (subject <> ''),
    impersonator   text,
    command_id     uuid        NOT NULL,
    correlation_id text        NOT NULL,
    causation_id   uuid,
    recorded_at    timestamptz NOT NULL,
    leaf           bytea       NOT NULL,
    PRIMARY KEY (lane, position),
    CONSTRAINT events_one_order_per_stream UNIQUE (lane, stream_id, version),
    CHECK ((payload IS NULL) = (salt IS NULL))
);

-- The concurrency check: where each stream stands.
CREATE TABLE onering.streams (
    lane         smallint NOT NULL,
    stream_id    uuid     NOT NULL,
    stream_type  text     NOT NULL,
    workspace_id uuid     NOT NULL,
    version      integer  NOT NULL,
    PRIMARY KEY (lane, stream_id)
) WITH (fillfactor = 80);

-- The idempotency record: one row per accepted command. Its events, if any, are the last `events` positions up to
-- `position`; `version` is its first stream's afterwards.
CREATE TABLE onering.commands (
    lane        smallint    NOT NULL,
    command_id  uuid        NOT NULL,
    fingerprint bytea       NOT NULL,
    stream_id   uuid        NOT NULL,
    version     integer     NOT NULL,
    position    bigint      NOT NULL,
    events      integer     NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (lane, command_id)
);
CREATE INDEX commands_by_age ON onering.commands USING brin (recorded_at);

-- What commands use up, and may not exceed: how far each counter has come. It moves in the commit of the command that
-- uses something, under the lane's lock, so it is exact. `period` is the day (UTC) of a counter that begins anew each
-- day, 'infinity' of one that does not.
CREATE TABLE onering.usage (
    lane   smallint NOT NULL,
    key    text     COLLATE "C" NOT NULL,
    period date     NOT NULL,
    used   integer  NOT NULL CHECK (used >= 0),
    PRIMARY KEY (lane, key, period)
) WITH (fillfactor = 80);
CREATE INDEX usage_by_day ON onering.usage (period) WHERE period < 'infinity';

-- Disposable: what the rules knew of a stream at a version, so that a cold load reads few events. `format` names the
-- code that wrote it; a reader of another format ignores it.
CREATE TABLE onering.snapshots (
    lane      smallint NOT NULL,
    stream_id uuid     NOT NULL,
    format    text     NOT NULL,
    version   integer  NOT NULL,
    state     bytea    NOT NULL,
    PRIMARY KEY (lane, stream_id)
);

-- Where each read model stands. `position` moves in the transaction that writes the model, compared with what its
-- writer last saw and with `epoch`, which a new leader raises: a deposed one can't write. `version` counts builds and
-- names the Postgres schema; `definition` is a hash of the model's SQL, so that each release reads a model of its own.
CREATE TABLE onering.projections (
    name        text        NOT NULL,
    version     integer     NOT NULL,
    lane        smallint    NOT NULL,
    definition  text        NOT NULL,
    position    bigint      NOT NULL DEFAULT 0,
    owner       uuid,
    epoch       bigint      NOT NULL DEFAULT 0,
    status      text        NOT NULL CHECK (status IN ('building', 'live', 'replaced')),
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version, lane)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- The leaf of an event (docs/LOG.md has the format and test vectors)
--
-- STABLE, not IMMUTABLE, because convert_to is: only so can the planner inline these, which makes them ten times cheaper.

CREATE FUNCTION onering.field_v1(value bytea) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(int4send(octet_length(value)) || value, '\xffffffff'::bytea);

CREATE FUNCTION onering.payload_hash_v1(salt bytea, payload text) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256('onering/payload/v1\012'::bytea || salt || convert_to(payload, 'UTF8'));

CREATE FUNCTION onering.leaf_v1(
    lane smallint, "position" bigint, stream_id uuid, stream_type text, version integer, workspace_id uuid,
    event_id uuid, type text, schema_version integer, payload_hash bytea, issuer text, subject text,
    impersonator text, command_id uuid, correlation_id text, causation_id uuid, recorded_at timestamptz
) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(
        '\x00'::bytea || 'onering/event/v1\012'::bytea
        || '\x00000008'::bytea || int8send(lane::bigint)
        || '\x00000008'::bytea || int8send("position")
        || '\x00000010'::bytea || uuid_send(stream_id)
        || onering.field_v1(convert_to(stream_type, 'UTF8'))
        || '\x00000008'::bytea || int8send(version::bigint)
        || '\x00000010'::bytea || uuid_send(workspace_id)
        || '\x00000010'::bytea || uuid_send(event_id)
        || onering.field_v1(convert_to(type, 'UTF8'))
        || '\x00000008'::bytea || int8send(schema_version::bigint)
        || '\x00000020'::bytea || payload_hash
        || onering.field_v1(convert_to(issuer, 'UTF8'))
        || onering.field_v1(convert_to(subject, 'UTF8'))
        || onering.field_v1(convert_to(impersonator, 'UTF8'))
        || '\x00000010'::bytea || uuid_send(command_id)
        || onering.field_v1(convert_to(correlation_id, 'UTF8'))
        || onering.field_v1(uuid_send(causation_id))
        || '\x00000008'::bytea || timestamptz_send(recorded_at)
    );

-- ---------------------------------------------------------------------------------------------------------------------
-- The one way in

-- Append a batch of commands to a lane, in order, in the caller's transaction.
--
--   s_*  the streams of the batch, each once: identity, type, workspace
--   c_*  the commands: identity, fingerprint, who, correlation, causation
--   x_*  for each command in order, each stream it needs (by index into s_*), the version it expects there (0: the
--        stream does not exist) and how many events it appends to it (0: it only depends on it)
--   e_*  the events in order of their commands, each with the index of its command and of its stream
--   u_*  the counters of the batch, each once: key, and whether it begins anew each day (UTC)
--   g_*  the guards in order of their commands: each counter that the command moves (by index into u_*, once), by how
--        much, and what it may come to then (null: anything)
--
-- One row per command (`command` is its index): `appended` with its place in the log; `repeated` with the outcome
-- stored for its identity, for the caller to compare fingerprints; `conflict` where a stream is not at the expected
-- version; or `quota` where a counter would exceed its limit, with that `counter` (by index into u_*). Whatever is not
-- appended fails only itself, burns no position and moves no counter.
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

-- The same for processes of a release that knows no counters, while they run beside this one: what they store is
-- counted, and nothing is limited.
CREATE FUNCTION onering.append_v1(
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

-- ---------------------------------------------------------------------------------------------------------------------
-- Retention of idempotency records and of counters

-- Forget the records of commands older than `days` (at least one), a bounded number at a time; returns how many.
CREATE FUNCTION onering.forget_commands_v1(days integer, most integer) RETURNS integer
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH old AS (
        SELECT c.lane, c.command_id FROM onering.commands c
         WHERE c.recorded_at < clock_timestamp() - make_interval(days => greatest(days, 1)) LIMIT most
    ), gone AS (
        DELETE FROM onering.commands c USING old
         WHERE c.lane = old.lane AND c.command_id = old.command_id RETURNING 1
    )
    SELECT count(*)::integer FROM gone;
END;

-- Forget the counters of days past, a bounded number at a time; returns how many. A day more is kept: times never fall,
-- so after the clock was set back the log's day may be another one than the clock's.
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

-- ---------------------------------------------------------------------------------------------------------------------
-- Rate limits

-- How often somebody may ask: the generic cell rate algorithm (onering/limits/gcra.py). `tat` is the instant, in µs of the
-- epoch, from which on the caller has the whole burst again; a row of the past is as good as none. `granted` and `turn`
-- are what the last statement gave, and its index there. Unlogged: a crash of the server forgives everybody.
CREATE UNLOGGED TABLE onering.rate_limits (
    bucket  text    COLLATE "C" NOT NULL,
    caller  text    COLLATE "C" NOT NULL,
    tat     bigint  NOT NULL,
    granted integer NOT NULL,
    turn    integer NOT NULL,
    PRIMARY KEY (bucket, caller)
) WITH (fillfactor = 50);

-- How many of `asked` a caller with that `debt` (µs) gets, each of them costing `step`.
CREATE FUNCTION onering.granted_v1(debt bigint, step bigint, burst integer, asked integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN greatest(0, least((burst * step - debt) / step, asked))::integer;

-- Take from the buckets of many callers at once, by the clock of the database: for each (by its index, `turn`) what was
-- granted, and how much debt it has afterwards, in µs. No caller may be in a bucket twice.
CREATE FUNCTION onering.take_v1(
    p_bucket text[], p_caller text[], p_step bigint[], p_burst integer[], p_asked integer[]
) RETURNS TABLE (turn integer, granted integer, debt bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $take$
#variable_conflict use_column
DECLARE
    instant CONSTANT bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
BEGIN
    -- In one order, whoever asks: two statements that lock the same rows wait for each other, and never crosswise.
    RETURN QUERY
    INSERT INTO onering.rate_limits AS r (bucket, caller, tat, granted, turn)
    SELECT a.bucket, a.caller, instant + a.granted * a.step, a.granted, a.turn
      FROM (SELECT t.bucket, t.caller, t.step, t.turn::integer,
                   onering.granted_v1(0, t.step, t.burst, t.asked) AS granted
              FROM unnest(p_bucket, p_caller, p_step, p_burst, p_asked) WITH ORDINALITY
                   t(bucket, caller, step, burst, asked, turn)) a
     ORDER BY a.bucket COLLATE "C", a.caller COLLATE "C"
        ON CONFLICT ON CONSTRAINT rate_limits_pkey DO UPDATE SET (tat, granted, turn) = (
            SELECT greatest(r.tat, instant) + g.granted * p_step[excluded.turn], g.granted, excluded.turn
              FROM (SELECT onering.granted_v1(
                        greatest(r.tat - instant, 0), p_step[excluded.turn], p_burst[excluded.turn],
                        p_asked[excluded.turn])) g(granted))
    RETURNING r.turn, r.granted, greatest(r.tat - instant, 0);
END
$take$;

-- Forget callers who have their whole burst again, a bounded number at a time; returns how many. It waits for nobody's
-- lock: who is asking at this moment is not to be forgotten anyway.
CREATE FUNCTION onering.forget_limits_v1(most integer) RETURNS integer
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH old AS (
        SELECT r.bucket, r.caller FROM onering.rate_limits r
         WHERE r.tat < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint LIMIT most FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM onering.rate_limits r USING old
         WHERE r.bucket = old.bucket AND r.caller = old.caller RETURNING 1
    )
    SELECT count(*)::integer FROM gone;
END;

-- ---------------------------------------------------------------------------------------------------------------------
-- Proofs and trust

-- Disposable: the inner nodes of the Merkle tree over a lane's leaves that full tiles of 256 come to (docs/TRUST.md).
-- The hash at (level, index) is the root over the leaves from index * 256^level on, 256^level of them. Level 0 are the
-- events' leaves themselves.
CREATE TABLE onering.tree (
    lane   smallint NOT NULL,
    level  smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    index  bigint   NOT NULL CHECK (index >= 0),
    hash   bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (lane, level, index)
);

-- The newest signed checkpoint of each lane, as it is published. What the signer itself goes by is beside its key, and
-- never here: whoever can change this table must not be able to have another history signed.
CREATE TABLE onering.checkpoints (
    lane      smallint PRIMARY KEY,
    origin    text        NOT NULL,
    size      bigint      NOT NULL CHECK (size >= 0),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    note      text        NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- Whose tokens count no more: those issued before a time ('infinity': all of them). Only operators write here.
CREATE TABLE onering.revocations (
    issuer        text        NOT NULL,
    subject       text        NOT NULL,
    issued_before timestamptz NOT NULL,
    revoked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (issuer, subject)
);

-- ---------------------------------------------------------------------------------------------------------------------
-- Presence

-- Who follows which draft at this moment: a process renews its lease, and its rows are good as long as that lasts
-- (onering/live/leases.py). `user_id` is empty for all who read without credentials, `readers` tells how many.
-- Unlogged: a crash of the server forgets everybody, and each process writes its own anew.
CREATE UNLOGGED TABLE onering.presence_leases (
    process_id uuid        PRIMARY KEY,
    ends_at    timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE onering.presence (
    draft_id     uuid    NOT NULL,
    process_id   uuid    NOT NULL REFERENCES onering.presence_leases ON DELETE CASCADE,
    user_id      text    COLLATE "C" NOT NULL,
    workspace_id uuid,
    readers      integer NOT NULL,
    PRIMARY KEY (draft_id, process_id, user_id)
);
CREATE INDEX presence_by_process ON onering.presence (process_id);

-- ---------------------------------------------------------------------------------------------------------------------
-- For people: the log with its payloads as JSON

CREATE VIEW onering.log_entries AS
SELECT lane, position, recorded_at, type, stream_type, stream_id, version, subject, payload::json AS payload,
       issuer, impersonator, command_id, correlation_id, causation_id, event_id, workspace_id
  FROM onering.events;

-- ---------------------------------------------------------------------------------------------------------------------
-- What protects the log
--
-- First line: privileges, which `onering migrate` gives to roles of their own, each time, where the connection may make
-- them (onering/log/roles.py). Second line, for whoever owns the tables: triggers that refuse, in every session role.
-- Where the service has to run as the owner, they are all there is (docs/ARCHITECTURE.md).

CREATE FUNCTION onering.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $refuse$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$refuse$;

CREATE TRIGGER events_never_change BEFORE UPDATE OR DELETE ON onering.events
    FOR EACH ROW EXECUTE FUNCTION onering.refuse_change();
CREATE TRIGGER events_never_vanish BEFORE TRUNCATE ON onering.events
    FOR EACH STATEMENT EXECUTE FUNCTION onering.refuse_change();
ALTER TABLE onering.events ENABLE ALWAYS TRIGGER events_never_change;
ALTER TABLE onering.events ENABLE ALWAYS TRIGGER events_never_vanish;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onering FROM PUBLIC;
