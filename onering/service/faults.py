"""Why the service cannot start or go on; each message is one or two sentences for an operator."""


class ServiceError(Exception):
    """The service can't run as asked; the message says why and what to do."""
