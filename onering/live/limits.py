"""The limits of the live feed, named as in the settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times are in seconds or `_ms`, sizes in bytes; what each means stands with the setting of its name."""

    hello_seconds: float = 5.0
    join_seconds: float = 10.0
    heartbeat_seconds: float = 25.0
    silence_seconds: float = 60.0
    stall_seconds: float = 30.0
    socket_high_water: int = 64 * 1024
    socket_frame_limit: int = 64 * 1024
    hello_limit: int = 16 * 1024
    client_frames_per_minute: int = 240
    sockets_per_user: int = 20
    sockets_per_process: int = 5000
    feed_events: int = 512
    feed_keep_seconds: float = 300.0
    resume_events: int = 1000
    page_events: int = 256
    token_grace_seconds: float = 15.0
    drain_seconds: float = 3.0
    presence_batch_ms: int = 500
    presence_linger_seconds: float = 10.0
    presence_lease_seconds: float = 15.0
    presence_crowd: int = 50
    typing_seconds: float = 6.0
