"""Whoever watches the log from outside: each checkpoint is signed, and the one before is the beginning of it."""

import asyncio
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from onering.proofs.folder import KeysFolder
from onering.proofs.merkle import verify_consistency
from onering.proofs.notes import BadNote, Checkpoint, VerifierKey, opened
from scripts.soaking.people import READER, client, is_clear
from scripts.soaking.score import Score
from scripts.soaking.signing_in import Entrance

LOOK_SECONDS = 0.3
CHECKPOINT, CONSISTENCY = "/v1/log/checkpoint", "/v1/log/consistency"


@dataclass
class Witness:
    """What was seen of a log: its keys, all that there ever were, and its newest checkpoint."""

    folder: KeysFolder
    score: Score
    keys: set[VerifierKey] = field(default_factory=set)
    newest: Checkpoint | None = None

    async def watch(self, at: Entrance) -> None:
        """Ask for the checkpoint again and again, until cancelled."""
        async with client(at, READER) as asking:
            while True:
                with suppress(httpx.HTTPError):
                    await self._look(asking)
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, asking: httpx.AsyncClient) -> None:
        answer = await asking.get(CHECKPOINT)
        if answer.status_code != 200:
            if not is_clear(answer) and self.newest is not None:
                self.score.wrong.append(f"the checkpoint: {answer.status_code} {answer.text}")
            return
        self._learn()
        try:
            found = opened(answer.text, self.keys)
        except BadNote as fault:
            self.score.wrong.append(f"a checkpoint is not signed as it should be: {fault}")
            return
        if await self._agrees(asking, found):
            self.score.checkpoints += found != self.newest
            if self.newest is None or found.size > self.newest.size:
                self.newest = found

    async def _agrees(self, asking: httpx.AsyncClient, found: Checkpoint) -> bool:
        """Whether one of two checkpoints is the beginning of the other. A process may be a little behind another."""
        if self.newest is None:
            return True
        first, second = sorted((self.newest, found), key=lambda checkpoint: checkpoint.size)
        answer = await asking.get(CONSISTENCY, params={"from": first.size, "to": second.size})
        if answer.status_code != 200:
            # Of a process that is behind the larger one is not there yet.
            if not is_clear(answer) and answer.status_code != 404:
                self.score.wrong.append(f"a proof of consistency: {answer.status_code} {answer.text}")
            return False
        proof = [b64decode(value) for value in answer.json()["data"]["hashes"]]
        if not verify_consistency(first.size, first.root, second.size, second.root, proof):
            self.score.wrong.append(f"the log of {second.size} events is not that of {first.size} events before")
            return False
        return True

    def _learn(self) -> None:
        keys = self.folder.keys()
        self.keys |= {VerifierKey.parse(text) for text in (keys.verifiers if keys else ())}
