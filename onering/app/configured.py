"""What the settings come to for each part; they are read here, and nowhere else."""

import hmac
from typing import Any

from onering.clerk import frontend_api
from onering.domain.values import CONTENT, DESCRIPTION, TITLE, Visibility
from onering.handle import Handling
from onering.http.limiting import Rates
from onering.limits.gcra import Rate
from onering.live.limits import Limits
from onering.log.batcher import BatchLimits
from onering.records.recorder import RecordLimits
from onering.settings import Environment, Settings


def invite_secret(settings: Settings, secret: bytes | None) -> bytes | None:
    """Return what invites are made with: the one that is set, else one of this machine's own, to develop with."""
    if (own := settings.invite_secret) is not None:
        return own.get_secret_value().encode()
    return None if secret is None else hmac.digest(secret, b"onering/invites", "sha256")


def page_secret(settings: Settings, secret: bytes | None) -> bytes | None:
    """Return what a page may have tokens made with: where anybody on this machine may be anybody, in local alone."""
    return secret if settings.env is Environment.LOCAL else None


def anonymous_read(settings: Settings) -> bool:
    """Return whether callers without credentials may read public drafts."""
    return settings.developing if settings.anonymous_read is None else settings.anonymous_read


def clerk(settings: Settings) -> str | None:
    """Return the origin that Clerk's component is loaded from, and calls; None where it signs nobody in."""
    key = settings.clerk_publishable_key
    return None if key is None else frontend_api(key)


def handling(settings: Settings) -> Handling:
    """Return how commands are handled."""
    default = "public" if settings.developing else "private"
    return Handling(
        default_visibility=Visibility(settings.default_visibility or default),
        command_seconds=settings.command_seconds,
        attempts=settings.decide_attempts,
    )


def rates(settings: Settings) -> Rates:
    """Return how often callers may ask."""
    requests = Rate("requests", settings.requests_per_minute, settings.requests_burst)
    return Rates(
        requests,
        commands=Rate("commands", settings.commands_per_minute, settings.commands_burst),
        sign_ins=Rate("failed-sign-ins", settings.failed_sign_ins_per_minute, settings.failed_sign_ins_burst),
        # As often as anything else may be asked.
        repeats=Rate("repeats", requests.per_minute, requests.burst),
    )


def batch_limits(settings: Settings) -> BatchLimits:
    """Return the limits of one commit, and of waiting for it."""
    return BatchLimits(settings.batch_commands, settings.batch_bytes, settings.queue_commands, settings.command_seconds)


def record_limits(settings: Settings) -> RecordLimits:
    """Return how much is recorded of sign-ins and refusals."""
    return RecordLimits(
        settings.records_queue,
        settings.refusals_per_minute,
        settings.refusals_per_second,
        settings.refused_addresses,
    )


def feed_limits(settings: Settings) -> Limits:
    """Return the limits of the live feed."""
    return Limits(**{name: getattr(settings, name) for name in Limits.__dataclass_fields__})


def config(settings: Settings) -> dict[str, Any]:
    """Return what /v1/config tells: nothing secret is in it."""
    return {
        "environment": settings.env,
        "clerk_publishable_key": settings.clerk_publishable_key,
        "anonymous_read": anonymous_read(settings),
        "default_visibility": handling(settings).default_visibility,
        "limits": {
            "body_bytes": settings.body_limit,
            "title_characters": TITLE,
            "description_characters": DESCRIPTION,
            "segment_characters": CONTENT,
            "heartbeat_seconds": settings.heartbeat_seconds,
        },
    }
