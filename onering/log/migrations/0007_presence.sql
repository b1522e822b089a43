-- Who is where is shared by all processes.
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
