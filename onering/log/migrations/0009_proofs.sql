-- The log's Merkle tree and its newest checkpoint, and whose tokens count no more.
CREATE TABLE onering.tree (
    lane   smallint NOT NULL,
    level  smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    index  bigint   NOT NULL CHECK (index >= 0),
    hash   bytea    NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (lane, level, index)
);
CREATE TABLE onering.checkpoints (
    lane      smallint PRIMARY KEY,
    origin    text        NOT NULL,
    size      bigint      NOT NULL CHECK (size >= 0),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    note      text        NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
CREATE TABLE onering.revocations (
    issuer        text        NOT NULL,
    subject       text        NOT NULL,
    issued_before timestamptz NOT NULL,
    revoked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (issuer, subject)
);
