"""What the page checks proofs with is tested on files that a service served: they are such as this one serves."""

import json
from pathlib import Path
from typing import Any

from onering.proofs.files import proof_file
from onering.proofs.merkle import verify_inclusion
from onering.proofs.notes import VerifierKey, opened
from onering.replay.lines import decoded
from tests.proofs.client import read_proof

SERVED: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "web/client/tests/proofs/served.json").read_text(encoding="utf-8")
)


def test_the_proofs_that_the_page_is_tested_on_are_spelled_as_proofs_are_here() -> None:
    keys = [VerifierKey.parse(line) for line in SERVED["keys"].split()]
    assert len(SERVED["proofs"]) > 3
    for served in SERVED["proofs"]:
        file = read_proof(served["proof"])
        record, checkpoint = decoded(file.extra), opened(file.note, keys)
        assert verify_inclusion(record.leaf, file.index, checkpoint.size, file.proof, checkpoint.root)
        assert proof_file(record, file.proof, file.note) == served["proof"]
