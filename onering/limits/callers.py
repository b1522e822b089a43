"""Whose limits a request counts against: the verified person's, else those of the address it comes from."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from onering.auth.identity import Identity, identity_of

# Whoever has one address of IPv6 has these many bits of them.
NETWORK = 64


class Callers:
    """Names callers. `proxies` are addresses and networks whose X-Forwarded-For is believed; by default nobody's is."""

    def __init__(self, proxies: Collection[str] = ()) -> None:
        self._proxies = [ip_network(proxy) for proxy in proxies]

    def of(self, scope: Mapping[str, Any]) -> str:
        """Return the caller of a request or handshake."""
        identity = identity_of(scope)
        return self.address(scope) if identity is None else self.person(identity)

    def person(self, identity: Identity) -> str:
        """Return a verified person as a caller."""
        return f"user {identity.actor.user_id}"

    def address(self, scope: Mapping[str, Any]) -> str:
        """Return who is at the other end as a caller: an address, or a network of IPv6."""
        host = (scope.get("client") or ("local", 0))[0]
        return _named(self._behind(host, scope["headers"]) if self._proxies else host)

    def _behind(self, host: str, headers: Collection[tuple[bytes, bytes]]) -> str:
        """Return the nearest address that is no proxy of ours: what stands before it, anybody may have written."""
        chain = [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]
        for hop in reversed(",".join(chain).split(",")):
            if not self._is_proxy(host) or _parsed(hop.strip()) is None:
                break
            host = hop.strip()
        return host

    def _is_proxy(self, host: str) -> bool:
        address = _parsed(host)
        return address is not None and any(address in network for network in self._proxies)


@lru_cache(maxsize=4096)
def _named(host: str) -> str:
    address = _parsed(host)
    if isinstance(address, IPv6Address):
        return f"address {IPv6Network((address, NETWORK), strict=False)}"
    return f"address {host if address is None else address}"


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
