"""The REST front door: requests read strictly into commands and queries, answers and problems."""
