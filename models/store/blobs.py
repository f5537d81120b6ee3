"""The contents of files on disk, each one once, under the hash of its bytes.

``files/ab/abcd…`` is a content, ``files/ab/abcd….webp`` its small picture, and
``files/incoming/`` what is still arriving: in the same file system, so that taking
a file in is a rename. Who may see what, under which name, is in the database; here
are only bytes. Everything blocks, and is called through :meth:`Blobs.run`.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import hashlib
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import ParamSpec, TypeVar

from models.errors import DiskFull, NotStored
from models.filetypes import HEAD
from models.store.disk import sync

log = logging.getLogger("gust.files")

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 8
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Blobs:
    """Keep contents in a folder.

    :param alone: no other process takes contents in here
    :raises OSError: the folder can't be made or written
    """

    def __init__(self, folder: Path, alone: bool = True) -> None:
        self.folder = folder
        self._incoming = folder / "incoming"
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._ours = f"{secrets.token_hex(4)}-"  # what our names in there begin with
        if alone:
            self.forget_others()
        handle, probe = mkstemp(dir=self._incoming)  # what can't be written is told now
        os.close(handle)
        os.unlink(probe)

        self._placing = threading.Lock()  # between looking whether it is there, and acting
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="disk")

    def forget_others(self) -> None:
        """Remove what an earlier process did not finish taking in: nobody was told of it."""
        for path in self._incoming.iterdir():
            if not path.name.startswith(self._ours):
                path.unlink(missing_ok=True)

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Call something that blocks on a thread; give a future of what it gave."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, partial(function, *args, **kwargs))

    def close(self) -> None:
        """Finish what is being written."""
        self._threads.shutdown()

    def path(self, digest: bytes) -> Path:
        name = digest.hex()
        return self.folder / name[:2] / name

    def thumbnail(self, digest: bytes) -> Path:
        return self.path(digest).with_suffix(".webp")

    def free(self) -> int:
        """Tell how many bytes the file system still takes."""
        return shutil.disk_usage(self.folder).free

    def receive(self) -> Incoming:
        """Begin a content."""
        with _as_answer():
            handle, name = mkstemp(dir=self._incoming, prefix=self._ours)
        return Incoming(handle, Path(name))

    def take_in(self, source: Path, digest: bytes, thumbnail: Path | None = None) -> None:
        """Give a finished content its place, durably; what is there already is kept.

        :raises DiskFull: there is no room for it
        """
        place = self.path(digest)
        with _as_answer(), self._placing:
            if not place.parent.is_dir():
                place.parent.mkdir(mode=0o700, exist_ok=True)
                sync(self.folder)
            if thumbnail is not None:
                sync(thumbnail)
                thumbnail.replace(self.thumbnail(digest))
            if place.exists():
                # Touched, so that it is not taken away as unused before the database
                # knows of this use.
                os.utime(place)
                source.unlink()
            else:
                source.replace(place)
            sync(place.parent)

    def remove(self, digest: bytes, younger: float = 0.0) -> bool:
        """Take a content away that nothing refers to any more.

        :param younger: leave it if it came less than so many seconds ago: somebody may
            be about to refer to it
        :returns: whether it is gone
        """
        path = self.path(digest)
        with self._placing:
            if path.exists() and time.time() - path.stat().st_mtime < younger:
                return False
            path.unlink(missing_ok=True)
            self.thumbnail(digest).unlink(missing_ok=True)
        return True

    @staticmethod
    @contextmanager
    def held(folder: Path) -> Iterator[None]:
        """Keep every process from taking contents away; wait for one that is about it."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """Be about to :meth:`remove` contents; False: not now, they are :meth:`held`."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            yield _taken(handle)
        finally:
            os.close(handle)

    def kept(self) -> Iterator[bytes]:
        """List the contents that are here."""
        for folder in self.folder.iterdir():
            if len(folder.name) == 2:
                names = {path.stem for path in folder.iterdir()}
                yield from (bytes.fromhex(name) for name in names if len(name) == 64)


class Incoming:
    """One content that is arriving; hashed on the way.

    A connection may end while a thread writes here: a lock keeps the two apart.

    :ivar size: bytes so far
    """

    def __init__(self, handle: int, path: Path) -> None:
        self.path = path
        self.size = 0
        self._handle: int | None = handle
        self._hash = hashlib.sha256()
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """Add to it.

        :raises DiskFull: it does not fit
        """
        with self._lock, _as_answer():
            if self._handle is None:
                return  # discarded
            view = memoryview(data)
            while view:
                view = view[os.write(self._handle, view) :]
            self._hash.update(data)
            self.size += len(data)

    def head(self) -> bytes:
        """Give its first bytes, by which its type is told."""
        with self.path.open("rb") as file:
            return file.read(HEAD)

    def finish(self) -> bytes:
        """Bring it onto the disk; give its hash.

        :raises DiskFull: it does not fit
        """
        with self._lock, _as_answer():
            if self._handle is not None:
                os.fsync(self._handle)
                os.close(self._handle)
                self._handle = None
            return self._hash.digest()

    def discard(self) -> None:
        """Leave nothing behind; what was taken in is not here any more."""
        with self._lock:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None
            for name in (self.path, f"{self.path}.clean", f"{self.path}.webp"):
                Path(name).unlink(missing_ok=True)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _as_answer() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from None
        log.error("not stored: %s", error)
        raise NotStored from error
