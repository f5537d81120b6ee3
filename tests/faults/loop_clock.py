"""Run a program with a clock on its event loop: ``loop_clock.py FILE PROGRAM ARGUMENTS…``.

FILE holds the longest turn of the loop so far, in seconds, as a double; who reads it may set it
back to 0. A turn lasts from when the loop has something to do until it waits again: meanwhile
nobody else is served. Every turn is measured, so that no block is missed between two looks.

Not counted is the time in which the kernel ran something else on this thread's core though it
could have run (the second field of ``schedstat``): that is what others did. Waiting for a disk,
a lock or another thread of the program is counted.
"""

from __future__ import annotations

import mmap
import os
import runpy
import selectors
import sys
import time
from pathlib import Path

STARTING = 2  # turns of the loop until it serves


class Clocked(selectors.EpollSelector):
    """A selector that measures what happens between two waits."""

    def __init__(self) -> None:
        super().__init__()
        self._starting = STARTING
        self._begun = 0.0
        self._kept_waiting = 0.0

    def select(self, timeout=None):
        if self._starting:
            self._starting -= 1
        else:
            self._end()
        try:
            return super().select(timeout)
        finally:
            self._kept_waiting = _kept_waiting()
            self._begun = time.perf_counter()

    def _end(self) -> None:
        took = time.perf_counter() - self._begun
        if took > _longest[0]:
            took -= _kept_waiting() - self._kept_waiting
            _longest[0] = max(_longest[0], took)


def _kept_waiting() -> float:
    """Tell for how many seconds so far this thread was ready and another one ran.

    Where the kernel does not tell, it is counted as the program's own.
    """
    return 0.0 if _schedstat is None else int(os.pread(_schedstat, 64, 0).split()[1]) / 1e9


def _open_schedstat() -> int | None:
    try:
        return os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    _file, *_rest = sys.argv[1:]
    with Path(_file).open("r+b") as _opened:
        _longest = memoryview(mmap.mmap(_opened.fileno(), 8)).cast("d")
    _schedstat = _open_schedstat()
    selectors.DefaultSelector = Clocked
    sys.argv = _rest
    sys.path[0] = str(Path(_rest[0]).parent)
    runpy.run_path(_rest[0], run_name="__main__")
