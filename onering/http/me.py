"""The routes of whoever is signed in: what they are called, which plan they have, and how much of it they have used."""

from typing import Any

from pydantic import ValidationError

from onering.auth.identity import Identity
from onering.domain.plans import limits_of
from onering.domain.profile import ChangeProfile
from onering.http.acknowledged import Acknowledged
from onering.http.answers import Answer, at_position, data, etag
from onering.http.call import Call
from onering.http.envelope import envelope, idempotency_key, precondition
from onering.http.faults import InvalidFields
from onering.http.reading import Reading
from onering.log.wire import timestamp
from onering.people import Person
from onering.plans import Usage, read_usage
from onering.profiles import ProfileRequest, Profiles
from projections.people import default_name


class Me:
    """Endpoints about the caller; `enforced` says whether plans are."""

    def __init__(self, profiles: Profiles, reading: Reading, acknowledged: Acknowledged, *, enforced: bool) -> None:
        self._profiles = profiles
        self._reading = reading
        self._acknowledged = acknowledged
        self._enforced = enforced

    async def me(self, call: Call) -> Answer:
        """GET /v1/me: who is signed in, with their plan and what they have used of it."""
        caller = call.signed_in()
        position = self._reading.place(self._reading.tail.position)
        person = await self._profiles.find(caller.actor)
        return data(await self._shown(person, caller), at_position(position), etag(person.version))

    async def change_me(self, call: Call) -> Answer:
        """PATCH /v1/me: be called otherwise; null takes a name away."""
        caller = call.signed_in()
        said, fields = envelope(call), await call.object()
        key = idempotency_key(fields.pop("idempotency_key", None), said.key, needed=False)
        expected = precondition(fields.pop("expected_version", None), said.expected_version)
        try:
            change = ChangeProfile.model_validate(fields)
        except ValidationError as invalid:
            raise InvalidFields.of(invalid) from None
        request = ProfileRequest(change, key, expected, call.trace_id)
        person, position = await self._profiles.change(request, caller.actor)
        self._acknowledged.note(caller.actor.user_id, position.position)
        return data(await self._shown(person, caller), at_position(position), etag(person.version))

    async def _shown(self, person: Person, caller: Identity) -> dict[str, Any]:
        user_id = caller.actor.user_id
        used = await read_usage(self._reading.models.pool, user_id)
        return render_me(person, user_id, used, enforced=self._enforced) | {
            "workspace_id": str(caller.actor.workspace_id)
        }


def render_me(person: Person, user_id: str, used: Usage, *, enforced: bool) -> dict[str, Any]:
    """Return the JSON value of a person as they see themselves, but for their workspace."""
    limits = limits_of(person.state.plan)
    return {
        "user_id": user_id,
        "display": person.state.display_name or default_name(user_id),
        "display_name": person.state.display_name,
        "handle": person.state.handle,
        "plan": person.state.plan,
        "created_at": timestamp(person.created_at),
        "usage": {
            "drafts": {"used": used.drafts, "limit": limits.drafts},
            "segments_today": {
                "used": used.segments_today,
                "limit": limits.segments_a_day,
                "resets_at": timestamp(used.resets_at),
            },
            "collaborators_per_draft": {"limit": limits.collaborators_per_draft},
        },
        "enforced": enforced,
    }
