"""Issuers of tokens beside Clerk, as `ONERING_ISSUERS` lists them."""

import json

from pydantic import BaseModel, ConfigDict, Field, field_validator

RESERVED_ALIASES = frozenset({"local", "hs256", "clerk", "home"})


class ConfiguredIssuer(BaseModel):
    """An OpenID Connect issuer whose tokens are accepted.

    `issuer` is the exact `iss`, `alias` stands before the names of its people (`<alias>|<sub>`), `audience` has what
    `aud` must name one of. Its keys are at `jwks_url`, else where the issuer's metadata says. `authorized_parties`
    lists the accepted `azp` (none: not looked at); every `sub` begins with `subject_prefix`; `max_seconds` caps the
    life of a token below `ONERING_TOKEN_MAX_SECONDS`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1, max_length=255)
    alias: str = Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=32)
    audience: tuple[str, ...] = Field(min_length=1)
    jwks_url: str | None = None
    authorized_parties: tuple[str, ...] = ()
    subject_prefix: str = ""
    max_seconds: int | None = Field(None, gt=0)

    @field_validator("audience", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("audience", "authorized_parties")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(value):
            raise ValueError("an empty text names nobody")
        return value

    @field_validator("alias")
    @classmethod
    def _free(cls, value: str) -> str:
        if value in RESERVED_ALIASES:
            raise ValueError(f"the aliases {', '.join(sorted(RESERVED_ALIASES))} have a meaning of their own")
        return value


def listed(text: str) -> object:
    """Return what the JSON of the setting says; nothing is an empty list. Raises ValueError."""
    try:
        return json.loads(text, object_pairs_hook=_unique) if text.strip() else []
    except json.JSONDecodeError as fault:
        raise ValueError(f"no JSON at character {fault.pos}") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members
