"""Clerk's publishable key: which Frontend API it is of."""

import re
from base64 import b64decode

_KEY = re.compile(r"pk_(?:test|live)_([A-Za-z0-9+/]+={0,2})", re.ASCII)
_HOST = re.compile(r"(?=.{4,253}\$)((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63})\$", re.ASCII)


class NoPublishableKey(ValueError):
    """What was given is no publishable key of Clerk's."""


def frontend_api(key: str) -> str:
    """Return the origin of the Frontend API, such as https://clerk.example.com, that a publishable key names: behind
    `pk_test_` or `pk_live_` stands its host and a dollar sign, in base64. Raises NoPublishableKey.
    """
    spelled = _KEY.fullmatch(key)
    try:
        told = b64decode(_padded(spelled[1]), validate=True).decode("ascii") if spelled else ""
    except ValueError:
        told = ""
    if (host := _HOST.fullmatch(told)) is None:
        raise NoPublishableKey
    return f"https://{host[1]}"


def _padded(text: str) -> str:
    bare = text.rstrip("=")
    return bare + "=" * (-len(bare) % 4)
