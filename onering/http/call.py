"""One HTTP request, read strictly: what could be understood in two ways is refused."""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from onering.auth.faults import NoCredentials
from onering.auth.identity import Identity, identity_of
from onering.auth.strict import Ambiguous, json_value
from onering.domain.ids import Id
from onering.domain.refusals import NotFound
from onering.http.admission import admission_of
from onering.http.faults import BadRequest, PayloadTooLarge, RateLimited, RequestTimeout, UnsupportedMediaType
from onering.http.tracing import trace_of

_REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{1,64}")
UUID_TEXT = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_JSON = re.compile(r'application/json(\s*;\s*charset\s*=\s*"?utf-?8"?)?\s*', re.IGNORECASE)
_SCOPE_KEY = "onering.request_id"
# In a request's scope: the template of its route; that the log has a line of it already.
ROUTE, TOLD = "onering.route", "onering.told"
# A request's own id: what tells this process from all others, and its number here.
_PROCESS = os.urandom(8).hex()
_requests = count(1)
_HEARD_OUT = 4  # times the limit of a body


class ClientGone(Exception):
    """The client hung up before its request was complete; nobody waits for an answer."""


def request_id_of(scope: Scope) -> str:
    """Return the request's id: the client's own if it is 1 to 64 of `[A-Za-z0-9_-]`, else a new one."""
    known: str | None = scope.get(_SCOPE_KEY)
    if known is None:
        sent = dict(scope["headers"]).get(b"x-request-id", b"")
        known = sent.decode("ascii") if _REQUEST_ID.fullmatch(sent) else new_request_id()
        scope[_SCOPE_KEY] = known
    return known


def new_request_id() -> str:
    """Return an id for a request that brought none."""
    return f"{_PROCESS}{next(_requests):016x}"


