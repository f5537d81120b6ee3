"""The real server, begun by a process that has loaded it already.

Half of a start is loading, and each test has a server of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.reduction import DupFd
from typing import Any

import chat
from tests.serving import GustProcess

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["chat"])


class WarmGust(GustProcess):
    """``chat.py`` without waiting until it is loaded."""

    def begin(self) -> Any:
        reading, writing = os.pipe()
        self._process = Forked(self.command[2:], writing)  # type: ignore[assignment]
        os.close(writing)
        log = os.fdopen(reading, encoding="utf-8")
        threading.Thread(target=self._listen, args=(log,), daemon=True).start()
        return self._process


class Forked:
    """A process, with as much of :class:`subprocess.Popen` as is asked of a server.

    :ivar stdout: nothing: what it says there nobody reads
    """

    def __init__(self, arguments: list[str], stderr: int) -> None:
        self._process = _forks.Process(target=_serve, args=(arguments, DupFd(stderr)))
        self._process.start()
        self.stdout = open(os.devnull)  # noqa: SIM115 - closed by who ends it

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        assert self._process.exitcode is not None, "it goes on"
        return self._process.exitcode


def _serve(arguments: list[str], stderr: Any) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number, file in ((0, nowhere), (1, nowhere), (2, stderr.detach())):
        os.dup2(file, number)
    sys.exit(chat.main(arguments))
