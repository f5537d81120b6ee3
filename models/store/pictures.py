"""Have pictures prepared, each by a process of its own, a few at a time.

A decoder's mistakes and a picture's appetite end with that process; the chat's own
memory and threads see nothing of either. It costs 40 ms to begin one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

import msgspec

from models.errors import BadEvent
from models.store.blobs import Blobs, Incoming
from models.store.files import Content

log = logging.getLogger("gust.files")

PATIENCE = 60.0  # seconds
ROOT = Path(__file__).parents[2]

What = Literal["whole", "face"]


class _Outcome(msgspec.Struct):
    """What the process says (see ``models/pictures/__main__.py``)."""

    refusal: str = ""
    digest: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    thumbnail: bool = False


class Pictures:
    """Prepare pictures and take them in.

    :param at_once: processes; the others wait for their turn
    """

    def __init__(self, blobs: Blobs, at_once: int) -> None:
        self._blobs = blobs
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="picture")

    def take_in(self, incoming: Incoming, type: str, what: What) -> asyncio.Future[Content]:
        """Clean a picture and give it its place; give a future of what was found out.

        :param what: all of it, or a person's ``face``, a small square
        :raises BadEvent: (the future) it is damaged, or more than can be taken
        """
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, self._take_in, incoming.path, type, what)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _take_in(self, path: Path, type: str, what: What) -> Content:
        found = _prepare(path, type, what)
        digest = bytes.fromhex(found.digest)
        small = Path(f"{path}.webp") if found.thumbnail else None
        self._blobs.take_in(Path(f"{path}.clean"), digest, small)
        told = "image/webp" if what == "face" else type
        return Content(digest, told, found.size, found.width, found.height, found.thumbnail)


def _prepare(path: Path, type: str, what: What) -> _Outcome:
    command = [sys.executable, "-P", "-m", "models.pictures", what, type, str(path)]
    places = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            check=True,
            env={"PYTHONPATH": places},
            timeout=PATIENCE,
        )
        outcome = msgspec.json.decode(ended.stdout, type=_Outcome)
    except (subprocess.SubprocessError, msgspec.DecodeError) as error:
        reason = getattr(error, "stderr", None) or b""
        log.warning("a picture was given up: %s %s", error, reason[-200:].decode(errors="replace"))
        raise BadEvent(
            "This picture takes more time or memory than there is for it. "
            "Make it smaller, or put it into a ZIP."
        ) from None
    if outcome.refusal:
        raise BadEvent(outcome.refusal)
    return outcome
