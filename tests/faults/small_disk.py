"""A disk so small that it can be filled, and a server whose data is on it."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.watched import Watched

SIZE = 64  # MiB
NAMESPACE = ["unshare", "--mount"]
ENTER = ["nsenter", "--mount"]
if os.geteuid():
    NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount"]
    ENTER = ["nsenter", "--user", "--preserve-credentials", "--mount"]

# Its only mount is gone as soon as its last process is, however the test ends.
HOLD = f'mount -t tmpfs -o size={SIZE}m gust "$0" && echo mounted && exec cat'


class Tmpfs:
    """A tmpfs of its own, in a mount namespace of its own.

    :raises OSError: the system lets us make none
    """

    how = f"a tmpfs of {SIZE} MiB"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._holder = subprocess.Popen(
            [*NAMESPACE, "sh", "-c", HOLD, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "mounted\n":
            _, why = self._holder.communicate(timeout=10)
            raise OSError(errno.EPERM, f"no tmpfs: {why.strip()}")

    def close(self) -> None:
        self._holder.communicate(timeout=10)

    @property
    def within(self) -> list[str]:
        """Give the command that runs another where the disk is seen."""
        return [*ENTER, f"--target={self._holder.pid}"]

    @property
    def root(self) -> Path:
        """Give its folder, as it is seen from here."""
        return Path(f"/proc/{self._holder.pid}/root{self._folder}")

    @contextmanager
    def full(self, server: Watched) -> Iterator[None]:
        """Leave not a byte free."""
        filler = self.root / "filler"
        with filler.open("wb", buffering=0) as file:
            for piece in (1 << 16, 1 << 12):
                while True:
                    try:
                        file.write(bytes(piece))
                    except OSError:
                        break
        try:
            yield
        finally:
            filler.unlink()


class Quota:
    """No file of the server may grow: the way where there is no right to mount anything."""

    how = "a limit of RLIMIT_FSIZE, as this system lets us mount no small disk"
    within: list[str] = []

    def __init__(self, folder: Path) -> None:
        self.root = folder

    def close(self) -> None:
        pass

    @contextmanager
    def full(self, server: Watched) -> Iterator[None]:
        soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        largest = max(path.stat().st_size for path in server.data.glob("chat.db*"))
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest, hard))
        try:
            yield
        finally:
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))


class OnSmallDisk(Watched):
    """A server whose data is on a small disk: a real one where we may have one.

    :ivar disk: how it is small, and how it gets full
    :ivar kept: where its data is seen from here
    """

    disk: Tmpfs | Quota

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(folder / "data", *options)
        folder.mkdir()
        try:
            self.disk = Tmpfs(folder)
        except OSError:
            self.disk = Quota(folder)
        self.kept = self.disk.root / "data"

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        self.disk.close()

    @property
    def command(self) -> list[str]:
        return [*self.disk.within, *super().command]
