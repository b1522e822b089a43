"""Read models: one module per question, its table, writer and query together."""

from projections.access import ACCESS
from projections.drafts import DRAFTS
from projections.projection import Projection
from projections.timeline import TIMELINE

# Access comes first, and the list page relies on it: who may see a draft is never older than what is shown of it.
PROJECTIONS: tuple[Projection, ...] = (ACCESS, DRAFTS, TIMELINE)

__all__ = ["ACCESS", "DRAFTS", "PROJECTIONS", "TIMELINE", "Projection"]
