"""All sockets of a process, how many each person has, and how they ended."""

from collections import Counter
from collections.abc import Sequence

from onering.auth.identity import Identity
from onering.live.connection import Connection
from onering.live.ends import RESTART, TOO_MANY_SOCKETS, Ended
from onering.live.limits import Limits
from onering.live.session import Session

# Into how many parts the sockets are divided for the sweep, which visits one at a time.
PARTS = 10


class Connections:
    """Counters never fall: `closes` by close code (1005: without one), `joins` by mode."""

    def __init__(self, limits: Limits) -> None:
        self.closes: Counter[int] = Counter()
        self.joins: Counter[str] = Counter()
        self.draining = False
        self._limits = limits
        # A socket stays in its part, so that whoever visits the parts in turn is back at it after one round.
        self._parts: Sequence[set[Connection]] = [set() for _ in range(PARTS)]
        self._per_user: Counter[str] = Counter()

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def snapshot(self) -> list[Connection]:
        """Return those that are there now."""
        return [connection for part in self._parts for connection in part]

    def part(self, number: int) -> list[Connection]:
        """Return those of one of the PARTS that are there now."""
        return list(self._parts[number])

    def enter(self, connection: Connection) -> None:
        """Count a socket in. Raises Ended when there is no place for it."""
        if self.draining:
            raise Ended(RESTART)
        if len(self) >= self._limits.sockets_per_process:
            raise Ended(TOO_MANY_SOCKETS)
        min(self._parts, key=len).add(connection)

    def sign_in(self, connection: Connection, identity: Identity | None) -> None:
        """Let a socket be somebody's, for good. Raises Ended if they have too many."""
        if identity is None:
            return
        user_id = identity.actor.user_id
        if self._per_user[user_id] >= self._limits.sockets_per_user:
            raise Ended(TOO_MANY_SOCKETS)
        self._per_user[user_id] += 1
        connection.session = Session(identity)

    def leave(self, connection: Connection, code: int) -> None:
        """Count a socket out that ended with a close code."""
        connection.leave()
        for part in self._parts:
            part.discard(connection)
        self.closes[code] += 1
        if (user_id := connection.session.user_id) is not None:
            self._per_user[user_id] -= 1
            if not self._per_user[user_id]:
                del self._per_user[user_id]
