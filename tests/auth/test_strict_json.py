"""Strict JSON: one meaning or none, however quickly it is read."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onering.auth.strict import Ambiguous, json_value

names = st.sampled_from(["a", "b", "", "é", '"', "\\", "\n"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800")
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2))
members = st.lists(st.tuples(names, values), max_size=4)


def spelled(pairs: list[tuple[str, Any]], ascii_only: bool) -> bytes:
    inside = ", ".join(
        f"{json.dumps(name, ensure_ascii=ascii_only)}: {json.dumps(value, ensure_ascii=ascii_only)}"
        for name, value in pairs
    )
    return f"{{{inside}}}".encode(errors="surrogatepass")


def understood(raw: bytes) -> object:
    """Read it as the standard library does, in the strictest way it has; every number must be finite."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def refused(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(raw.decode(), object_pairs_hook=unique, parse_constant=refused)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(pairs=members, ascii_only=st.booleans())
@example(pairs=[("a", "x"), ("a", "x")], ascii_only=True)
@example(pairs=[("a", 1), ("a", "")], ascii_only=True)
@example(pairs=[("a", 2**64), ("b", -(2**63) - 1)], ascii_only=True)
@example(pairs=[('"', "a"), ('"', "a")], ascii_only=True)
def test_any_object_reads_as_the_strictest_reader_understands_it(
    pairs: list[tuple[str, Any]], ascii_only: bool
) -> None:
    raw = spelled(pairs, ascii_only)
    try:
        expected = understood(raw)
    except ValueError:
        with pytest.raises(Ambiguous):
            json_value(raw, depth=8)
    else:
        assert repr(json_value(raw, depth=8)) == repr(expected)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a":1}x', b"\xef\xbb\xbf{}", b'{"a":"\xff"}', b"{'a':1}", b'{"a":01}'])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(Ambiguous):
        json_value(raw, depth=8)
