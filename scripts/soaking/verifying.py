"""The end of a soak, as an outsider judges it: the log is exported, and verified with nothing but its key."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

from scripts.soaking.score import Score
from scripts.soaking.victim import Victim

SCRIPT = Path(__file__).parents[1] / "verify.py"
# What was recorded last may not be signed yet.
_KEY = re.compile(r"\S+\+[0-9a-f]{8}\+\S+")
NOT_SIGNED_YET, TRIES, PAUSE = 3, 20, 0.5


async def verified(target: Victim, score: Score) -> None:
    """Export the whole log and run the verifier on it, with the key that `onering keys show` prints."""
    options = [
        option for key in _KEY.findall(await _said(target.command("keys", "show"), score)) for option in ("--key", key)
    ]
    for tries in range(TRIES):
        export = target.folder.path.with_name(f"export-{tries}")
        await _said(target.command("replay", "export", "--out", str(export)), score)
        judging = target.command(str(SCRIPT), *options, "--no-memory", str(export), program=[sys.executable])
        told, _ = await asyncio.to_thread(judging.communicate)
        export.unlink(missing_ok=True)
        if judging.returncode == 0:
            score.verified += 1
            return
        if judging.returncode != NOT_SIGNED_YET:
            break
        await asyncio.sleep(PAUSE)
    score.wrong.append(f"scripts/verify.py ended with {judging.returncode}: {told.strip()[-2000:]}")


async def _said(command: "subprocess.Popen[str]", score: Score) -> str:
    """Return what a command printed; that it failed is a finding."""
    said, _ = await asyncio.to_thread(command.communicate)
    if command.returncode:
        score.wrong.append(f"{command.args!r}: {said.strip()[-2000:]}")
    return said
