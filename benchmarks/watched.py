"""Run chat.py with a clock on its garbage collector: ``python watched.py FILE OPTION …``.

A line of JSON is added to FILE for each collection: its generation, and for how many
ms nothing else ran. SIGUSR1 asks for a collection of everything.
"""

from __future__ import annotations

import gc
import json
import runpy
import signal
import sys
import time
from pathlib import Path

FORCED = "forced"


class Watch:
    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._begun = 0.0
        self._forced = False

    def heard(self, phase: str, info: dict[str, int]) -> None:
        """Be one of ``gc.callbacks``."""
        if phase == "start":
            self._begun = time.perf_counter()
            return
        took = 1000 * (time.perf_counter() - self._begun)
        kind = FORCED if self._forced else info["generation"]
        self._file.write(json.dumps({"generation": kind, "ms": took}) + "\n")

    def collect(self, *_: object) -> None:
        """Collect everything now, what was put aside as well."""
        self._forced = True
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._forced = False


if __name__ == "__main__":
    chat = Path(__file__).parents[1] / "chat.py"
    watch = Watch(Path(sys.argv.pop(1)))
    gc.callbacks.append(watch.heard)
    signal.signal(signal.SIGUSR1, watch.collect)
    sys.argv[0] = str(chat)
    sys.path[0] = str(chat.parent)
    runpy.run_path(str(chat), run_name="__main__")
