"""The folder that all is kept in: there, ours alone, and with room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from models.sizes import shown
from models.store.examine import Finding

LEAST = 64 << 20  # bytes that messages want, whatever uploads leave free


def examine(folder: Path, free_space: int) -> Iterator[Finding]:
    """Find what is wrong with a folder.

    :param free_space: bytes that uploads leave free
    """
    if not folder.is_dir():
        yield Finding(
            f"There is no folder {folder}.", "Start the server once, or say --data=FOLDER."
        )
        return
    yield from _examine_rights(folder)
    disk = shutil.disk_usage(folder)
    if disk.total < free_space:
        yield Finding(
            f"The disk of {folder} has {shown(disk.total)}, and uploads are to leave "
            f"{shown(free_space)} free: nothing can be uploaded.",
            "Set a smaller --free-space.",
        )
    elif disk.free < max(free_space, LEAST):
        yield Finding(
            f"The disk of {folder} has only {shown(disk.free)} left: "
            + ("messages may be refused soon." if disk.free < LEAST else "uploads are refused."),
            "Free some, or move the folder to a larger disk.",
        )


def _examine_rights(folder: Path) -> Iterator[Finding]:
    if folder.stat().st_mode & 0o077:
        yield Finding(f"Others on this machine may look into {folder}.", f"chmod 700 {folder}")
    for path in (folder, *folder.glob("chat.db*"), folder / "files", folder / "files" / "incoming"):
        if not path.exists():
            continue
        if not os.access(path, os.R_OK | os.W_OK):
            yield Finding(f"{path} can't be read and written by who asks.", _own(folder))
        elif path.stat().st_uid != folder.stat().st_uid:
            yield Finding(f"{path} belongs to somebody else than {folder}.", _own(folder))


def _own(folder: Path) -> str:
    return f"Have all of it belong to who runs the server: chown -R USER {folder}"
