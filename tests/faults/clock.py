"""Run a program by a clock that can be set: ``clock.py OFFSET-FILE PROGRAM ARGUMENTS…``.

What asks for the time of day gets it with the seconds that the file holds; what measures
(``time.monotonic``) is not touched, as by the setting of a real clock.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path

_offset, *_rest = sys.argv[1:]
_time, _time_ns = time.time, time.time_ns


def _seconds() -> int:
    return int(Path(_offset).read_text() or 0)


time.time = lambda: _time() + _seconds()
time.time_ns = lambda: _time_ns() + _seconds() * 1_000_000_000

if __name__ == "__main__":
    sys.argv = _rest
    sys.path[0] = str(Path(_rest[0]).parent)
    runpy.run_path(_rest[0], run_name="__main__")
