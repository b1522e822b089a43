"""A log as large as a service grows to: drafts of hundreds of people, of one who has very many, and one long draft."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TypeVar

from onering.domain.actor import Actor
from onering.domain.commands import ArchiveDraft, CompleteDraft, CreateDraft, DraftCommand, EditDraft, LockDraft
from onering.domain.ids import command_identity
from onering.domain.state import DraftState
from onering.domain.values import Visibility
from onering.log.append import Append
from onering.log.connection import Database
from scripts.benchmark.history import BATCH, Draft, appended, person

T = TypeVar("T")

# Who has very many drafts, and everybody else.
BUSY = "ana"
PEOPLE = [f"writer-{n:03}" for n in range(400)]
# The shares of drafts that are hers, of drafts by who may read them, and by what became of them.
HERS = 0.4
VISIBILITIES: Mapping[Visibility, float] = {Visibility.PUBLIC: 0.4, Visibility.WORKSPACE: 0.2, Visibility.PRIVATE: 0.4}
ENDINGS: Mapping[type[DraftCommand] | None, float] = {
    None: 0.7,
    CompleteDraft: 0.15,
    LockDraft: 0.05,
    ArchiveDraft: 0.1,
}

# In every segment, in one draft of so many, and in none.
COMMON, RARE, ABSENT = "the", "zanzibar", "xylophone"
DRAFTS_PER_RARE = 1000
# Events of a draft, in the mean.
EVENTS = 20
# Drafts that are written at the same time.
TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Archive:
    """How much there is to be: drafts of some EVENTS each, and one with so many segments."""

    drafts: int
    long: int


class _Texts:
    """What people write: words as frequent as those of a language (Zipf), each text with the common one."""

    def __init__(self, chance: random.Random) -> None:
        syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
        self._words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(20_000)]
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(len(self._words))))
        self._chance = chance

    def segment(self) -> str:
        usual = " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=8))
        return f"{usual.capitalize()} {COMMON} {' '.join(self._chance.choices(self._words, k=4))}."

    def title(self) -> str:
        return self.segment()[:60].strip()


def lives(archive: Archive) -> Iterator[Append]:
    """Yield the commands of all drafts, each draft's between those of others; the same for the same archive."""
    chance = random.Random(archive.drafts)
    texts = _Texts(chance)
    waiting = iter([_long(texts, archive.long), *(_life(n, chance, texts) for n in range(archive.drafts))])
    running = list(islice(waiting, TOGETHER))
    while running:
        which = chance.randrange(len(running))
        step = next(running[which], None)
        if step is not None:
            yield step
        elif (another := next(waiting, None)) is not None:
            running[which] = another
        else:
            running.pop(which)


def _life(number: int, chance: random.Random, texts: _Texts) -> Iterator[Append]:
    owner = person(BUSY if chance.random() < HERS else chance.choice(PEOPLE))
    draft, first = _begun(number, owner, texts, _weighted(chance, VISIBILITIES))
    yield first
    inside = [owner]
    for name in {chance.choice(PEOPLE) for _ in range(chance.choice((0, 1, 1, 2, 3)))} - {owner.user_id}:
        inside.append(person(name))
        yield draft.joined(owner, inside[-1])
    holder = owner
    for _ in range(chance.choice((2, 3, 4, 5, 6))):
        for _ in range(chance.choice((2, 3, 4))):
            rare = number % DRAFTS_PER_RARE == 0
            yield draft.segment(holder, f"{RARE} {texts.segment()}" if rare else texts.segment())
        to = chance.choice(inside)
        yield draft.passed(holder, to)
        holder = to
    if number % 20 == 0:
        yield _done(draft, EditDraft, owner, title=texts.title())
    if (ending := _weighted(chance, ENDINGS)) is not None:
        yield _done(draft, ending, owner)


def _long(texts: _Texts, segments: int) -> Iterator[Append]:
    owner = person(BUSY)
    draft, first = _begun(-1, owner, texts, Visibility.PUBLIC)
    yield first
    for _ in range(segments):
        yield draft.segment(owner, texts.segment())


def _begun(number: int, owner: Actor, texts: _Texts, visibility: Visibility) -> tuple[Draft, Append]:
    key = f"draft {number}"
    create = CreateDraft(
        command_id=command_identity(owner.user_id, None, key),
        title=texts.title(),
        visibility=visibility,
        initial_segment=texts.segment(),
    )
    draft = Draft(DraftState(create.draft_id, owner.workspace_id))
    return draft, draft.decided(create, key, owner)


def _done(draft: Draft, model: type[DraftCommand], actor: Actor, **fields: str) -> Append:
    key = f"{model.__name__} {draft.version}"
    identity = command_identity(actor.user_id, draft.draft_id, key)
    command = model.model_validate({"command_id": identity, "draft_id": draft.draft_id, **fields})
    return draft.decided(command, key, actor)


def _weighted(chance: random.Random, weights: Mapping[T, float]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]


async def fill(dsn: str, archive: Archive) -> int:
    """Append an archive to the log, and return how many events the log has then."""
    conn = await Database(dsn, statement_seconds=600).connect("bench")
    try:
        position = 0
        commands = lives(archive)
        while batch := list(islice(commands, BATCH)):
            position = await appended(conn, batch)
        return position
    finally:
        await conn.close()
