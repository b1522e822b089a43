"""Where keys are fetched from: over https, from public addresses alone, checked where they are connected to."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import httpcore
import httpx

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
# From (host, port) to what the host's name stands for, as texts.
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

# What is routed at all (RFC 4291 §2.4). Within it, and among IPv4 addresses: what protocols have for themselves, relays
# to any IPv4 address (RFC 7526) and examples (RFC 9637), which not every release of Python knows of.
_UNICAST = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20"))
)
# Addresses that stand for an IPv4 one in their last 32 bits: by mapping (RFC 4291 §2.5.5.2), and NAT64 (RFC 6052 §2.1).
_EMBEDDING = (ipaddress.ip_network("::ffff:0:0/96"), ipaddress.ip_network("64:ff9b::/96"))
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class AddressRefused(httpx.ConnectError):
    """The URL leads where keys are not fetched from; the message says why, for our log."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where beside the public internet keys may come from.

    `private` has exact https origins, reached whatever their addresses; `loopback` lets this machine be reached by its
    names 127.0.0.1, localhost and [::1], also without TLS (in local and test).
    """

    private: frozenset[str] = frozenset()
    loopback: bool = False

    def speaks(self, scheme: str, host: str) -> bool:
        """Whether the scheme may be used towards the host."""
        return scheme == "https" or (self.loopback and host in _LOOPBACK)

    def trusts(self, host: str, port: int) -> bool:
        """Whether the host may have any address."""
        if self.loopback and host in _LOOPBACK:
            return True
        return any((parts.hostname, parts.port or 443) == (host, port) for parts in map(urlsplit, self.private))


def is_public(address: Address) -> bool:
    """Whether an address is one host's on the public internet, also one that stands within another."""
    if isinstance(address, ipaddress.IPv6Address):
        if any(address in network for network in _EMBEDDING):
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC)


async def resolved(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as this machine's resolver gives them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the very address that was checked, so that a name which is rebound in between leads nowhere else."""

    def __init__(self, reach: Reach, resolve: Resolve = resolved) -> None:
        self._reach = reach
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers. Raises `AddressRefused` if any of them is not public."""
        failure: Exception = httpcore.ConnectError("the name stands for nothing")
        for address in await self._addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                failure = fault
        raise failure

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("the name can't be resolved") from None
        if not self._reach.trusts(host, port) and not all(is_public(ipaddress.ip_address(a)) for a in addresses):
            raise AddressRefused("an address of the host is not public; ONERING_PRIVATE_ISSUERS may name its origin")
        return addresses


class CheckedTransport(httpx.AsyncHTTPTransport):
    """Asks over https and public addresses alone, but within `reach`; certificates are checked against the name.

    No proxies are taken from the environment, but authorities are: SSL_CERT_FILE may name those of a private issuer.
    """

    def __init__(self, reach: Reach, resolve: Resolve = resolved) -> None:
        # httpx has no parameter for how connections are made; all that its own constructor makes is this pool.
        # Fetches are an hour apart, so that no connection is worth keeping.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            keepalive_expiry=0,
            network_backend=CheckedBackend(reach, resolve),
        )
        self._reach = reach

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request. Raises `AddressRefused`, httpx.HTTPError."""
        if not self._reach.speaks(request.url.scheme, request.url.host):
            raise AddressRefused("the URL is not https")
        return await super().handle_async_request(request)
