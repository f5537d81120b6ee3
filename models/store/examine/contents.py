"""The contents of files: those that the database names are there, as they were, and no others."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from models.store.examine import Finding

# What came in so many seconds ago may be about to be somebody's.
YOUNG = 120.0
_SHOWN = 3


def examine(database: sqlite3.Connection, folder: Path) -> Iterator[Finding]:
    """Find what is wrong with the contents in a folder; every byte is read.

    While it runs, no sweeper may take any away (:meth:`models.store.blobs.Blobs.held`).
    """
    named = {
        digest.hex(): bool(small)
        for digest, small in database.execute(
            "SELECT hash, max(thumbnail) FROM files GROUP BY hash"
        )
    }
    going = {digest.hex() for (digest,) in database.execute("SELECT hash FROM orphans")}
    present = {path.name: path for path in folder.glob("??/*")}
    wanted = {*named, *(f"{name}.webp" for name, small in named.items() if small)}
    yield from _tell(
        sorted(wanted - present.keys()),
        "contents of files are missing in",
        folder,
        "Get them out of a backup (any tar reads it): until then nobody can open them.",
    )
    yield from _tell(
        [name for name in sorted(named) if name in present and _hash(present[name]) != name],
        "contents of files are damaged in",
        folder,
        "Get them out of a backup (any tar reads it), and check the disk.",
    )
    before = time.time() - YOUNG
    left = [
        name
        for name in sorted(present.keys() - wanted)
        if name.partition(".")[0] not in going and present[name].stat().st_mtime < before
    ]
    yield from _tell(
        left,
        "contents are no file's in",
        folder,
        "Start the server: it takes them away within a minute.",
    )


def _tell(names: list[str], what: str, folder: Path, remedy: str) -> Iterator[Finding]:
    if names:
        more = ", …" if len(names) > _SHOWN else "."
        shown = ", ".join(f"{name[:2]}/{name}" for name in names[:_SHOWN])
        yield Finding(f"{len(names):,} {what} {folder}: {shown}{more}", remedy)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
