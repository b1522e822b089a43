"""A tiny application behind the middleware, on a real uvicorn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.responses import JSONResponse

from onering.auth.composition import Auth
from onering.auth.faults import AuthFault
from onering.auth.identity import identity_of


async def refuse(scope: Any, receive: Any, send: Any, fault: AuthFault) -> None:
    """Answer a fault; Starlette's response uses the websocket extension by itself."""
    body = {"status": fault.status, "code": fault.code, "detail": fault.detail}
    response = JSONResponse(body, fault.status, dict(fault.headers), media_type="application/problem+json")
    await response(scope, receive, send)


async def whoami(scope: Any, receive: Any, send: Any) -> None:
    """Answer http and the first websocket message with the caller's user id, null for an anonymous one."""
    identity = identity_of(scope)
    name = None if identity is None else identity.actor.user_id
    if scope["type"] == "http":
        await JSONResponse({"user_id": name})(scope, receive, send)
    elif scope["type"] == "websocket":
        await receive()
        offered = scope["subprotocols"]
        await send({"type": "websocket.accept", "subprotocol": "onering.v1" if "onering.v1" in offered else None})
        await send({"type": "websocket.send", "text": str(name)})
        await send({"type": "websocket.close", "code": 1000})


@asynccontextmanager
async def serving(auth: Auth) -> AsyncIterator[int]:
    """Serve `whoami` behind this sign-in on loopback; gives the port."""
    application = auth.middleware(whoami, refuse=refuse)
    config = uvicorn.Config(
        application, host="127.0.0.1", port=0, lifespan="off", log_config=None, ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        group.create_task(server._serve(), name="uvicorn")
        async with asyncio.timeout(10):
            while not server.started:
                await asyncio.sleep(0.01)
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = True
