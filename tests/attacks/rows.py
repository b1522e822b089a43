"""A pytest plugin that prints which attacks the collected tests answer, as JSON: row → tests."""

import json
from collections import defaultdict

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    rows: defaultdict[int, set[str]] = defaultdict(set)
    for item in session.items:
        for mark in item.iter_markers("attack"):
            for row in mark.args:
                rows[row].add(item.nodeid.partition("[")[0])
    print("\nATTACKS " + json.dumps({row: sorted(tests) for row, tests in sorted(rows.items())}))
