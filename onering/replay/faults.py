"""Why a replay can't be done; each message is a sentence or two for an auditor.

ReplayFault
├── Misasked           what was asked for makes no sense (exit code 2)
└── NotThere           the log holds nothing of the kind (exit code 1)
    └── BrokenExport   the file is not a whole export
"""


class ReplayFault(Exception):
    """The log can't be replayed as asked; the message says why and what to do."""


class Misasked(ReplayFault):
    """What was asked for can't be; nothing was read."""


class NotThere(ReplayFault):
    """The log has no such draft, version or time."""


class BrokenExport(NotThere):
    """A file that is no export, or not a whole one."""
