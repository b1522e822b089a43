"""How often a caller may ask, as HTTP tells it: 429 (RFC 6585) beyond, and on every answer how much is left."""

from dataclasses import dataclass
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from onering.auth.faults import TooManyFailures
from onering.http.admission import Admission, tell
from onering.http.answers import Header
from onering.http.call import ClientGone
from onering.http.faults import RateLimited
from onering.limits.callers import Callers
from onering.limits.gcra import Rate, Verdict
from onering.limits.limiter import Limiter, Waiting
from onering.requests import IdempotencyMismatch

# Whoever watches over the service, and a page that is about to start, are not counted.
OPEN = frozenset({"/healthz", "/readyz", "/metrics", "/v1/config"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What is not safe there is a command, which may have been accepted before; and what else changes something.
COMMANDS = ("/v1/commands", "/v1/collab/")
CHANGES = (*COMMANDS, "/v1/me")

# Most answers' fields that are kept ready.
PREPARED = 4096


@dataclass(frozen=True, slots=True)
class Rates:
    """What each kind of caller may ask: of `requests` all count, of `commands` each mutation besides.

    `repeats` bounds how often the outcome of a key is looked up for somebody who is over the limit.
    """

    requests: Rate
    commands: Rate
    sign_ins: Rate
    repeats: Rate


class Limited:
    """ASGI middleware behind sign-in: counts every http request, and raises RateLimited for one too many.

    A command that is one too many goes on: its key may have been accepted before, and then has its outcome. Whatever
    else comes of it is told as RateLimited.
    """

    def __init__(self, application: ASGIApp, limiter: Limiter, rates: Rates, callers: Callers) -> None:
        self._application = application
        self._limiter = limiter
        self._rates = rates
        self._callers = callers
        self._of_requests = _advertised(rates.requests)
        self._of_commands = _advertised(rates.requests, rates.commands)
        self._requests, self._commands = (b"%d" % rate.per_minute for rate in (rates.requests, rates.commands))
        # What is left is a small number, as a rule: most answers say what others said before.
        self._read = lru_cache(PREPARED)(self._fields_of_read)
        self._changed = lru_cache(PREPARED)(self._fields_of_change)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self._application(scope, receive, send)
            return
        changes = scope["method"] not in SAFE and scope["path"].startswith(CHANGES)
        caller = self._callers.of(scope)
        requests, commands = self._asked(caller, changes=changes)
        admission = Admission(
            self,
            scope,
            caller,
            requests if isinstance(requests, Verdict) else await requests,
            commands if commands is None or isinstance(commands, Verdict) else await commands,
        )
        if (over := admission.over) is None:
            await self._application(scope, receive, send)
        elif changes and self._may_repeat(scope, admission.caller):
            await self._repeat(scope, receive, send, over)
        else:
            raise over

    def _may_repeat(self, scope: Scope, caller: str) -> bool:
        return scope["path"].startswith(COMMANDS) and self._limiter.take_alone(self._rates.repeats, caller).granted > 0

    def _asked(self, caller: str, *, changes: bool) -> "tuple[Verdict | Waiting, Verdict | Waiting | None]":
        """Ask for both buckets in one step, so that one statement answers both."""
        requests = self._limiter.ask(self._rates.requests, caller)
        if not changes or (isinstance(requests, Verdict) and not requests.granted):
            return requests, None
        return requests, self._limiter.ask(self._rates.commands, caller)

    async def _repeat(self, scope: Scope, receive: Receive, send: Send, over: RateLimited) -> None:
        try:
            await self._application(scope, receive, send)
        except (ClientGone, IdempotencyMismatch):
            raise
        except Exception:
            raise over from None

    async def commands(self, caller: str, number: int) -> Verdict:
        """Take so many commands of a caller's."""
        return await self._limiter.take(self._rates.commands, caller, number)

    def over(self, requests: Verdict, commands: Verdict | None) -> RateLimited | None:
        """Return what a request is told that did not get what it asked for; None if it did."""
        if not requests.granted:
            return _over(self._rates.requests, requests)
        if commands is not None and not commands.granted:
            return _over(self._rates.commands, commands)
        return None

    def fields(self, requests: Verdict, commands: Verdict | None) -> tuple[Header, ...]:
        """Return what a caller is told (draft-ietf-httpapi-ratelimit-headers): `r` can be had at once, one more than
        that in `t` seconds. The X- fields say the same of the limit that is met first.
        """
        t = _seconds(requests.wait)
        if commands is None:
            return self._read(requests.remaining, t)
        return self._changed(requests.remaining, t, commands.remaining, _seconds(commands.wait))

    def _fields_of_read(self, r: int, t: int) -> tuple[Header, ...]:
        return _fields(self._of_requests, b'"requests";r=%d;t=%d' % (r, t), self._requests, r, t)

    def _fields_of_change(self, r: int, t: int, commands: int, reset: int) -> tuple[Header, ...]:
        left = b'"requests";r=%d;t=%d, "commands";r=%d;t=%d' % (r, t, commands, reset)
        if r < commands:
            return _fields(self._of_commands, left, self._requests, r, t)
        return _fields(self._of_commands, left, self._commands, commands, reset)


class FailedSignIns:
    """Counts tokens that were refused, by the address they came from."""

    def __init__(self, limiter: Limiter, rates: Rates, callers: Callers) -> None:
        self._limiter = limiter
        self._rate = rates.sign_ins
        self._callers = callers
        self._limit = b"%d" % rates.sign_ins.per_minute
        self._policy = _advertised(rates.sign_ins)

    def check(self, scope: Scope) -> None:
        """Refuse an address that is known to have failed too often, before anything is done about its token.

        Raises TooManyFailures.
        """
        verdict = self._limiter.refusal(self._rate, self._callers.address(scope))
        if verdict is not None:
            self._tell(scope, verdict)
            raise TooManyFailures(_seconds(verdict.wait))

    async def failed(self, scope: Scope) -> None:
        """Count a refused token. Raises TooManyFailures if it was one too many."""
        verdict = await self._limiter.take(self._rate, self._callers.address(scope))
        self._tell(scope, verdict)
        if not verdict.granted:
            raise TooManyFailures(_seconds(verdict.wait))

    def _tell(self, scope: Scope, verdict: Verdict) -> None:
        r, t = verdict.remaining, _seconds(verdict.wait)
        left = b'"%b";r=%d;t=%d' % (self._rate.name.encode(), r, t)
        tell(scope, _fields(self._policy, left, self._limit, r, t))


def _fields(policy: Header, left: bytes, limit: bytes, remaining: int, reset: int) -> tuple[Header, ...]:
    return (
        policy,
        (b"ratelimit", left),
        (b"x-ratelimit-limit", limit),
        (b"x-ratelimit-remaining", b"%d" % remaining),
        (b"x-ratelimit-reset", b"%d" % reset),
    )


def _advertised(*rates: Rate) -> Header:
    told = [f'"{rate.name}";q={rate.per_minute};w=60;burst={rate.burst}' for rate in rates]
    return b"ratelimit-policy", ", ".join(told).encode()


def _over(rate: Rate, verdict: Verdict) -> RateLimited:
    return RateLimited(rate.name, rate.per_minute, rate.burst, _seconds(verdict.wait))


def _seconds(microseconds: int) -> int:
    return -(-microseconds // 1_000_000)
