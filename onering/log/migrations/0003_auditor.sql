-- An auditor reads the log. From the beginning they could read every table, people's plans and the service's own too.
-- What is theirs is given at every migration (onering/log/roles.py).
DO $auditor$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'onering_auditor') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA onering FROM onering_auditor;
    END IF;
END
$auditor$;
