"""``backup FILE`` and ``restore FILE``."""

from __future__ import annotations

import os
import sys
from datetime import datetime

from handlers.commands import asked
from handlers.options import GiveUp
from models.sizes import shown
from models.store.keeping import backup as keeping
from models.store.keeping import restore as restoring
from models.store.keeping.archive import NoBackup


def write(arguments: list[str]) -> int:
    """Write a backup; a server may be at work meanwhile."""
    target = asked.file(arguments, "backup")
    kept = asked.kept()
    os.nice(asked.NICE)
    with asked.explained(target):
        written = keeping.write(kept, asked.data() / "files", target)
    print(f"{target}: {shown(written.size)}, the database and {written.files:,} files.")
    if written.missing:
        print(
            f"gust: {len(written.missing):,} files that the database names are not on the disk, "
            "and so not in the backup. See “chat.py doctor”.",
            file=sys.stderr,
        )
    return 1 if written.missing else 0


def restore(arguments: list[str]) -> int:
    """Put a backup into an empty data folder."""
    source = asked.file(arguments, "restore")
    try:
        restored = restoring.restore(source, asked.database(), asked.data())
    except NoBackup as reason:
        raise GiveUp(f"{source} can't be restored: {reason}. Nothing was changed.", 1) from None
    except restoring.NotEmpty as error:
        raise GiveUp(
            f"{error.path} is not empty, and nothing is put over what is kept. "
            "Restore to another folder with --data=FOLDER.",
            1,
        ) from None
    except OSError as error:
        where = error.filename or asked.data()
        raise GiveUp(f"{where}: {error.strerror}. Nothing was restored.", 1) from None
    when = datetime.fromtimestamp(restored.manifest.date / 1000).astimezone()
    print(
        f"{asked.data()}: {restored.messages:,} messages and {restored.files:,} files, "
        f"as they were on {when:%Y-%m-%d at %H:%M:%S %Z}. Start the server on it."
    )
    return 0
