"""Derived identities are UUIDv5 as RFC 9562 has it, whoever computes them."""

from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from onering.domain.ids import NAMESPACE, command_identity, derived


@settings(derandomize=True, deadline=None)
@given(namespace=st.uuids(), role=st.text(max_size=20), n=st.integers(0, 10**6))
def test_an_identity_is_the_uuid5_of_the_command_role_and_number(namespace: UUID, role: str, n: int) -> None:
    made = derived(namespace, role, n)
    known = uuid5(namespace, f"{role}/{n}")
    assert (made, str(made), hash(made)) == (known, str(known), hash(known))


def test_the_scope_of_a_command_is_spelled_without_ambiguity() -> None:
    draft = UUID(int=5)
    assert command_identity("alice", draft, "k") == uuid5(NAMESPACE, f"5:alice36:{draft}k")
    assert command_identity("alice", None, "k") == uuid5(NAMESPACE, "5:alice0:k")
