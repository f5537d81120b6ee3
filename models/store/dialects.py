"""What differs between databases, and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

_BUSY = 5_000  # ms that SQLite waits for another process's lock


def connect(url: str) -> Engine:
    """Open the database at an SQLAlchemy URL, e.g. ``sqlite:////data/chat.db``.

    :raises sqlalchemy.exc.ArgumentError: the text is not a URL
    :raises ValueError: it is of another kind, or without a file
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(
            f"databases of the kind {parsed.drivername} are not known; use sqlite:///FILE"
        )
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("it needs a file: sqlite:///FILE")
    Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(parsed, pool_size=8, max_overflow=0)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's own transactions begin late and only for some statements.
    connection.isolation_level = None
    run = connection.execute
    run(f"PRAGMA busy_timeout={_BUSY}")
    run("PRAGMA journal_mode=WAL")
    run("PRAGMA synchronous=FULL")  # acknowledged means on disk, also when the power fails
    run("PRAGMA foreign_keys=ON")
    run("PRAGMA cache_size=-16000")  # 16 MB a connection


def _begin_sqlite(connection: Connection) -> None:
    # A writer that takes its lock only at its first write can fail after it has
    # read; IMMEDIATE waits at the beginning instead.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