class Call:
    """A request to one route. `limit` (bytes), `depth` and `seconds` bound its body."""

    def __init__(self, scope: Scope, receive: Receive, *, limit: int, depth: int, seconds: float) -> None:
        self._scope = scope
        self._receive = receive
        self._limit = limit
        self._depth = depth
        self._seconds = seconds
        self._names: dict[bytes, bytes] = dict(scope["headers"])

    @property
    def scope(self) -> Scope:
        """The request as the server hands it over."""
        return self._scope

    @property
    def request_id(self) -> str:
        """What names this request in logs and problems."""
        return request_id_of(self._scope)

    @property
    def trace_id(self) -> str:
        """What names the trace it belongs to, in logs and stored events."""
        return trace_of(self._scope)

    def told(self) -> None:
        """Take note that the log has a line of what this request came to."""
        self._scope[TOLD] = True

    @property
    def identity(self) -> Identity | None:
        """The verified caller; None is an anonymous one."""
        return identity_of(self._scope)

    def signed_in(self) -> Identity:
        """Return the verified caller. Raises NoCredentials."""
        if (identity := self.identity) is None:
            raise NoCredentials
        return identity

    @property
    def over(self) -> RateLimited | None:
        """The 429 that this call is, unless it is a command that was accepted before; None within the limits."""
        admission = admission_of(self._scope)
        return None if admission is None else admission.over

    async def admitted(self, commands: int) -> int:
        """Return how many of the commands in it may be carried out; if not all, `over` is what the others are."""
        admission = admission_of(self._scope)
        return commands if admission is None else await admission.commands(commands)

    @property
    def path(self) -> Mapping[str, str]:
        """The parameters of the route's path, as they were sent. Raises BadRequest for a path that is no UTF-8."""
        params: Mapping[str, str] = self._scope["path_params"]
        if "\ufffd" in self._scope["path"]:  # the server's word for bytes that are none
            raise BadRequest("The path of this URL can't be read.")
        return params

    def draft_id(self) -> Id:
        """Return the path's draft. Raises NotFound for what is no UUID: there is nothing of that name."""
        return self.named("draft_id", "draft")

    def named(self, parameter: str, what: str) -> Id:
        """Return what a parameter of the path names by a UUID; raises NotFound for anything else."""
        if UUID_TEXT.fullmatch(text := self.path[parameter]) is None:
            raise NotFound(f"There is no such {what}.")
        return Id(text)

    @property
    def raw_path(self) -> str:
        """The whole path as it was sent, its escapes not undone."""
        return bytes(self._scope["raw_path"]).decode("latin-1")

    @property
    def scheme(self) -> str:
        """`http` or `https`, as the server was reached."""
        return str(self._scope["scheme"])

    @property
    def host(self) -> str:
        """The authority that the request was sent to, as its Host says, else the server's address."""
        server = self._scope.get("server") or ("localhost", None)
        return self.header(b"host") or server[0]

    @property
    def head_only(self) -> bool:
        """Whether nobody will see the answer's body."""
        return bool(self._scope["method"] == "HEAD")

    @property
    def client(self) -> str:
        """The address at the other end, as text; empty if the server knows none."""
        return str((self._scope.get("client") or ("",))[0])

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """Every header field, names in lower case."""
        fields: Sequence[tuple[bytes, bytes]] = self._scope["headers"]
        return fields

    def header(self, name: bytes) -> str | None:
        """Return the field's one value, or None without it. Raises BadRequest for several."""
        values = self.values(name)
        if len(values) > 1:
            raise BadRequest(f"Send {name.decode().title()} once.")
        return values[0] if values else None

    def values(self, name: bytes) -> Sequence[str]:
        """Return every value of the field, in order."""
        if name not in self._names:
            return ()
        return [value.decode("latin-1") for field, value in self.headers if field == name]

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The query's parameters. Raises BadRequest for one that is there twice, or is no UTF-8."""
        try:
            text = self._scope["query_string"].decode("ascii")
            pairs = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=64)
        except ValueError:
            raise BadRequest("The query of this URL can't be read.") from None
        found = dict(pairs)
        if len(found) != len(pairs):
            raise BadRequest("A parameter is in the query twice.")
        return found

    async def json(self) -> Any:
        """Return the body's JSON value; None for no body at all. Raises RequestFault, ClientGone."""
        raw = await self._body()
        if not raw:
            return None
        self._check_media_type()
        try:
            return json_value(raw, depth=self._depth)
        except Ambiguous:
            raise BadRequest(
                f"The body is not JSON with one meaning: UTF-8, no member twice, at most {self._depth} levels deep."
            ) from None

    async def object(self) -> dict[str, Any]:
        """Return the body's JSON object, empty for no body at all. Raises RequestFault, ClientGone."""
        value = await self.json()
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise BadRequest("The body must be a JSON object.")
        return value

    def _check_media_type(self) -> None:
        media_type = self.header(b"content-type")
        if media_type != "application/json" and _JSON.fullmatch(media_type or "") is None:
            raise UnsupportedMediaType("Send the body as application/json in UTF-8.")
        if (self.header(b"content-encoding") or "identity").lower() != "identity":
            raise UnsupportedMediaType("Send the body as it is, without Content-Encoding.")

    async def hand_over(self, application: ASGIApp, send: Send) -> None:
        """Let another application answer this request, as it came."""
        await application(self._scope, self._receive, send)

    async def gone(self) -> None:
        """Return once the client hung up; whatever else it sends is dropped."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _body(self) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._chunks()
        except TimeoutError:
            close = [("Connection", "close")]
            raise RequestTimeout(f"The body took over {self._seconds:g} seconds.", headers=close) from None

    async def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            body += message.get("body", b"")
            if not message.get("more_body"):
                self._check_length(len(body))
                return bytes(body)
            # A client that still sends does not read, and closing on it would lose the answer: it is heard out a while.
            self._check_length(len(body) // _HEARD_OUT)

    def _check_length(self, length: int) -> None:
        if length > self._limit:
            raise PayloadTooLarge(f"The body is longer than {self._limit} bytes.", headers=[("Connection", "close")])
