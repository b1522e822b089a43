"""The page that people open in a browser: what Vite built from `web/`, served from memory."""

from onering.page.built import MISSING, OURS, Built, is_built
from onering.page.policy import policy
from onering.page.serving import Page

__all__ = ["MISSING", "OURS", "Built", "Page", "is_built", "policy"]
