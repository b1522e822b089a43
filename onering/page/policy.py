"""What the page may load and call (Content Security Policy, level 3)."""

from collections.abc import Mapping, Sequence

# Our own files and this service, whose WebSockets 'self' covers, too. Nothing inline: what people wrote can become no
# script and no style. Images may be data, as style sheets have them.
_OURS: Mapping[str, Sequence[str]] = {
    "default-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "base-uri": ("'none'",),
    "form-action": ("'none'",),
    "frame-ancestors": ("'none'",),
}
_CHALLENGES, _PROTECTION = "https://challenges.cloudflare.com", "https://*.protect.clerk.com"


def policy(clerk: str | None) -> bytes:
    """Return the policy; `clerk` is the origin of the Frontend API whose component signs people in, if one does."""
    beside = {} if clerk is None else _of_clerk(clerk)
    sources = {name: (*_OURS.get(name, ()), *beside.get(name, ())) for name in (*_OURS, *beside)}
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items()).encode()


def _of_clerk(origin: str) -> Mapping[str, Sequence[str]]:
    """Return what Clerk's documentation ("Configure Clerk Content-Security-Policy headers") asks for. Its component
    makes its styles while it runs, which no narrower source admits; scripts stay files.
    """
    return {
        "script-src": (origin, _CHALLENGES, _PROTECTION),
        "style-src": ("'unsafe-inline'",),
        "img-src": ("https://img.clerk.com",),
        "connect-src": (origin, f"{_PROTECTION}:*"),
        "worker-src": ("'self'", "blob:"),
        "frame-src": (_CHALLENGES, _PROTECTION),
    }
