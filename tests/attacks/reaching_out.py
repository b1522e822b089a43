"""What this process reaches for outside of itself, as Python's own audit events tell (PEP 578)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_OPENED = ("open", "os.listdir", "os.scandir")
_LOOKED_UP = ("socket.getaddrinfo", "socket.gethostbyname")


class _Listener:
    """Hears of everything while `heard` is a list; such a listener can't be taken away again."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, tuple[Any, ...]]] | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.heard is not None and (event == "socket.connect" or event in _OPENED or event in _LOOKED_UP):
            self.heard.append((event, args))


_listener = cache(_Listener)


@contextmanager
def no_reaching_out(port: int) -> Iterator[None]:
    """Assert that no file is opened, no name looked up and no connection made meanwhile, but to our own `port` of
    loopback, and to the database by its socket.
    """
    listener = _listener()
    listener.heard = heard = []
    try:
        yield
    finally:
        listener.heard = None
    assert [(event, args) for event, args in heard if not _is_our_own(event, args, port)] == []


def _is_our_own(event: str, args: tuple[Any, ...], port: int) -> bool:
    if event == "socket.connect":
        return isinstance(args[1], str) or args[1][:2] == ("127.0.0.1", port)
    return event in _LOOKED_UP and args[:2] == ("127.0.0.1", port)
