-- The comment on the key of the lane's lock spelled it wrong. Comments are part of a function's text, and the text is
-- what a fresh log is compared with.
DO $append$
BEGIN
    EXECUTE replace(pg_get_functiondef('onering.append_v1'::regproc), '''OneRG'' by ASCII, truncated;', '''ORRG'' in ASCII;');
END
$append$;
