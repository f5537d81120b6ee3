"""A server whose event loop is watched: was anybody kept waiting?"""

from __future__ import annotations

import re
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.serving import GustProcess

CLOCK = Path(__file__).with_name("loop_clock.py")
DOUBLE = struct.Struct("d")

# What is said of each connection, of each stop, and now and then, whatever happens.
USUAL = re.compile(r"\] (open|close|slow reader|stopping|collecting everything)\b")


class Watched(GustProcess):
    """A server with a clock on its loop, over all its starts."""

    def __init__(self, data: Path, *options: str) -> None:
        super().__init__(data, *options)
        self._file = tempfile.NamedTemporaryFile(prefix="longest-turn-")  # noqa: SIM115
        self._file.write(DOUBLE.pack(0.0))
        self._file.flush()

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        self._file.close()

    @property
    def command(self) -> list[str]:
        _, *rest = super().command
        return [sys.executable, str(CLOCK), self._file.name, *rest]

    @property
    def surroundings(self) -> dict[str, Any]:
        """Give its log room: two thousand lines at once would wait until they are read here."""
        return {**super().surroundings, "pipesize": 1 << 20}

    @property
    def longest_turn(self) -> float:
        """Tell for how long the loop served nobody else at the most, in ms."""
        (seconds,) = DOUBLE.unpack(Path(self._file.name).read_bytes())
        return 1000 * float(seconds)

    def measure_anew(self) -> None:
        """Forget the longest turn so far."""
        with Path(self._file.name).open("r+b") as file:
            file.write(DOUBLE.pack(0.0))

    @property
    def told(self) -> list[str]:
        """Give the lines of its log, but for the usual ones."""
        return [line for line in self.log if not USUAL.search(line)]
