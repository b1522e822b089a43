"""Records of the standard library's loggers, as entries like all others."""

import logging

import structlog

_METHODS = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}


class Records(logging.Handler):
    """Hands every record to the structlog logger of its name."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say what a record says; its own faults are the standard library's to handle."""
        try:
            method = _METHODS.get(record.levelno // 10 * 10, "info")
            getattr(structlog.get_logger(record.name), method)(record.getMessage(), exc_info=record.exc_info)
        except Exception:
            self.handleError(record)
