"""Clocks that stand still until a test moves them."""

import time

from onering.auth.clock import Clock


class HeldClock:
    """Starts at the real time; `wall` and `monotonic` move apart when a test wants them to."""

    def __init__(self) -> None:
        self.wall = float(int(time.time()))
        self.monotonic = 1000.0

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.wall, monotonic=lambda: self.monotonic)

    def advance(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds
