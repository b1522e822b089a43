"""The signs of life of one socket: what it is told when, and when it is given up."""

from onering.live.ends import HEARTBEAT_MISSED, TOO_SLOW, End
from onering.live.limits import Limits

_MINUTE = 60.0


class Pulse:
    """Times are of the event loop's clock, in seconds; the sweep of the process asks, so no socket has a timer."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._heard_at = self._written_at = self._asked_at = self._progress_at = self._minute_began = now
        self._frames = 0
        self._version = 0
        self._unsent = 0

    def heard(self, now: float) -> bool:
        """Note a frame of the client; False if it sends too many."""
        self._heard_at = now
        if now - self._minute_began >= _MINUTE:
            self._minute_began, self._frames = now, 0
        self._frames += 1
        return self._frames <= self._limits.client_frames_per_minute

    def told(self, now: float) -> None:
        """Note that the client was told something."""
        self._written_at = now

    def asked(self, now: float) -> None:
        """Note that the client was asked for a sign of life."""
        self._asked_at = now

    def look(self, now: float, *, version: int, unsent: int) -> End | None:
        """Look at the last version and the bytes that were written but not sent; return why to give the socket up."""
        if version != self._version:
            self._written_at = now
        # Whatever left for the client is progress; so is what was written, for that waits until there is room.
        if unsent == 0 or unsent < self._unsent or version != self._version:
            self._progress_at = now
        self._version, self._unsent = version, unsent
        if now - self._heard_at > self._limits.silence_seconds:
            return HEARTBEAT_MISSED
        if now - self._progress_at > self._limits.stall_seconds:
            return TOO_SLOW
        return None

    def quiet(self, now: float) -> bool:
        """Whether it is time for a heartbeat: nothing was said for so long, by us or by the client.

        Of a busy draft a client is told all the time, and would answer nothing, were it never asked.
        """
        quiet_since = min(self._written_at, max(self._heard_at, self._asked_at))
        return now - quiet_since >= self._limits.heartbeat_seconds
