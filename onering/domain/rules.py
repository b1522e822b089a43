"""Who may do something at all: the conditions that several rules share."""

from onering.domain.actor import Actor
from onering.domain.refusals import Conflict, DraftLocked, Forbidden, NotFound, RingRequired
from onering.domain.state import DraftState, may_read
from onering.domain.values import Role, Status

# Most members of one draft, its owner included: the rules state carries them all.
MEMBERS_LIMIT = 1000


def require_readable(state: DraftState, actor: Actor) -> None:
    """A draft that the actor may not read does not exist for him."""
    if not may_read(state, actor.user_id, actor.workspace_id):
        raise no_such_draft(exists=state.exists)


def no_such_draft(*, exists: bool) -> NotFound:
    """Return what somebody is told of a draft that does not exist for them, whether or not it does for others."""
    return NotFound("There is no such draft.", hidden=exists)


def require_member(state: DraftState, actor: Actor, what: str) -> None:
    """Refuse readers who are not in the draft."""
    require_readable(state, actor)
    if state.role_of(actor.user_id) is None:
        raise Forbidden(f"Only a member of the draft may {what}.")


def require_owner(state: DraftState, actor: Actor, what: str) -> None:
    """Refuse everybody but the owner."""
    require_readable(state, actor)
    if state.role_of(actor.user_id) is not Role.OWNER:
        raise Forbidden(f"Only the owner may {what}.")


def require_holder(state: DraftState, actor: Actor, what: str) -> None:
    """Refuse everybody but the holder of the ring, and him in a draft that takes no changes."""
    require_member(state, actor, what)
    if state.holder_id != actor.user_id:
        raise RingRequired(f"Only the ring holder may {what}; {state.holder_id} holds the ring.")
    require_open(state)


def require_open(state: DraftState) -> None:
    """Refuse a draft that is completed or archived."""
    if state.status in (Status.COMPLETED, Status.ARCHIVED):
        raise Conflict(f"The draft is {state.status}; it takes no changes until its owner reopens it.")


def require_unlocked(state: DraftState) -> None:
    """Refuse a draft that takes no segments for now."""
    if state.status is Status.LOCKED:
        raise DraftLocked("The draft is locked; its owner can unlock it.")


def require_place(state: DraftState) -> None:
    """Refuse a draft that has as many members as it may."""
    if len(state.members) >= MEMBERS_LIMIT:
        raise Conflict(f"A draft has at most {MEMBERS_LIMIT} members.")
