"""The first sign-in of a person: told to the registrar once, however many requests arrive together."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from onering.domain.actor import Actor

Registrar = Callable[[Actor], Awaitable[None]]
_Principal = tuple[str, str]


class Registration:
    """Remembers the last `entries` people this process has seen; the registrar itself must bear repetition.

    A caller waits at most `seconds`, for those before it too: each of them tries by itself.
    """

    def __init__(self, registrar: Registrar, *, seconds: float = 10.0, entries: int = 100_000) -> None:
        self._registrar = registrar
        self._seconds = seconds
        self._entries = entries
        self._known: OrderedDict[_Principal, None] = OrderedDict()
        self._locks: WeakValueDictionary[_Principal, asyncio.Lock] = WeakValueDictionary()

    async def ensure(self, actor: Actor) -> None:
        """Return once this person has a row. Whatever the registrar raises is raised, and tried again next time.

        Raises TimeoutError.
        """
        principal = (actor.issuer, actor.subject)
        if principal in self._known:
            self._known.move_to_end(principal)
            return
        # A lock rather than a shared task: when the first caller is cancelled, the next one simply takes its turn.
        lock = self._locks.setdefault(principal, asyncio.Lock())
        async with asyncio.timeout(self._seconds), lock:
            if principal not in self._known:
                await self._registrar(actor)
                self._remember(principal)

    def forget(self) -> None:
        """The log was rewound: who was registered since then no longer is."""
        self._known.clear()

    def _remember(self, principal: _Principal) -> None:
        self._known[principal] = None
        if len(self._known) > self._entries:
            self._known.popitem(last=False)
