-- Limits of how often somebody may ask are shared by all processes.
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

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA onering FROM PUBLIC;
