"""Which process serves a database: one, and for some moments another that takes its place.

Two files beside it are locked (``flock``). Who serves holds ``….lock``, who is about to holds
``….next``. So there is one of each at most, whoever needs that there is none holds both, and the
kernel gives back what a killed process held. Who can be told to hand over has a second lock on
the first file (``fcntl``): of those the kernel tells whose they are.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import struct
from pathlib import Path
from typing import IO

_FLOCK = struct.Struct("@hhqqi0q")  # struct flock, on Linux


class InUse(RuntimeError):
    """Another process serves this database."""


class Lock:
    """Keep a database for this process.

    Two processes on one file would each tell only their own people what is said.

    :param file: the database
    :param take_over: where another process serves it, be the one that comes next
    :ivar file: it
    :ivar predecessor: who serves it still; None: nobody else does
    :raises InUse: another process serves it, or is about to
    """

    def __init__(self, file: Path, take_over: bool = False) -> None:
        self.file = file
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock, self._door = files_of(file)
        self._held: IO[bytes] | None = None
        self._next = _hold(self._door)
        self.predecessor: Predecessor | None = None
        if self._next is None:
            raise InUse(f"The database {file} is in use by another Gust, which is just starting.")
        if self.own():
            return
        try:
            if not take_over:
                raise InUse(f"The database {file} is in use by another Gust: stop it first.")
            self.predecessor = Predecessor(self._lock)
        except InUse:
            self.close()
            raise

    def own(self) -> bool:
        """Take the predecessor's place once it is gone; tell whether the place is ours."""
        if self._held is None:
            self._held = _hold(self._lock)
            if self._held is not None and self.predecessor is not None:
                self.predecessor.forget()
                self.predecessor = None
        return self._held is not None

    def announce(self) -> None:
        """Let another process take over from here on: SIGTERM will have us hand over."""
        assert self._held is not None
        assert self._next is not None
        with contextlib.suppress(OSError):  # nobody can take over then, that is all
            fcntl.lockf(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._next.close()
        self._next = None

    @property
    def has_successor(self) -> bool:
        """Tell whether another process is about to take over."""
        return self._next is None and _is_held(self._door)

    def close(self) -> None:
        """Let go of the database."""
        for held in (self._held, self._next):
            if held is not None:
                held.close()
        if self.predecessor is not None:
            self.predecessor.forget()


class Predecessor:
    """The process that serves a database so far.

    :param file: the lock that it holds
    :raises InUse: which it is can't be told from here
    """

    def __init__(self, file: Path) -> None:
        unknown = InUse(
            f"The database {file.with_suffix('')} is in use by another Gust that can't hand over "
            "to this one: it is too old for that, or out of sight. Stop it, and start again."
        )
        with file.open("ab") as lock:
            self.pid = _announced(lock)
            try:
                # Held from here on, it can't be mistaken for a later process of its number.
                self._handle = os.pidfd_open(self.pid)
            except (AttributeError, OSError):
                raise unknown from None
            if _announced(lock) != self.pid:
                os.close(self._handle)
                raise unknown

    def dismiss(self) -> None:
        """Have it hand over and end."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGTERM)

    def forget(self) -> None:
        os.close(self._handle)


def is_served(file: Path) -> bool:
    """Tell whether a process keeps a database for itself, or is about to."""
    return any(map(_is_held, files_of(file)))


def files_of(file: Path) -> tuple[Path, Path]:
    """Give the files by which a database is locked: by who serves, and by who is about to."""
    return Path(f"{file}.lock"), Path(f"{file}.next")


def _is_held(lock: Path) -> bool:
    if not lock.exists():
        return False
    held = _hold(lock)
    if held is not None:
        held.close()
    return held is None


def _hold(lock: Path) -> IO[bytes] | None:
    """Lock a file, until it is closed; None: another process has it."""
    held = lock.open("ab")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    return held


def _announced(lock: IO[bytes]) -> int:
    """Give the process that can be told to hand over; 0: none, or none that is seen from here."""
    asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _, _, _, pid = _FLOCK.unpack(fcntl.fcntl(lock, fcntl.F_GETLK, asked))
    return 0 if kind == fcntl.F_UNLCK else int(pid)
