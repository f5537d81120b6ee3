"""``export FILE`` and ``import FILE``."""

from __future__ import annotations

import os
import sys

from handlers.commands import asked
from handlers.options import GiveUp
from models.errors import DiskFull, NotStored
from models.store.keeping import transfer
from models.store.keeping.lines import BadExport


def write(arguments: list[str]) -> int:
    """Write an export; a server may be at work meanwhile."""
    target = asked.file(arguments, "export")
    kept = asked.kept()
    os.nice(asked.NICE)
    with asked.explained(target):
        written = transfer.write(kept, asked.data() / "files", target)
    files = f" and {written.files:,} files" if target.suffix == ".zip" else ""
    print(f"{target}: {written.lines:,} lines{files}.")
    if written.missing:
        print(
            f"gust: {written.missing:,} files that messages name are not on the disk, and so "
            "not in the export. See “chat.py doctor”.",
            file=sys.stderr,
        )
    return 1 if written.missing else 0


def read(arguments: list[str]) -> int:
    """Put an export, or Slack's, into a new place."""
    source = asked.file(arguments, "import")
    try:
        loaded = transfer.read(source, asked.database(), asked.data() / "files")
    except DiskFull:
        raise GiveUp(f"The disk has no room left for {source}: nothing was changed.", 1) from None
    except (BadExport, NotStored) as reason:
        raise GiveUp(f"{source} can't be imported: {reason}. Nothing was changed.", 1) from None
    except OSError as error:
        raise GiveUp(f"{error.filename or source}: {error.strerror}.", 1) from None
    print(
        f"{asked.data()}: {loaded.messages:,} messages in {loaded.rooms:,} rooms, "
        f"of {loaded.people:,} people. Start the server on it."
    )
    if loaded.accounts:
        print(
            f"{loaded.accounts:,} of them have an account and no password yet: “chat.py link NAME” "
            "prints a link by which its owner comes in and chooses one."
        )
    if loaded.missing:
        print(f"{loaded.missing:,} files are not in it: their names are in the messages.")
    return 0
