"""How many segments of a draft stand."""

from uuid import UUID

from projections.models import ReadAt, ReadModels
from projections.standing import rows_at, standing

_COUNT = f"""
    WITH {standing("drafts")}
    SELECT s.position, (SELECT count(*) FROM {{drafts}}.segments t
                         WHERE t.lane = $1 AND t.draft_id = $2 AND NOT t.withdrawn) AS segments
      FROM standing s"""


async def count_segments(models: ReadModels, draft_id: UUID, read_at: ReadAt) -> int:
    """Return how many there are, without reading them. Raises TooEarly, NotBuilt, DATABASE_FAULTS."""
    _, (row,) = await rows_at(models, read_at, "drafts", _COUNT, draft_id)
    return int(row["segments"])
