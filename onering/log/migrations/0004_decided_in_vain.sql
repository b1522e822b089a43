-- A command that was decided on what another one of its batch would do must fail with it. The version alone does not tell:
-- somebody else's event may have taken the place.
DO $append$
DECLARE
    before CONSTANT text := pg_get_functiondef('onering.append_v1'::regproc);
BEGIN
    EXECUTE replace(replace(before,
$was$    astray     boolean[];     -- whether a stream has another type or workspace in the log: nothing fits it
$was$,
$now$    astray     boolean[];     -- whether nothing fits a stream: the log has another type or workspace for it, or a command
                              -- of this batch was not accepted there
$now$),
$was$            c_events[c] := appended;
        END IF;
$was$,
$now$            c_events[c] := appended;
        ELSE
            -- What follows on its streams was decided on what it would have done, whoever wrote that version instead.
            FOR i IN first_x .. x - 1 LOOP
                astray[x_stream[i]] := true;
            END LOOP;
        END IF;
$now$);
END
$append$;
