"""A backup, put where nothing is kept yet."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import IO, NamedTuple

from models.store import dialects
from models.store.keeping import archive
from models.store.keeping.archive import DATABASE, Manifest, NoBackup
from models.store.lock import Lock, files_of
from models.store.migrate import newest

_PIECE = 1 << 20  # bytes
# What a file system of its own has in it when it is new.
_NOTHING = {"lost+found"}


class NotEmpty(Exception):
    """Say where something is kept already.

    :ivar path: a folder, or a database
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class Restored(NamedTuple):
    """What was put in place."""

    manifest: Manifest
    messages: int
    files: int


def restore(source: Path, url: str, data: Path) -> Restored:
    """Check a backup, then put its database and its files in place, all or nothing.

    The log gets a new name (``epoch``): clients that have seen more of it than the
    backup has start anew.

    :param data: the folder for all that is kept but the database, which is at ``url``
    :raises NoBackup: the file is none, or damaged; nothing was touched
    :raises NotEmpty: something is kept there
    :raises OSError: the file can't be read, or its contents be written
    :raises RuntimeError: a server is at work there
    """
    database = Path(dialects.file_of(url))
    refuse_unless_empty(database, data)
    with source.open("rb") as file:
        manifest = archive.check(file)
        if manifest.schema > newest():
            raise NoBackup(f"it is of a newer Gust (schema {manifest.schema}; this is {newest()})")
        new = {folder for folder in (data, database.parent) if not folder.exists()}
        with closing(Lock(database)), contextlib.ExitStack() as undoing:
            refuse_unless_empty(database, data)  # a server may have begun there meanwhile
            undoing.callback(_take_away, database, data, new)
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            restored = _restore(file, manifest, database, data)
            undoing.pop_all()
            return restored


def refuse_unless_empty(database: Path, data: Path) -> None:
    """Refuse a place where something is kept.

    :raises NotEmpty: it is not empty
    """
    if database.exists():
        raise NotEmpty(database)
    nothing = {*_NOTHING, *(path.name for path in files_of(database))}
    if data.exists() and {path.name for path in data.iterdir()} - nothing:
        raise NotEmpty(data)


def _restore(file: IO[bytes], manifest: Manifest, database: Path, data: Path) -> Restored:
    unfinished = database.with_name(f"{database.name}.restoring")
    files = data / "files"
    files.mkdir(mode=0o700)
    count = 0
    for name, content in archive.contents(file):
        if name == DATABASE:
            _write(content, unfinished)
            messages = _begin_anew(unfinished)
        else:
            count += 1
            place = data / name
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _write(content, place)
    os.sync()  # all of it at once, where one by one would take the disk a turn for each
    unfinished.rename(database)  # the last: without a database, nothing is kept here
    os.sync()
    return Restored(manifest, messages, count)


def _write(content: IO[bytes], place: Path) -> None:
    with place.open("xb") as file:
        place.chmod(0o600)
        shutil.copyfileobj(content, file, _PIECE)


def _begin_anew(path: Path) -> int:
    """Check a database, and give its log another name; give the count of its messages."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            dialects.read_schema(database)
            (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(found)
            epoch = secrets.token_hex(8)
            changed = database.execute("UPDATE facts SET value = ? WHERE name = 'epoch'", (epoch,))
            if changed.rowcount != 1:
                raise sqlite3.DatabaseError("it has no epoch")
            if database.execute("PRAGMA auto_vacuum").fetchone() != (2,):
                # It was begun by a Gust whose databases could not shrink.
                database.execute("PRAGMA auto_vacuum=INCREMENTAL")
                database.execute("VACUUM")
            (count,) = database.execute("SELECT count(*) FROM messages").fetchone()
            return int(count)
    except sqlite3.DatabaseError as error:
        raise NoBackup(f"its database is damaged ({error})") from None


def _take_away(database: Path, data: Path, new: Iterable[Path]) -> None:
    """Leave nothing behind of what did not come to its end."""
    shutil.rmtree(data / "files", ignore_errors=True)
    for left in database.parent.glob(f"{database.name}.restoring*"):
        left.unlink()
    for lock in files_of(database):
        lock.unlink(missing_ok=True)
    for folder in new:
        shutil.rmtree(folder, ignore_errors=True)
