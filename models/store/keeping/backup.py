"""A backup: the database as it is at one moment, and all files that it names.

A server may be at work meanwhile. What it has told anybody is committed, and what is
committed when the database is copied is in the copy; contents are on the disk before
their rows are committed, and are not taken away while the copy is made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from models.store import dialects
from models.store.blobs import Blobs
from models.store.keeping import whole
from models.store.keeping.archive import DATABASE, Archive, Manifest
from models.store.schema import now


class Written(NamedTuple):
    """What a backup has.

    :ivar missing: contents that the database names and the disk has not, in hex
    """

    size: int
    files: int
    missing: list[str]


def write(url: str, blobs: Path, target: Path) -> Written:
    """Write a backup, durably; there is nothing under its name before it is whole.

    Beside it there must be room for it, and for the database once more.

    :param blobs: the folder of the contents
    :raises FileExistsError: something of that name is there
    :raises FileNotFoundError: there is no such database, or folder for the target
    :raises RuntimeError: the database can't be read, or copied, or is damaged
    """
    with whole.written(target) as unfinished, Blobs.held(blobs):
        begun = now()
        copied = unfinished.with_name(DATABASE)
        try:
            dialects.copy(url, copied)
        except sqlite3.Error as error:
            raise RuntimeError(f"{dialects.file_of(url)} can't be copied: {error}.") from None
        return _write(copied, begun, blobs, unfinished)


def _write(copied: Path, begun: int, blobs: Path, unfinished: Path) -> Written:
    files, missing = 0, []
    with unfinished.open("wb") as file, closing(sqlite3.connect(copied)) as database:
        archive = Archive(file, Manifest(_schema(database), begun))
        archive.add(DATABASE, copied)
        for name in _contents(database):
            try:
                archive.add(f"files/{name}", blobs / name)
                files += 1
            except FileNotFoundError:
                missing.append(name)
        archive.finish()
    return Written(unfinished.stat().st_size, files, missing)


def _schema(database: sqlite3.Connection) -> str:
    (schema,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(schema)


def _contents(database: sqlite3.Connection) -> Iterator[str]:
    """List what is on disk of the files that the database names, in order."""
    for digest, small in database.execute(
        "SELECT hash, max(thumbnail) FROM files GROUP BY hash ORDER BY hash"
    ):
        name = f"{digest.hex()[:2]}/{digest.hex()}"
        yield name
        if small:
            yield f"{name}.webp"
