"""What differs between databases, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from models.store.prepared import Prepared

_BEGIN = Prepared(text("BEGIN"), ())
_BEGIN_TO_WRITE = Prepared(text("BEGIN IMMEDIATE"), ())
_VERSION = Prepared(text("PRAGMA data_version"), ())
_BUSY = 5_000  # ms that SQLite waits for another process's lock


class NotOurs(RuntimeError):
    """A database in which another program keeps something."""


def refuse_foreign(url: str) -> None:
    """Look whose a database is, before anything is written to it.

    :raises NotOurs: another program's
    """
    file = Path(file_of(url))
    if not file.is_file() or not file.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            tables = read_schema(database)
    except sqlite3.Error:
        return  # whatever is wrong with it is told to who opens it
    if tables and not tables >= {"alembic_version", "facts"}:
        raise NotOurs(
            f"{file} is a database of another program: nothing was written to it. "
            "Choose another folder with --data=FOLDER, or file with --database=sqlite:///FILE."
        )


def read_schema(database: sqlite3.Connection) -> set[str]:
    """Give the names of all that is in a database.

    :raises sqlite3.Error: it can't be read. It is asked here first, as SQLite's complaint of a
        damaged schema quotes it, and what is no text makes another error of that
    """
    try:
        return {name for (name,) in database.execute("SELECT name FROM sqlite_schema")}
    except UnicodeDecodeError:
        raise sqlite3.DatabaseError("its schema is damaged") from None


def connect(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL, e.g. ``sqlite:////data/chat.db``.

    :raises sqlalchemy.exc.ArgumentError: the text is not a URL
    :raises ValueError: it is of another kind, or without a file
    """
    Path(file_of(url)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=8, max_overflow=0, hide_parameters=True)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def version(connection: Connection) -> int:
    """Give a number that others' commits change, and those of this connection don't."""
    return int(_VERSION.run(connection, ())[0][0])


def size(url: str) -> int:
    """Tell how many bytes of disk a database takes, its log included."""
    file = Path(file_of(url))
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))


def copy(url: str, target: Path) -> None:
    """Write the database as it is at one moment to another file, whoever is using it.

    :raises FileNotFoundError: there is no database
    :raises sqlite3.Error: it can't be read, or is damaged
    """
    source = Path(file_of(url))
    source.stat()  # SQLite would make an empty one
    with closing(sqlite3.connect(source)) as database, closing(sqlite3.connect(target)) as copied:
        read_schema(database)
        copied.execute("PRAGMA synchronous=OFF")  # what does not come to its end is thrown away
        # All pages in one step: one transaction that reads, beside any that write.
        database.backup(copied)
        (found,) = copied.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(f"it is damaged ({found.splitlines()[-1]})")


def file_of(url: str) -> str:
    """Give the file of an SQLAlchemy URL.

    :raises ValueError: it is of another kind, or without a file
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(
            f"databases of the kind {parsed.drivername} are not known; use sqlite:///FILE"
        )
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("it needs a file: sqlite:///FILE")
    return parsed.database


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's own transactions begin late and only for some statements.
    connection.isolation_level = None
    run = connection.execute
    run(f"PRAGMA busy_timeout={_BUSY}")
    read_schema(connection)
    run("PRAGMA auto_vacuum=INCREMENTAL")  # of a new file: it can shrink again
    run("PRAGMA journal_mode=WAL")
    run("PRAGMA synchronous=FULL")  # acknowledged means on disk, also when the power fails
    run("PRAGMA foreign_keys=ON")
    run("PRAGMA cache_size=-16000")  # 16 MB a connection


def _begin_sqlite(connection: Connection) -> None:
    # A writer that takes its lock only at its first write can fail after it has
    # read; IMMEDIATE waits at the beginning instead.
    write = connection.get_execution_options().get("write", False)
    (_BEGIN_TO_WRITE if write else _BEGIN).run(connection, ())
