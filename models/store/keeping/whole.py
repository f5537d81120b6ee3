"""A file that is there as a whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.store.disk import sync


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """Give a path to write to; at the end it gets the target's name, durably.

    What else is written beside that path is thrown away.

    :raises FileExistsError: something of the target's name is there
    :raises FileNotFoundError: there is no such folder
    """
    if target.exists():
        raise FileExistsError(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        unfinished = folder / "unfinished"
        unfinished.touch(0o600)
        yield unfinished
        sync(unfinished)
        unfinished.rename(target)
        sync(target.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
