"""The two clocks of sign-in, so that tests can hold them."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`wall` (seconds since 1970) judges claims; `monotonic` (seconds) judges ages and cool-downs.

    A wall clock that steps must neither keep a cached token alive nor let key fetches run wild.
    """

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
