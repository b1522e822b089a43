"""Why a log is not signed; each message is a sentence for an operator.

ProofFault
├── Refused       the log is not the one that was signed, or somebody else signs it: an operator has to look
├── Deposed       another process signed in between: look again
└── KeysFault     the keys or what is kept with them can't be used
"""


class ProofFault(Exception):
    """The signer can't go on; the message says why."""


class Refused(ProofFault):
    """To sign this log would contradict what was signed before."""


class Deposed(ProofFault):
    """What is published is no longer what this process last saw."""


class KeysFault(ProofFault):
    """The keys folder, or a key, can't be used."""
