"""One socket: what it is told, what it is worth, and how it ends."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

from onering.live import frames
from onering.live.cursor import Cursor
from onering.live.ends import GONE, TOKEN_EXPIRED, TOO_MANY_FRAMES, End, Ended
from onering.live.limits import Limits
from onering.live.outlet import Outlet
from onering.live.presence import Seat
from onering.live.pulse import Pulse
from onering.live.session import Session

# How often the sweep of a process looks at each socket, in seconds. A token's grace ends that much early, never late.
SWEEP_SECONDS = 0.5


class Connection:
    """From the handshake on; it has a `cursor` once it has joined a feed, and `ended` once it is over."""

    def __init__(self, outlet: Outlet, limits: Limits) -> None:
        self.connection_id = uuid4()
        self.outlet = outlet
        self.session = Session(None)
        self.cursor: Cursor | None = None
        self.seat: Seat | None = None
        self.accepted = False
        self.ended: End | None = None
        self._limits = limits
        self._now = asyncio.get_running_loop().time
        self._pulse = Pulse(limits, self._now())
        outlet.listen(self, limits.socket_high_water)

    def check(self) -> None:
        """Raise Ended if it is over: for whoever did something else meanwhile."""
        if self.ended is not None:
            raise Ended(self.ended)

    def end(self, end: End) -> None:
        """Close, unless that was done: nothing is written after it. Before `accepted`, whoever accepts has to look."""
        if self.ended is not None:
            return
        self.ended = end
        self.leave()
        if self.accepted:
            self.outlet.close(end)

    def leave(self) -> None:
        """Follow nothing any more."""
        if self.cursor is not None:
            self.cursor.leave()
        if self.seat is not None:
            self.seat.leave()

    def tell(self, frame: bytes) -> bool:
        """Write a frame that is worth nothing later: not to somebody who is behind, or gone."""
        if self.ended is not None or self.outlet.unsent() > self._limits.socket_high_water:
            return False
        self.outlet.write(frame)
        self._pulse.told(self._now())
        return True

    def sweep(self, now: float, wall: datetime) -> None:
        """Do what is due at `now`, of the event loop's clock, and `wall`: ask for a token, ping, or give up."""
        cursor = self.cursor
        if self.ended is not None or cursor is None or not cursor.begun:
            return
        self._sweep_token(wall)
        if (end := self._pulse.look(now, version=cursor.version, unsent=self.outlet.unsent())) is not None:
            self.end(end)
        elif self._pulse.quiet(now) and self.tell(frames.ping(cursor.head)):
            self._pulse.told(now)
            self._pulse.asked(now)
        if not cursor.full:
            cursor.has_room()

    def _sweep_token(self, wall: datetime) -> None:
        session = self.session
        if session.expires_at is None:
            return
        grace = timedelta(seconds=max(0.0, self._limits.token_grace_seconds - SWEEP_SECONDS))
        if session.expired(wall, grace):
            self.end(TOKEN_EXPIRED)
        elif session.expiring(wall):
            session.warned = self.tell(frames.token_expiring(session.expires_at))

    # What the outlet tells

    def writable(self) -> None:
        if self.cursor is not None:
            self.cursor.has_room()

    def lost(self) -> None:
        if self.ended is None:
            self.ended = GONE
        self.leave()

    def frame_received(self) -> None:
        """Count a frame of the client, and take it as a sign of life."""
        if not self._pulse.heard(self._now()):
            self.end(TOO_MANY_FRAMES)
