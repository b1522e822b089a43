"""OneRing: writing together, one turn at a time."""

__version__ = "0.1.0"
