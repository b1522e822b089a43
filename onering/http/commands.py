"""The routes that change something: any command, an array of them, and the published resource forms of each."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any, NamedTuple

import orjson

from onering.domain.actor import Actor
from onering.domain.commands import Command
from onering.domain.events import RingPassed
from onering.handle import CommandHandler
from onering.http.acknowledged import Acknowledged
from onering.http.answers import MINIMAL, Answer, Reply, answer, at_position, data, etag
from onering.http.call import Call
from onering.http.envelope import Envelope, command_request, envelope, model_of, named
from onering.http.faults import UNKNOWN_FIELD, BadRequest, InvalidFields, RateLimited
from onering.http.journal import Journal
from onering.http.links import InviteLinks
from onering.http.problems import problem_of
from onering.log.codec import UnknownEvent, decode
from onering.log.connection import DATABASE_FAULTS
from onering.log.event import Position
from onering.log.wire import Principal, encode_event
from onering.requests import Outcome, Unavailable
from projections.document import DraftDocument
from projections.drafts import read_draft
from projections.faults import ReadFault
from projections.invites import pending_invites
from projections.models import ReadModels
from projections.people import display_names
from projections.rendering import people_of, render_draft

MOST_COMMANDS = 100
TOO_LATE = "The commands before this one took all the time there is; send it again."

# What a path names by a UUID, and how it is called where there is none of that name.
_NAMED = {"draft_id": "draft", "segment_id": "segment", "invite_id": "invite"}

Endpoint = Callable[[Call], Awaitable[Reply]]


Tell = Callable[[Outcome], Mapping[str, Any]]


class Done(NamedTuple):
    """A command that was carried out: for whom, with what came of it and how it was sent."""

    command: Command
    outcome: Outcome
    actor: Actor
    said: Envelope


class Commands:
    """Endpoints that hand commands to the handler, as the person who is signed in."""

    def __init__(
        self,
        handler: CommandHandler,
        models: ReadModels,
        acknowledged: Acknowledged,
        principal: Principal,
        clock: Callable[[], datetime],
        journal: Journal,
        links: InviteLinks,
    ) -> None:
        self._handler = handler
        self._models = models
        self._acknowledged = acknowledged
        self._principal = principal
        self._clock = clock
        self._journal = journal
        self._links = links

    async def submit(self, call: Call) -> Answer:
        """POST /v1/commands: one command, or an array of at most 100."""
        actor = call.signed_in().actor
        said = envelope(call)
        body = await call.json()
        if isinstance(body, list):
            return await self._submit_all(body, said, actor, call)
        if not isinstance(body, dict):
            raise BadRequest("The body must be a command, or an array of them.")
        _, outcome = await self._do(body, None, said, actor, call, call.over)
        extra = (MINIMAL,) if said.minimal else ()
        return data(self._outcome(call, outcome, minimal=said.minimal), at_position(outcome.position), *extra)

    def resource(self, model: type[Command], *, query: Sequence[str] = (), tell: Tell | None = None) -> Endpoint:
        """Return the endpoint of a command's resource form.

        Its fields come from the path, the JSON body and, where named, the query. It answers the whole draft, and beside
        it what `tell` has to say of the outcome.
        """

        async def endpoint(call: Call) -> Answer:
            done = await self.perform(call, model, query)
            return await self._answer(done, tell(done.outcome) if tell else {})

        return endpoint

    async def perform(self, call: Call, model: type[Command], query: Sequence[str] = ()) -> Done:
        """Do what a call of a command's resource form asks for.

        Raises Refusal, CommandFault, RequestFault, AuthFault.
        """
        actor = call.signed_in().actor
        said = envelope(call)
        fields = _fields(call, await call.object(), query)
        command, outcome = await self._do(fields, model, said, actor, call, call.over)
        return Done(command, outcome, actor, said)

    async def _submit_all(self, bodies: list[Any], said: Envelope, actor: Actor, call: Call) -> Answer:
        if said.key is not None or said.conditional:
            raise BadRequest("Give each command of an array its own idempotency_key and expected_version, no headers.")
        if len(bodies) > MOST_COMMANDS:
            raise InvalidFields([{"loc": [], "msg": f"An array has at most {MOST_COMMANDS} commands"}])
        results: list[dict[str, Any]] = [{}] * len(bodies)
        admitted = await call.admitted(len(bodies))

        clock = asyncio.get_running_loop().time
        deadline = clock() + self._handler.command_seconds

        async def in_sequence(indexes: Sequence[int]) -> None:
            for index in indexes:
                over, late = None if index < admitted else call.over, clock() >= deadline
                results[index] = await self._one_of_many(bodies[index], said, actor, call, over, late=late)

        # Those of one draft follow each other; those of different drafts have no order between them, and share commits.
        async with asyncio.TaskGroup() as group:
            for indexes in _by_draft(bodies):
                group.create_task(in_sequence(indexes))
        done = [Position.parse(result["data"]["position"]) for result in results if "data" in result]
        return data(results, at_position(max(done))) if done else data(results)

    async def _one_of_many(
        self, body: Any, said: Envelope, actor: Actor, call: Call, over: RateLimited | None, *, late: bool
    ) -> dict[str, Any]:
        try:
            _, outcome = await self._do(body, None, said, actor, call, over, late=late)
        except Exception as error:
            return _failed(error, call.request_id)
        return {"status": 200, "data": self._outcome(call, outcome, minimal=said.minimal)}

    async def _do(
        self,
        body: Any,
        model: type[Command] | None,
        said: Envelope,
        actor: Actor,
        call: Call,
        over: RateLimited | None,
        *,
        late: bool = False,
    ) -> tuple[Command, Outcome]:
        """Do the command that `body` is, of the type that `model` or else the body itself says.

        Of one too many, `over` is raised, unless it has an outcome already.
        """
        began = perf_counter()
        fields = body if isinstance(body, dict) else {}
        kind, draft = model.model_fields["type"].default if model else fields.get("type"), fields.get("draft_id")
        try:
            if late:
                raise Unavailable(TOO_LATE)
            if not isinstance(body, dict):
                raise BadRequest("A command is a JSON object.")
            trace_id, key_needed = call.trace_id, model is None
            request = command_request(body, model or model_of(body), said, actor, trace_id, key_needed=key_needed)
            if over is None:
                outcome = await self._handler.handle(request, actor)
            elif (before := await self._handler.repeated(request)) is not None:
                outcome = before
            else:
                raise over
        except BaseException as error:
            self._journal.failed(call, actor, kind, draft, error, began)
            raise
        self._acknowledged.note(actor.user_id, outcome.position.position)
        self._journal.done(call, actor, request.command.type, outcome, began)
        return request.command, outcome

    def _outcome(self, call: Call, outcome: Outcome, *, minimal: bool) -> dict[str, Any]:
        shown = _minimal(outcome)
        if outcome.events and (last := outcome.events[-1]).type == "invite_created":
            shown["invite"] = {"invite_id": str(last.stream_id), **self._links.shown(call, last.stream_id)}
        if not minimal:
            shown["events"] = [orjson.Fragment(encode_event(event, self._principal)) for event in outcome.events]
        return shown

    async def _answer(self, done: Done, told: Mapping[str, Any]) -> Answer:
        """Answer the draft as it is now; the bare outcome if so preferred, or if the actor may no longer read it."""
        outcome, actor = done.outcome, done.actor
        bare = answer({"data": _minimal(outcome), **told}, at_position(outcome.position), etag(outcome.version))
        if done.said.minimal:
            return bare._replace(headers=(*bare.headers, MINIMAL))
        try:
            document = await read_draft(self._models, outcome.draft_id)
            if document is None or not document.readable_by(actor.user_id, actor.workspace_id):
                return bare
            shown = await self._shown(document, actor)
        except (UnknownEvent, ReadFault, *DATABASE_FAULTS):
            # What was asked for is stored: told that it failed, a client without a key would do it twice.
            return bare
        position = max(outcome.position, outcome.position._replace(position=document.position))
        return answer({"data": shown, **told}, at_position(position), etag(document.version))

    async def _shown(self, document: DraftDocument, actor: Actor) -> dict[str, Any]:
        names = await display_names(self._models.pool, people_of(document))
        member = document.role_of(actor.user_id) is not None
        pending = await pending_invites(self._models, document.draft_id, self._clock()) if member else ()
        return render_draft(document, names, pending_invites=pending)


def smart_choice(outcome: Outcome) -> Mapping[str, Any]:
    """Return what a smart pass tells beside the draft: whom it chose, by which strategy, and why."""
    passed = next(decode(event) for event in outcome.events if event.type == "ring_passed")
    assert isinstance(passed, RingPassed)
    return {
        "selected_to_user_id": passed.to_user_id,
        "strategy_used": passed.strategy,
        "reasoning": passed.reasoning,
        "metrics": {
            "strategy": passed.strategy,
            "candidate_count": passed.candidate_count,
            "computed_from": f"version {outcome.version - 1}",
        },
    }


def _failed(error: Exception, request_id: str) -> dict[str, Any]:
    problem = problem_of(error, request_id)
    return {"status": problem.status, "problem": problem.document(request_id)}


def _minimal(outcome: Outcome) -> dict[str, Any]:
    return {"draft_id": str(outcome.draft_id), "version": outcome.version, "position": str(outcome.position)}


def _fields(call: Call, body: dict[str, Any], query: Sequence[str]) -> dict[str, Any]:
    """Gather a command's fields; one that is said in two places must be the same in both."""
    if "type" in body:
        raise InvalidFields.at("type", UNKNOWN_FIELD)
    asked = {name: call.query[name] for name in query if name in call.query}
    path: dict[str, Any] = dict(call.path)
    for name, what in _NAMED.items():
        if name in path:
            path[name] = str(call.named(name, what))
            if (same := named(body.get(name))) is not None:
                body[name] = str(same)  # however it is spelled
    for name, value in (asked | path).items():
        if body.setdefault(name, value) != value:
            raise BadRequest(f"`{name}` is not the same in the body as in the URL.")
    return body


def _by_draft(bodies: Sequence[Any]) -> Sequence[Sequence[int]]:
    """Group the commands' places by the draft or invite they name; one that names none stands alone."""
    groups: dict[object, list[int]] = {}
    for index, body in enumerate(bodies):
        about = body.get("draft_id", body.get("invite_id")) if isinstance(body, dict) else None
        groups.setdefault(named(about) or index, []).append(index)
    return list(groups.values())
