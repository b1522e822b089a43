"""What a read model is made of, and how its SQL becomes one build of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_SCHEMA = re.compile(r"[a-z_]+_[0-9]+")


def in_schemas(sql: str, schemas: Mapping[str, str]) -> str:
    """Return `sql` with each `{name}` replaced by the Postgres schema given for it.

    Only names of builds, `[a-z_]+_[0-9]+`, are ever put into SQL text. Raises ValueError, KeyError.
    """
    for schema in schemas.values():
        if not _SCHEMA.fullmatch(schema):
            raise ValueError(f"{schema!r} does not name a build of a read model")
    return _PLACEHOLDER.sub(lambda match: schemas[match[1]], sql)


@dataclass(frozen=True)
class Projection:
    """A read model: the streams it follows, its tables, and the SQL that writes them.

    `ddl` and `writers` say `{schema}` for the Postgres schema of the build. Each writer is one set-based statement over
    `unnest(batch)`, the next events of its streams in lane `$1`, run in order, in one transaction. An event of a newer
    release stops it, unless it `takes_unknown_events`: what it knows of an event, every event has.
    """

    name: str
    stream_types: tuple[str, ...]
    ddl: str
    writers: tuple[str, ...]
    takes_unknown_events: bool = False

    @cached_property
    def sql(self) -> str:
        """The statements that make an empty build: tables, and the function that writes them."""
        advance = _ADVANCE.replace("{stop}", "" if self.takes_unknown_events else _STOP)
        advance = advance.replace("{name}", self.name)
        advance = advance.replace("{types}", ", ".join(f"'{stream_type}'" for stream_type in self.stream_types))
        return self.ddl + advance.replace("{writers}", "".join(f"    {w.strip()};\n\n" for w in self.writers))

    @cached_property
    def definition(self) -> str:
        """Short hash of `sql`: releases that would write the same tables share a build, others have one each."""
        return sha256(self.sql.encode()).hexdigest()[:16]


_STOP = """    SELECT min(e.position) INTO stopped FROM unnest(batch) e
     WHERE NOT EXISTS (SELECT FROM unnest(p_known, p_newest) k(type, newest)
                        WHERE k.type = e.type AND e.schema_version <= k.newest);
    IF stopped IS NOT NULL THEN
        p_upto := stopped - 1;
        batch := ARRAY(SELECT e FROM unnest(batch) e WHERE e.position < stopped);
    END IF;
"""

# One call applies one batch, in one transaction: the checkpoint and the tables move together or not at all.
#
#   p_upto   in: as far as wanted; out: as far as it got; null: the checkpoint was not where the caller left it
#   p_known  every event type the caller knows, p_newest its newest schema version
#   stopped  the first event of our streams that the caller does not know; nothing from there on is applied
#
# The checkpoint comes first: its row lock makes rival writers queue, and a deposed one leaves before it wrote anything.
# A VOLATILE function under READ COMMITTED takes a new snapshot per statement, so each writer sees what those before it
# wrote; the events do not change under it, since the range is fixed and positions are dense and committed in order.
# As in append_v2, plans are made for tables of any size, however small the table was at first: every join is a probe
# of a key, and the events are read once, in the order of the index that has them. As a mere range, planned on an empty
# log, each of them would go on being looked for in the whole lane.
_ADVANCE = """
CREATE FUNCTION {schema}.advance(
    p_lane smallint, p_after bigint, INOUT p_upto bigint, p_version integer, p_epoch bigint,
    p_known text[], p_newest integer[], OUT stopped bigint
)
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $advance$
DECLARE
    head  bigint;
    batch onering.events[];
BEGIN
    SELECT e.position INTO head FROM onering.events e WHERE e.lane = p_lane ORDER BY e.position DESC LIMIT 1;
    p_upto := greatest(p_after, least(p_upto, coalesce(head, 0)));
    batch := ARRAY(
        SELECT next.event
          FROM (SELECT e AS event FROM onering.events e WHERE e.lane = p_lane AND e.position > p_after
                 ORDER BY e.position LIMIT p_upto - p_after) next
         WHERE (next.event).stream_type IN ({types}));

{stop}    IF p_upto = p_after THEN
        RETURN;
    END IF;

    UPDATE onering.projections p SET position = p_upto, changed_at = clock_timestamp()
     WHERE p.name = '{name}' AND p.version = p_version AND p.lane = p_lane
       AND p.position = p_after AND p.epoch = p_epoch AND p.status <> 'replaced';
    IF NOT FOUND THEN
        p_upto := NULL;
        RETURN;
    END IF;

{writers}END
$advance$;
"""
