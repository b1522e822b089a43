"""Read models: one module per question, its table, writer and query together."""

from projections.access import ACCESS
from projections.audit import AUDIT
from projections.drafts import DRAFTS
from projections.invites import INVITES
from projections.leaderboard import LEADERBOARD
from projections.projection import Projection
from projections.search import SEARCH
from projections.timeline import TIMELINE

# Access comes first and search next, and the list page relies on it: who may see a draft is never older than what is
# shown of it, nor what is found of it older than the draft itself.
PROJECTIONS: tuple[Projection, ...] = (ACCESS, SEARCH, DRAFTS, INVITES, TIMELINE, AUDIT, LEADERBOARD)

__all__ = ["ACCESS", "AUDIT", "DRAFTS", "INVITES", "LEADERBOARD", "PROJECTIONS", "SEARCH", "TIMELINE", "Projection"]
