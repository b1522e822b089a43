"""The ASGI application: routes behind sign-in, the boundary and CORS."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from onering.auth.faults import AuthFault
from onering.auth.middleware import Refuse
from onering.http.boundary import Boundary
from onering.http.call import ROUTE, Call, request_id_of
from onering.http.commands import Endpoint
from onering.http.faults import MethodNotAllowed, NoSuchRoute
from onering.http.origins import ListedOrigins, preflight
from onering.http.problems import problem_of
from onering.http.refusals import Refusals
from onering.http.routes import FEED, METRICS, Line
from onering.instruments import Instruments

Middleware = Callable[[ASGIApp], ASGIApp]


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Longest body in bytes, deepest nesting of its JSON, and the seconds it may take to come."""

    length: int
    depth: int
    seconds: float


class Resource:
    """One path: what each method of it does."""

    def __init__(self, path: str, endpoints: Mapping[str, Endpoint], limits: BodyLimits) -> None:
        self._template = path.replace(":path}", "}")
        self._endpoints = dict(endpoints)
        if "GET" in endpoints:
            self._endpoints["HEAD"] = endpoints["GET"]  # the server leaves the body out
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[ROUTE] = self._template
        endpoint = self._endpoints.get(scope["method"])
        if endpoint is None:
            raise MethodNotAllowed(self._endpoints)
        limits = self._limits
        call = Call(scope, receive, limit=limits.length, depth=limits.depth, seconds=limits.seconds)
        answered = await endpoint(call)
        await answered.send(send)


class Shortcut:
    """Finds routes without parameters by their path, and leaves the others to the router, which tries each in turn."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._resources = {
            route.path: route.app for route in router.routes if isinstance(route, Route) and not route.param_convertors
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        resource = self._resources.get(scope["path"]) if scope["type"] == "http" else None
        if resource is None:
            await self._router(scope, receive, send)
            return
        scope["path_params"] = {}
        await resource(scope, receive, send)


def application(
    lines: Sequence[Line],
    feed: ASGIApp,
    sign_in: Middleware,
    *,
    limits: BodyLimits,
    origins: Collection[str],
    headers: list[tuple[bytes, bytes]],
    instruments: Instruments,
    refusals: Refusals,
    limited: Middleware = lambda app: app,
    page: Middleware = lambda app: app,
) -> ASGIApp:
    """Return the whole front: `feed` takes the live feed's sockets, `sign_in` verifies callers, `limited` counts them,
    `page` answers what is of the page, `origins` may call; `refusals` are told who comes, and who is refused what.
    """
    router = Router(routes=_routes(lines, feed, limits), redirect_slashes=False, default=_no_route)
    inside = Shortcut(router)
    front = Boundary(page(_past(METRICS, sign_in(limited(inside)), inside)), headers, instruments, refusals)
    refusals.learn([*(line.path for line in lines), FEED])
    if not origins:
        return front
    return ListedOrigins(front, Boundary(preflight, headers, instruments, refusals), origins)


def _past(path: str, door: ASGIApp, inside: ASGIApp) -> ASGIApp:
    """Let one path past the door: who may call it is its own affair, and what it is called with no person's token."""

    def chosen(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (inside if scope["path"] == path else door)(scope, receive, send)

    return chosen


def refuse(refusals: Refusals) -> Refuse:
    """Return what answers a fault of sign-in with its problem; a handshake is refused with the same."""

    async def refused(scope: Scope, receive: Receive, send: Send, fault: AuthFault) -> None:
        refusals.of_sign_in(scope, fault)
        request_id = request_id_of(scope)
        await problem_of(fault, request_id).response(request_id)(scope, receive, send)

    return refused


def _routes(lines: Sequence[Line], feed: ASGIApp, limits: BodyLimits) -> list[BaseRoute]:
    paths: dict[str, dict[str, Endpoint]] = {}
    for line in lines:
        paths.setdefault(line.path, {})[line.method] = line.endpoint
    routes: list[BaseRoute] = [Route(path, Resource(path, endpoints, limits)) for path, endpoints in paths.items()]
    return [*routes, WebSocketRoute(FEED, feed)]


async def _no_route(scope: Scope, receive: Receive, send: Send) -> None:
    raise NoSuchRoute("There is nothing at this path.")
