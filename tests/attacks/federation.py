"""Issuers beside Clerk, and the network between them and a service."""

import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpcore
import pytest

from tests.auth import fake_clerk
from tests.auth.fake_clerk import FakeClerk, public_jwk, rsa_key

AUDIENCE = "onering"


@asynccontextmanager
async def federation(aliases: Iterable[str]) -> AsyncIterator[dict[str, FakeClerk]]:
    """Serve an issuer for each alias; all of them have the same key, under the same kid."""
    async with AsyncExitStack() as stack:
        others = {alias: await stack.enter_async_context(fake_clerk.serving()) for alias in aliases}
        for other in others.values():
            other.key = rsa_key("federated")
            other.published = [public_jwk(other.kid, other.key)]
        yield others


def listed(others: Mapping[str, FakeClerk], **members: object) -> list[dict[str, object]]:
    """Return the issuers as the setting lists them; their keys are found by discovery."""
    return [{"issuer": o.issuer, "alias": alias, "audience": AUDIENCE, **members} for alias, o in others.items()]


def federated(other: FakeClerk, header: Mapping[str, object] | None = None, **claims: object) -> str:
    """Sign a token of an issuer that is not Clerk."""
    return other.token(header={"cat": ..., **(header or {})}, **({"aud": AUDIENCE, "azp": ...} | claims))


class Network:
    """What lies between this machine and others: names stand for what `names` says, in that order and the last one for
    good; `reached` has every address that was connected to. Nothing leaves the machine.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[str]] = {}
        self.reached: list[str] = []
        self._connect, self._resolve = httpcore.AnyIOBackend.connect_tcp, socket.getaddrinfo
        network = self

        async def connect_tcp(backend: httpcore.AnyIOBackend, host: str, port: int, *rest: Any, **named: Any) -> Any:
            return await network._reach(backend, host, port, *rest, **named)

        patch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_tcp)
        patch.setattr(socket, "getaddrinfo", self._answer)

    async def _reach(self, backend: httpcore.AnyIOBackend, host: str, *rest: Any, **named: Any) -> Any:
        self.reached.append(host)
        if host != "127.0.0.1":
            raise httpcore.ConnectError("nobody is there")
        return await self._connect(backend, host, *rest, **named)

    def _answer(self, host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if (addresses := self.names.get(host)) is None:
            return self._resolve(host, port, *rest, **named)
        address = addresses.pop(0) if len(addresses) > 1 else addresses[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
