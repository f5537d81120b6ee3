"""Prepare one picture, in a process of its own: ``python -m models.pictures WHAT TYPE FILE``.

The results are written beside ``FILE``, as ``FILE.clean`` and ``FILE.webp``; what there
is to say about them goes to the standard output, as one line of JSON. A decoder that
crashes, hangs or eats memory takes only this process with it, and it may not have much.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
from pathlib import Path

from models.pictures import Prepared, Unfit, face, prepare

MEMORY = 1536 << 20  # bytes
SECONDS = 30


def main(what: str, type: str, name: str) -> None:
    """Prepare a picture, as it is or as a person's ``face``."""
    os.nice(10)  # the chat comes first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    data = Path(name).read_bytes()
    try:
        prepared = (face if what == "face" else prepare)(data, type)
    except Unfit as refusal:
        print(json.dumps({"refusal": str(refusal)}))
        return
    print(json.dumps(_store(prepared, name)))


def _store(prepared: Prepared, name: str) -> dict[str, object]:
    _write(f"{name}.clean", prepared.content)
    if prepared.thumbnail is not None:
        _write(f"{name}.webp", prepared.thumbnail)
    return {
        "digest": hashlib.sha256(prepared.content).hexdigest(),
        "size": len(prepared.content),
        "width": prepared.width,
        "height": prepared.height,
        "thumbnail": prepared.thumbnail is not None,
    }


def _write(name: str, data: bytes) -> None:
    with Path(name).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


main(*sys.argv[1:])
