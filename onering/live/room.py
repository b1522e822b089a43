"""Who is at one draft: the people of this process by their connections, and those of whom other processes tell."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from onering.domain.state import DraftState, may_read
from onering.domain.values import Role
from onering.live import frames
from onering.live.feed import Feed, readers
from onering.live.limits import Limits
from onering.live.session import Session

# Stands for all who read without credentials: they are counted, not named. No user id is empty.
NOBODY = ""


class Here(NamedTuple):
    """A person in one process, however many connections they have there; of NOBODY there are so many `readers`."""

    user_id: str
    workspace_id: UUID | None = None
    readers: int = 1


class View(NamedTuple):
    """What followers are told: so many are `known` by name; `people` are these, of a crowd only those at turn."""

    crowd: bool = False
    people: frozenset[str] = frozenset()
    known: int = 0
    anonymous: int = 0


class Room:
    """The presence of one draft in this process. Nobody is shown who may not read the draft as its feed stands."""

    def __init__(self, feed: Feed, limits: Limits) -> None:
        self.feed = feed
        self.others: Sequence[Here] = ()
        self._limits = limits
        # By person, in the order of coming, so that it does not depend on chance whose workspace is told.
        self._seats: dict[str, dict[Session, None]] = {}
        self._view = View()
        # Counts what was told: a follower who stands at the last but one needs the difference, all others everything.
        self._told = 0
        self._judged = readers(feed.state)
        self._holder = feed.state.holder_id
        self._typed_at: float | None = None

    @property
    def empty(self) -> bool:
        """Whether nobody of this process is here."""
        return not self._seats

    def enter(self, session: Session) -> None:
        """Take in a connection."""
        self._seats.setdefault(session.user_id or NOBODY, {})[session] = None

    def leave(self, session: Session) -> None:
        """Forget a connection."""
        user_id = session.user_id or NOBODY
        self._seats[user_id].pop(session)
        if not self._seats[user_id]:
            del self._seats[user_id]

    def own(self) -> Mapping[str, Here]:
        """Return the people of this process who may read the draft."""
        found: dict[str, Here] = {}
        for user_id, seats in self._seats.items():
            seated = [session for session in seats if session.may_read(self.feed.state)]
            if seated:
                found[user_id] = Here(user_id, seated[0].workspace_id, len(seated) if user_id == NOBODY else 1)
        return found

    def judged_anew(self) -> bool:
        """Whether somebody else may read the draft than when this was last asked."""
        before, self._judged = self._judged, readers(self.feed.state)
        return before != self._judged

    def passed_on(self) -> bool:
        """Whether the ring has another holder than when this was last asked."""
        before, self._holder = self._holder, self.feed.state.holder_id
        if before == self._holder:
            return False
        self._typed_at = None
        return True

    def tell(self) -> bool:
        """Tell the live followers what they do not know yet; False if somebody is behind, to whom it can't be told."""
        before, self._view = self._view, self._look()
        frame_for = self._frames(before)
        complete = len(self.feed.live) == len(self.feed.followers)
        for follower, (unsent, write) in self.feed.live.items():
            if follower.presence == self._told:
                continue
            if unsent() > self._limits.socket_high_water:
                complete = False
                continue
            write(frame_for(follower.presence))
            follower.presence = self._told
        return complete

    def typing(self, now: float) -> bool:
        """Tell that the holder types; False if that was said a moment ago."""
        seconds = self._limits.typing_seconds
        if self._typed_at is not None and now - self._typed_at < seconds / 2:
            return False
        self._typed_at = now
        frame = frames.typing(self.feed.state.holder_id, seconds)
        for unsent, write in self.feed.live.values():
            if unsent() <= self._limits.socket_high_water:
                write(frame)
        return True

    def _frames(self, before: View) -> Callable[[int], bytes]:
        """Return what gives the frame for whoever was told so many things before; each is made once, if at all."""
        now, made = self._view, dict[bool, bytes]()
        differs = now != before or not self._told
        self._told += differs
        by_difference = differs and not (before.crowd or now.crowd)

        def frame_for(told: int) -> bytes:
            known = by_difference and 0 < told == self._told - 1
            if known not in made:
                made[known] = _difference(before, now) if known else _whole(now)
            return made[known]

        return frame_for

    def _look(self) -> View:
        state = self.feed.state
        others = [here for here in self.others if may_read(state, here.user_id or None, here.workspace_id)]
        present = [*self.own().values(), *others]
        people = frozenset(here.user_id for here in present if here.user_id != NOBODY)
        anonymous = sum(here.readers for here in present if here.user_id == NOBODY)
        crowd = len(people) > self._limits.presence_crowd
        return View(crowd, people & _at_turn(state) if crowd else people, len(people), anonymous)


def _at_turn(state: DraftState) -> frozenset[str]:
    """Return the holder, and whose turn comes next if everybody has theirs: the next user id, around the table."""
    writers = sorted(user_id for user_id, role in state.members.items() if role is not Role.VIEWER)
    following = [user_id for user_id in writers if user_id > state.holder_id] or writers
    return frozenset((state.holder_id, *following[:1]))


def _whole(view: View) -> bytes:
    return _frame("counts" if view.crowd else "state", view, view.people)


def _difference(before: View, now: View) -> bytes:
    return _frame("diff", now, now.people - before.people, before.people - now.people)


def _frame(mode: str, view: View, people: frozenset[str], left: frozenset[str] = frozenset()) -> bytes:
    return frames.presence(
        mode=mode, people=sorted(people), left=sorted(left), count=view.known, anonymous=view.anonymous
    )
