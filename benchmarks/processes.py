"""The memory and the processor's time that processes take, as Linux tells them."""

from __future__ import annotations

from collections.abc import Iterator
from os import sysconf
from pathlib import Path
from typing import Final

_TICKS: Final = sysconf("SC_CLK_TCK")  # in a second


def memory(pid: int) -> float:
    """MB that a process holds."""
    return _status("VmRSS", pid)


def peak(pid: int | str = "self") -> float:
    """The most MB that a process, this one by default, has held.

    ``getrusage`` would tell of the process that began it, too: what that had held by then counts as its child's.
    """
    return _status("VmHWM", pid)


def cpu_seconds(group: int) -> float:
    """The seconds of a processor that the processes of a group have taken until now."""
    return sum(_ticks(stat) for stat in _stats() if int(stat[2]) == group) / _TICKS


def _status(name: str, pid: int | str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def _stats() -> Iterator[list[str]]:
    """What Linux tells of each process, from its state on."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue


def _ticks(stat: list[str]) -> int:
    return int(stat[11]) + int(stat[12])
