"""All that is kept: the database, and the contents that it names."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from models.store import dialects, lock
from models.store.blobs import Blobs
from models.store.examine import Finding, contents, database

BEGIN = "Say where it is by --data or --database, or start the server once."


class Examined(NamedTuple):
    """What was looked at.

    :ivar size: bytes of the files
    """

    findings: list[Finding]
    messages: int = 0
    files: int = 0
    size: int = 0


def examine_all(url: str, blobs: Path) -> Examined:
    """Look at everything; a server may be at work meanwhile.

    :param blobs: the folder of the contents
    """
    file = Path(dialects.file_of(url))
    if not file.exists():
        return Examined([Finding(f"There is no database {file}.", BEGIN)])
    try:
        return _examine(file, blobs)
    except sqlite3.Error as error:
        wrong = f"{file} can't be read as a database: {error}."
        return Examined([Finding(wrong, database.RESTORE)])


def is_served(url: str) -> bool:
    """Tell whether a server is at work."""
    return lock.is_served(Path(dialects.file_of(url)))


def _examine(file: Path, blobs: Path) -> Examined:
    with ExitStack() as stack:
        if blobs.is_dir():
            stack.enter_context(Blobs.held(blobs))
        opened = stack.enter_context(database.opened(file))
        if findings := [*database.examine_soundness(opened)]:
            return Examined(findings)
        findings += database.examine_rows(opened)
        findings += contents.examine(opened, blobs)
        (messages,) = opened.execute("SELECT count(*) FROM messages").fetchone()
        files, size = opened.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM (SELECT DISTINCT hash, size FROM files)"
        ).fetchone()
        return Examined(findings, messages, files, size)
