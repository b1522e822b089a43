"""The composition root: every part of a process made once and given what it needs; settings are read here."""

from onering.app.process import Process, running

__all__ = ["Process", "running"]
