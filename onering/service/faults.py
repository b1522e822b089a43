"""Why the service cannot start or go on; each message is one or two sentences for an operator.

ServiceError
├── Misconfigured      a setting is wrong (exit code 2)
└── FolderInUse        another process holds the data folder
"""

from onering.options import Unavailable


class ServiceError(Unavailable):
    """The service can't run as asked; the message says why and what to do."""


class Misconfigured(ServiceError):
    """What was asked for can't be; nothing was tried."""


class FolderInUse(ServiceError):
    """Another process of ours holds the data folder."""
