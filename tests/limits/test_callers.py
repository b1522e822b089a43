"""Whose limits a request counts against."""

from typing import Any
from uuid import uuid4

import pytest

from onering.auth.identity import Identity, set_identity
from onering.domain.actor import Actor
from onering.limits.callers import Callers
from onering.settings import Settings


def scope(client: str | None, *forwarded: str) -> dict[str, Any]:
    return {
        "client": None if client is None else (client, 50_000),
        "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded],
    }


def test_a_verified_person_counts_as_such_wherever_they_are() -> None:
    one, other = scope("192.0.2.1"), scope("192.0.2.2")
    for request in (one, other):
        set_identity(request, Identity(Actor("test", "alice", "alice", uuid4())))
    assert Callers().of(one) == Callers().of(other) == "user alice"


def test_a_person_who_is_called_like_an_address_is_not_that_address() -> None:
    named = scope("192.0.2.1")
    set_identity(named, Identity(Actor("test", "192.0.2.1", "192.0.2.1", uuid4())))
    assert Callers().of(named) != Callers().of(scope("192.0.2.1"))


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("192.0.2.1", "address 192.0.2.1"),
        ("::ffff:192.0.2.1", "address 192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "address 2001:db8:1:2::/64"),
        ("fe80::1%eth0", "address fe80::/64"),
        (None, "address local"),
    ],
)
def test_somebody_without_credentials_counts_as_an_address_or_its_network(client: str | None, expected: str) -> None:
    assert Callers().of(scope(client)) == expected


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONERING_TRUSTED_PROXIES", "10.0.0.1, 2001:db8::/32")
    assert Settings().trusted_proxies == ("10.0.0.1", "2001:db8::/32")
    monkeypatch.setenv("ONERING_TRUSTED_PROXIES", "proxy.example.com")
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
        Settings()


def test_nobody_is_believed_to_forward_for_others() -> None:
    assert Callers().of(scope("192.0.2.1", "198.51.100.7")) == "address 192.0.2.1"


@pytest.mark.parametrize(
    ("client", "forwarded", "expected"),
    [
        ("10.0.0.1", ("198.51.100.7",), "198.51.100.7"),
        ("10.0.0.1", ("203.0.113.1, 198.51.100.7",), "198.51.100.7"),  # whatever the caller wrote stands before
        ("10.0.0.1", ("203.0.113.1", "198.51.100.7, 10.0.0.2"), "198.51.100.7"),
        ("10.0.0.1", ("198.51.100.7, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("192.0.2.1", ("198.51.100.7",), "192.0.2.1"),
        ("10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
    ],
)
def test_a_proxy_of_ours_is_believed_as_far_as_it_knows(client: str, forwarded: tuple[str, ...], expected: str) -> None:
    assert Callers(["10.0.0.0/24"]).of(scope(client, *forwarded)) == f"address {expected}"
