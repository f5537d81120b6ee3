"""The database: SQLite's own checks, and what must hold among our rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from models.store import dialects
from models.store.examine import Finding
from models.store.migrate import newest

RESTORE = "Restore a backup (chat.py restore) to an empty folder."
_SHOWN = 3  # of many

# What no row may be like: a sentence, with how many there are and some of them.
_NEVER = {
    "rooms have messages with numbers above their own last": """
        SELECT DISTINCT rooms.id FROM messages JOIN rooms ON rooms.id = messages.room
        WHERE messages.seq > rooms.seq""",
    "rooms have a last number that no message has": """
        SELECT rooms.id FROM rooms WHERE seq > forgotten AND NOT EXISTS
        (SELECT 1 FROM messages WHERE room = rooms.id AND messages.seq = rooms.seq)""",
    "rooms have a hole in their numbers": """
        SELECT rooms.id FROM rooms JOIN messages ON messages.room = rooms.id
        WHERE rooms.forgotten = 0 GROUP BY rooms.id
        HAVING sum(messages.seq <> messages.posted) = 0 AND count(*) <> rooms.seq""",
    "messages have changed before they were posted": """
        SELECT id FROM messages WHERE posted > seq OR posted < 1""",
    "messages are not in the order of their numbers": """
        SELECT id FROM (SELECT id, posted, lag(posted) OVER (PARTITION BY room ORDER BY id)
        AS before FROM messages) WHERE before >= posted""",
    "removed messages still have something of what they said": """
        SELECT id FROM messages
        WHERE deleted
        AND (text <> '' OR html <> '' OR composed IS NOT NULL OR files IS NOT NULL)""",
    "people have read what has not been said": """
        SELECT user FROM positions JOIN rooms ON rooms.id = positions.room
        WHERE positions.read > rooms.seq OR positions.received > rooms.seq""",
    "messages tell of other files than they have": """
        SELECT id FROM messages
        WHERE coalesce((SELECT group_concat(json_extract(value, '$.id'))
            FROM json_each(messages.files)), '')
        <> coalesce((SELECT group_concat(id)
            FROM (SELECT id FROM files WHERE message = messages.id ORDER BY position)), '')""",
    "messages can't be found by searching": """
        SELECT id FROM messages WHERE NOT deleted AND id NOT IN (SELECT id FROM search_docsize)""",
    "messages are found that are not there": """
        SELECT id FROM search_docsize
        WHERE id NOT IN (SELECT id FROM messages WHERE NOT deleted)""",
}  # fmt: skip
REINDEX = (
    "Stop the server, and restore a backup from before the damage to an empty folder (what was "
    "said since is lost), or export, and import there (passwords, sessions, invitations, bans and "
    "the word filter are lost)."
)


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that nothing is written to, in one transaction.

    :raises sqlite3.Error: it can't be opened, or makes no sense
    """
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
        database.isolation_level = None
        database.execute("PRAGMA busy_timeout = 5000")
        database.execute("BEGIN")
        dialects.read_schema(database)
        yield database


def examine_soundness(database: sqlite3.Connection) -> Iterator[Finding]:
    """Find what makes it useless to look at anything else."""
    try:
        found = [str(line) for (line,) in database.execute("PRAGMA integrity_check(100)")]
    except sqlite3.DatabaseError as error:  # it came to a page that makes no sense at all
        found = [str(error)]
    if found != ["ok"]:
        yield Finding(f"The database is damaged: {_some(found)}", RESTORE)
        return
    if not database.execute(
        "SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'"
    ).fetchone():
        yield Finding("The database is none of Gust's.", "Say another with --data or --database.")
        return
    (schema,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if schema != newest():
        yield _of_another_schema(schema)


def examine_rows(database: sqlite3.Connection) -> Iterator[Finding]:
    """Find rows that do not agree."""
    for table, count in database.execute(
        'SELECT "table", count(*) FROM pragma_foreign_key_check() GROUP BY "table"'
    ):
        yield Finding(f"{count:,} rows of {table} refer to what is not there.", RESTORE)
    for what, query in _NEVER.items():
        ids = [id for (id,) in database.execute(query)]
        if ids:
            remedy = REINDEX if "search" in query else RESTORE
            yield Finding(f"{len(ids):,} {what}: {_some(ids)}", remedy)
    yield from _examine_index(database)


def _of_another_schema(schema: str) -> Finding:
    if schema > newest():
        return Finding(
            f"The database is of a newer Gust (schema {schema}; this is {newest()}).",
            "Run the newer one.",
        )
    return Finding(
        f"The database is of an older Gust (schema {schema}; this is {newest()}).",
        "Start the server once: it brings the database up to date.",
    )


def _examine_index(database: sqlite3.Connection) -> Iterator[Finding]:
    """Compare the length of each text with what the index has of it."""
    wrong = [
        id
        for id, length, sizes in database.execute(
            """SELECT id, length(coalesce(composed, text) || coalesce((SELECT char(10) ||
            group_concat(json_extract(value, '$.name'), char(10))
            FROM json_each(messages.files)), '')), sz
            FROM messages JOIN search_docsize USING (id) WHERE NOT deleted"""
        )
        if _first_number(sizes) != max(0, length - 2)
    ]
    if wrong:
        yield Finding(
            f"{len(wrong):,} messages are found by an older text: {_some(wrong)}", REINDEX
        )


def _first_number(sizes: bytes) -> int:
    """Read the first column's count of tokens (a varint: sqlite.org/fileformat2.html)."""
    number = 0
    for byte in sizes:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number


def _some(found: list[Any]) -> str:
    shown = ", ".join(map(str, found[:_SHOWN]))
    return f"{shown}, …" if len(found) > _SHOWN else f"{shown}."
