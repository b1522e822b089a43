"""The listening socket: bound once by the supervisor, opened by the first worker that is ready."""

import errno
import socket

from onering.service.faults import ServiceError


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to (host, port), not listening yet; port 0 takes a free one. Raises ServiceError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as fault:
        raise ServiceError(f"{host!r} is no address of this machine ({fault.strerror}); choose --host.") from None
    opened = socket.socket(family, kind, protocol)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind(address)
    except OSError as fault:
        opened.close()
        raise ServiceError(reason(host, port, fault)) from None
    return opened


def reason(host: str, port: int, fault: OSError) -> str:
    """Return why an address could not be taken, and what to do."""
    if fault.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program; stop that one, or choose another with --port."
    if fault.errno == errno.EACCES:
        return f"Port {port} is reserved for root; choose one from 1024 on with --port."
    return f"Cannot listen on {host} port {port}: {fault.strerror}. Choose others with --host and --port."


def url(listener: socket.socket, host: str) -> str:
    """Return where a person on this machine finds the service."""
    port = listener.getsockname()[1]
    name = _REACHED.get(host.strip("[]"), host.strip("[]"))
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


# To listen on every address is none to go to.
_REACHED = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
