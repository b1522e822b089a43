"""Every setting of the service: read once, at the composition root, and nowhere else."""

import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from onering.issuers import ConfiguredIssuer, listed


class Environment(StrEnum):
    """One variable, `ONERING_ENV`, selects the profile."""

    LOCAL = "local"
    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Settings by their environment names; the README's table is checked against this class by a test."""

    model_config = SettingsConfigDict(env_prefix="ONERING_", frozen=True, extra="ignore", populate_by_name=True)

    # where it runs
    env: Environment = Field(Environment.LOCAL, description="Profile: local, test, staging or production.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    workers: int = Field(1, ge=1, le=64, description="Server processes on this machine.")
    data: Path | None = Field(None, description="Folder of the embedded Postgres; one default per person.")
    database_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_URL", description="Any Postgres 15 to 18 instead of the embedded one."
    )
    unsafe_local: bool = Field(False, description="Let `local` listen beyond loopback. Anyone can be anyone.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severity logged.")
    log_format: Literal["console", "json"] | None = Field(
        None, description="Form of log lines, console or json: console in local and test, else json."
    )
    metrics: Literal["loopback", "public", "off"] = Field(
        "loopback", description="Who may read /metrics: loopback (callers on this machine), public (anybody) or off."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer secret that opens /metrics from anywhere, 32 bytes or more."
    )
    shutdown_seconds: float = Field(10.0, gt=0, description="Deadline for a clean stop, in seconds.")
    clock_ahead_hours: float = Field(
        0.0, ge=0, description="How far ahead rules take the time to be, in hours, to rehearse with: only in test."
    )

    # who may do what
    default_visibility: Literal["private", "public"] | None = Field(
        None, description="Visibility of a draft that names none: public in local and test, else private."
    )
    anonymous_read: bool | None = Field(
        None, description="May callers without a token read public drafts: yes in local and test, else no."
    )
    auditors: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="User ids, comma-separated, of who reads what happened across all drafts."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Web origins, comma-separated, that may call the API and open sockets beside our own."
    )
    enforce_plans: bool = Field(False, description="Hold people to their plans; what they use is counted anyway.")
    plan_seconds: float = Field(30.0, gt=0, description="How long a process goes by a plan it read, in seconds.")

    # the page, invites and links
    page: Path | None = Field(None, description="Folder of a built page that is served instead of OneRing's own.")
    invite_secret: SecretStr | None = Field(
        None, description="Secret that invites are made with, 32 bytes or more; without one, only in local and test."
    )
    public_url: str | None = Field(
        None, description="Where people reach the service, such as https://example.com; else as each request did."
    )

    # limits of the way in
    body_limit: int = Field(256 * 1024, gt=0, description="Longest request body, in bytes (413).")
    body_seconds: float = Field(30.0, gt=0, description="Longest time a request body may take, in seconds (408).")
    header_limit: int = Field(16 * 1024, gt=0, description="Longest request head, in bytes (431).")
    header_seconds: float = Field(10.0, gt=0, description="Longest time a request head may take, in seconds (408).")
    json_depth: int = Field(32, gt=0, description="Deepest nesting of a JSON body.")

    # how often a caller may ask: a burst at once, then evenly
    rate_limit: Literal["on", "off"] = Field("on", description="Limit how often a caller may ask: on or off.")
    requests_per_minute: int = Field(120, ge=1, le=60_000_000, description="Requests a minute of one caller (429).")
    requests_burst: int = Field(30, ge=1, le=1_000_000_000, description="Requests of one caller at once (429).")
    commands_per_minute: int = Field(60, ge=1, le=60_000_000, description="Commands a minute of one caller (429).")
    commands_burst: int = Field(15, ge=1, le=1_000_000_000, description="Commands of one caller at once (429).")
    failed_sign_ins_per_minute: int = Field(
        10, ge=1, le=60_000_000, description="Refused tokens a minute of one address (429)."
    )
    failed_sign_ins_burst: int = Field(
        10, ge=1, le=1_000_000_000, description="Refused tokens of one address at once (429)."
    )
    connects_per_minute: int = Field(
        60, ge=1, le=60_000_000, description="Sockets that one caller opens in a minute (4429)."
    )
    connects_burst: int = Field(30, ge=1, le=1_000_000_000, description="Sockets that one caller opens at once (4429).")
    limiter_seconds: float = Field(
        0.25, gt=0, description="Longest wait for the limits of all processes, in seconds; then each limits by itself."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses and networks, comma-separated, whose X-Forwarded-For is believed."
    )

    # what the log is told of sign-ins and refusals
    records_queue: int = Field(1000, ge=1, description="Most records waiting for the log; more are dropped, counted.")
    refusals_per_minute: int = Field(30, ge=0, description="Most refusals of one person recorded in a minute.")
    refusals_per_second: int = Field(20, ge=0, description="Most refusals recorded in a second, per process.")
    refused_addresses: int = Field(1000, ge=1, description="Most refused addresses counted at a time, per process.")

    # the log
    idempotency_days: int = Field(30, ge=0, description="How long command outcomes are kept; 0 is for ever.")
    batch_commands: int = Field(256, ge=1, le=1000, description="Most commands in one commit.")
    batch_bytes: int = Field(1024 * 1024, gt=0, description="Most payload bytes in one commit.")
    queue_commands: int = Field(10_000, ge=1, description="Most commands waiting for the log before 503.")
    command_seconds: float = Field(10.0, gt=0, description="Longest wait for a commit before 503, in seconds.")
    decide_attempts: int = Field(5, ge=1, description="Decisions tried when other processes write first, then 409.")
    poll_seconds: float = Field(1.0, gt=0, description="Poll behind NOTIFY, in seconds.")
    state_cache_mib: int = Field(64, ge=1, description="Most memory for rules states, in MiB.")
    snapshot_events: int = Field(500, ge=1, description="Oldest a draft's state snapshot gets, in events.")
    statement_seconds: float = Field(15.0, gt=0, description="Longest statement on the log, in seconds.")
    pool_connections: int = Field(8, ge=2, description="Connections for reads, per process.")

    # proofs of the log
    sign: Literal["on", "off"] = Field("on", description="Sign what is added to the log, if there is a key: on or off.")
    keys: Path | None = Field(
        None, description="Folder of the keys, and of what was signed; beside the data folder: its name and `-keys`."
    )
    log_key: SecretStr | None = Field(
        None, description="Private key that signs the log, instead of a file; a newer one follows after a space."
    )
    log_origin: str | None = Field(
        None, description="What the log is called in proofs when it is opened, such as example.com/log; else by its id."
    )
    checkpoint_seconds: float = Field(1.0, gt=0, description="Shortest time between two checkpoints, in seconds.")
    trust_first: bool = Field(False, description="Sign with a key without memory, and take the log as it is now.")

    # read models
    list_cache_mib: int = Field(32, ge=0, description="Most memory for drafts as lists show them, in MiB.")
    read_wait: float = Field(2.0, ge=0, description="Longest wait of a read for its position, in seconds.")
    projector_events: int = Field(2000, ge=1, description="Most events a projection applies in one transaction.")
    projection_keep_seconds: float = Field(60.0, ge=0, description="How long a replaced read model stays, in seconds.")

    export_segments: int = Field(5000, ge=1, description="Most segments in an export; a longer draft is refused (409).")

    # the live feed
    hello_seconds: float = Field(5.0, gt=0, description="Time for the first message of a socket, in seconds.")
    join_seconds: float = Field(10.0, gt=0, description="Longest time that joining a draft takes, in seconds (1013).")
    heartbeat_seconds: float = Field(25.0, gt=0, description="Silence after which a socket is pinged, in seconds.")
    silence_seconds: float = Field(60.0, gt=0, description="Client silence that closes a socket, in seconds.")
    stall_seconds: float = Field(30.0, gt=0, description="Time without progress that cuts a reader off, in seconds.")
    socket_high_water: int = Field(64 * 1024, gt=0, description="Unsent bytes that make a reader a lagging one.")
    socket_frame_limit: int = Field(64 * 1024, gt=0, description="Longest client frame, in bytes (1009).")
    hello_limit: int = Field(16 * 1024, gt=0, description="Longest first message, in bytes (4413).")
    client_frames_per_minute: int = Field(240, gt=0, description="Most client frames a minute on a socket (4429).")
    sockets_per_user: int = Field(20, gt=0, description="Most sockets of one person, per process (4429).")
    sockets_per_process: int = Field(5000, gt=0, description="Most sockets of one process (4429).")
    feed_events: int = Field(512, ge=1, description="Events a live feed keeps in memory.")
    feed_keep_seconds: float = Field(300.0, ge=0, description="How long a feed outlives its last reader, in seconds.")
    resume_events: int = Field(1000, ge=1, description="Largest gap served by resume instead of a snapshot.")
    page_events: int = Field(256, ge=1, description="Most events in one frame.")
    token_grace_seconds: float = Field(15.0, ge=0, description="Socket life after its token expired, in seconds.")
    drain_seconds: float = Field(3.0, ge=0, description="Random window in which sockets move on SIGTERM, in seconds.")
    presence_batch_ms: int = Field(500, ge=1, description="How often who came and who left is told, in milliseconds.")
    presence_linger_seconds: float = Field(10.0, ge=0, description="How long people stay who left, in seconds.")
    presence_lease_seconds: float = Field(15.0, ge=1, description="How long people of a dead process stay, in seconds.")
    presence_crowd: int = Field(50, ge=0, description="Most people at a draft who are all named.")
    typing_seconds: float = Field(6.0, gt=0, description="How long typing lasts, in seconds; told twice as often.")

    # tokens
    hs256: bool = Field(False, description="Accept HS256 in production; elsewhere a secret is enough.")
    hs256_secret: SecretStr | None = Field(None, description="Shared secret of HS256 tokens, 32 bytes or more.")
    hs256_issuer: str = Field("onering:hs256", description="The `iss` of HS256 tokens.")
    issuers: Annotated[tuple[ConfiguredIssuer, ...], NoDecode] = Field(
        (), description="Other issuers, a JSON list of objects (docs/AUTH.md)."
    )
    private_issuers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins, comma-separated, whose keys may be fetched from addresses that are not public."
    )
    revocation_seconds: float = Field(
        5.0, gt=0, description="How often the list of revoked tokens is read, beside whenever it changes, in seconds."
    )
    token_max_seconds: int = Field(86_400, gt=0, description="Longest life (exp - iat) of an accepted token.")
    jwks_soft_seconds: float = Field(3600.0, gt=0, description="Age at which keys are refreshed in the background.")
    jwks_hard_seconds: float = Field(86_400.0, gt=0, description="Age at which keys stop being trusted.")
    jwks_fetch_seconds: float = Field(5.0, gt=0, description="Longest time that fetching keys takes, in seconds.")
    clerk_secret_key: SecretStr | None = Field(
        None, validation_alias="CLERK_SECRET_KEY", description="Clerk's secret key; never an HS256 secret by itself."
    )
    clerk_issuer: str | None = Field(None, validation_alias="CLERK_ISSUER", description="Issuer of Clerk's tokens.")
    clerk_publishable_key: str | None = Field(
        None,
        validation_alias="NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
        description="Clerk's publishable key; with it, Clerk signs people in on the page.",
    )
    clerk_jwks_url: str | None = Field(
        None, validation_alias="CLERK_JWKS_URL", description="Where Clerk's keys are, if not under the issuer."
    )
    clerk_authorized_parties: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validation_alias="CLERK_AUTHORIZED_PARTIES", description="Origins (`azp`) whose tokens are accepted."
    )

    @field_validator("issuers", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return listed(value) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network)
        return value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        """Refuse what links would not lead anywhere with: no scheme, or a path, below which there is no page."""
        if value is not None and not re.fullmatch(r"https?://[^/?#\s]+/?", value):
            raise ValueError("must be a scheme and a host, such as https://example.com, without a path")
        return value

    @property
    def developing(self) -> bool:
        """Whether this is a profile to develop in: no keys needed, everything easy to try, nothing to be trusted."""
        return self.env in (Environment.LOCAL, Environment.TEST)

    @field_validator(
        "allowed_origins",
        "trusted_proxies",
        "auditors",
        "private_issuers",
        "clerk_authorized_parties",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator(
        "data",
        "log_format",
        "metrics_token",
        "page",
        "invite_secret",
        "public_url",
        "keys",
        "log_key",
        "log_origin",
        "clerk_secret_key",
        "clerk_issuer",
        "clerk_publishable_key",
        "clerk_jwks_url",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value
