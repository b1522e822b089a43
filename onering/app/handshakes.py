"""What a refused handshake of the live feed is told."""

from dataclasses import replace

from starlette.types import Receive, Scope, Send

from onering.auth.faults import NoCredentials
from onering.http.call import request_id_of
from onering.http.problems import Problem
from onering.live.ends import End


async def refuse_handshake(scope: Scope, receive: Receive, send: Send, end: End) -> None:
    """Answer a handshake that the live feed refuses with its problem."""
    request_id = request_id_of(scope)
    problem = Problem(end.status or 500, end.code or "internal_error", f"{end.reason[:1].upper()}{end.reason[1:]}.")
    beside = (("Retry-After", str(end.wait)),) if end.wait else _BESIDE.get(problem.status, ())
    problem = replace(problem, headers=beside)
    await problem.response(request_id)(scope, receive, send)


_BESIDE = {401: (("WWW-Authenticate", NoCredentials.challenge),), 503: (("Retry-After", "1"),)}
