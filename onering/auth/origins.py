"""Where a request may come from: the host it names, and the web page that opens a socket."""

import re

from onering.auth.credentials import Presented
from onering.auth.faults import BadRequest, Forbidden

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_ORIGIN = re.compile(r"(https?)://(" + _HOST.pattern + r")")
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def canonical(origin: str) -> str | None:
    """Return an origin (RFC 6454 §6.2) in lower case without its default port; None if it is not one."""
    match = _ORIGIN.fullmatch(origin)
    return None if match is None else f"{match[1]}://{match[2].lower().removesuffix(_DEFAULT_PORTS[match[1]])}"


def check_local_host(host: tuple[str, ...]) -> None:
    """Raise `BadRequest` unless the request names this machine, on any port.

    A foreign page whose name was rebound to 127.0.0.1 reaches the port, but can't name it.
    """
    match = _HOST.fullmatch(host[0]) if len(host) == 1 else None
    if match is None or match[1].lower() not in _LOCAL_HOSTS:
        raise BadRequest("In `local` this service answers only for the hosts 127.0.0.1, localhost and [::1].")


def check_socket_origin(request: Presented, *, secure: bool, allowed: frozenset[str]) -> None:
    """Raise `Forbidden` unless the page that opens this socket is one of ours (RFC 6455 §10.2).

    Browsers always send Origin, so its absence beside a cookie is no browser of ours; other clients send a token.
    """
    if request.origin:
        ours = allowed | _own_origins(request.host, secure=secure)
        if len(request.origin) == 1 and canonical(request.origin[0]) in ours:
            return
    elif request.authorization or not request.cookie:
        return
    raise Forbidden("This origin may not open a socket here; list it in ONERING_ALLOWED_ORIGINS.")


def _own_origins(host: tuple[str, ...], *, secure: bool) -> frozenset[str]:
    """Return the origins of pages served by this host: over TLS, also when a proxy ends it before us."""
    if len(host) != 1:
        return frozenset()
    schemes = ("https",) if secure else ("https", "http")
    return frozenset(own for scheme in schemes if (own := canonical(f"{scheme}://{host[0]}")) is not None)
