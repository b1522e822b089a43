"""What Linux tells of running processes: processor time, memory, and who holds which connection."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

_ESTABLISHED = "01"


def children(pid: int) -> list[int]:
    """Return the processes that `pid` started and that still run."""
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.glob("*/children") for child in task.read_text().split()]


def command(pid: int) -> str:
    """Return the words of a process's command line; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used; 0 if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def private_bytes(pid: int) -> int:
    """Return the memory that is a process's alone: what the machine would have back if it ended (USS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))


def holders(pids: Iterable[int], port: int) -> Mapping[int, int]:
    """Return which of the processes holds each connection to `port` of this machine, by the client's port."""
    clients = _clients(port)
    return {clients[inode]: pid for pid in pids for inode in _sockets(pid) if inode in clients}


def _clients(port: int) -> Mapping[str, int]:
    """Return the client's port of each accepted connection on `port`, by inode."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state, *rest = line.split()
        if state == _ESTABLISHED and int(local.rpartition(":")[2], 16) == port:
            found[rest[5]] = int(remote.rpartition(":")[2], 16)
    return found


def _sockets(pid: int) -> Iterable[str]:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = os.readlink(descriptor)
        except FileNotFoundError:
            continue
        if name.startswith("socket:["):
            yield name[8:-1]
