"""The listening socket: bound before anything else, with a sentence when that fails."""

import errno
import socket

import pytest

from onering.service.faults import ServiceError
from onering.service.listener import bind, reason, url


def test_a_bound_port_is_not_open_yet() -> None:
    with bind("127.0.0.1", 0) as listener:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(listener.getsockname())
        assert url(listener, "127.0.0.1") == f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("localhost", "localhost"),
        ("0.0.0.0", "127.0.0.1"),
        ("", "127.0.0.1"),
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("::", "[::1]"),
    ],
)
def test_the_address_is_one_to_go_to(host: str, shown: str) -> None:
    with bind("127.0.0.1", 0) as listener:
        assert url(listener, host) == f"http://{shown}:{listener.getsockname()[1]}"


def test_a_port_in_use_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as other,
        pytest.raises(ServiceError, match=r"Port \d+ is in use by another program"),
    ):
        bind("127.0.0.1", other.getsockname()[1])


def test_a_reserved_port_is_told() -> None:
    """Root may take any port, so the system's refusal is made up here."""
    refusal = PermissionError(errno.EACCES, "Permission denied")
    assert "reserved for root" in reason("127.0.0.1", 80, refusal)


@pytest.mark.parametrize("host", ["no such host", "203.0.113.1"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(ServiceError, match="--host"):
        bind(host, 0)


def test_a_port_is_free_again_at_once() -> None:
    """Connections that wait for their end do not keep the next start from it."""
    with bind("127.0.0.1", 0) as listener:
        listener.listen()
        address = listener.getsockname()
        client = socket.create_connection(address)
        accepted, _ = listener.accept()
        accepted.close()
        client.close()
    bind(*address).close()
