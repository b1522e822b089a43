"""Who may see and write which draft: the members of each, by person, and how visible it is to everyone else."""

from projections import membership
from projections.projection import Projection

# The primary key starts with the person: "which drafts are mine" is the question. Its columns also serve the upsert.
_DDL = f"""
CREATE TABLE {{schema}}.members ({membership.COLUMNS},
    PRIMARY KEY (lane, user_id, draft_id)
);
CREATE TABLE {{schema}}.drafts (
    lane         smallint NOT NULL,
    draft_id     uuid     NOT NULL,
    workspace_id uuid     NOT NULL,
    visibility   text     NOT NULL,
    PRIMARY KEY (lane, draft_id)
);
"""

_CREATED = """
    INSERT INTO {schema}.drafts (lane, draft_id, workspace_id, visibility)
    SELECT e.lane, e.stream_id, e.workspace_id, e.payload::json -> 'data' ->> 'visibility'
      FROM unnest(batch) e
     WHERE e.type = 'draft_created'"""

ACCESS = Projection("access", ("draft",), _DDL, (_CREATED, membership.WRITER))
