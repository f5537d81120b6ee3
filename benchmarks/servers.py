"""The servers that are measured: each one a process on a core of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from benchmarks import machine

ROOT = Path(__file__).parents[1]

# One load stands for a thousand people at one address.
LIMITS = (
    *("message-rate", "join-rate", "room-rate", "guest-rate", "sign-up-rate", "search-rate"),
    *("request-rate", "address-request-rate", "event-rate"),
    *("sockets-per-user", "sockets-per-ip", "connections-per-ip", "upload-rate"),
    *("room-limit", "rooms-per-user", "members-per-room"),
)

GUST_POST = '{"type":"message","room":{room},"text":"{text}","msgId":"{id}"}'


class Server:
    """A server while it runs.

    :ivar name: as it stands in the tables
    :ivar speaks: options of the load for its dialect
    """

    name = ""
    speaks: dict[str, str] = {"path": "/r{room}"}

    def __init__(self, command: Sequence[str | Path], env: dict[str, str] | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._command = [str(part).replace("{port}", str(self.port)) for part in command]
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.started_in = 0.0
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server

    def __enter__(self) -> Self:
        begun = time.perf_counter()
        with machine.on(machine.SERVER_CORES):
            self._process = subprocess.Popen(
                self._command, stdout=self._said, stderr=self._said, env=self._env
            )
        while not self._listens():
            if self._process.poll() is not None or time.perf_counter() - begun > 30:
                self._process.kill()
                self._said.seek(0)
                raise RuntimeError(f"{self.name} does not start: {self._said.read()[-800:]!r}")
            time.sleep(0.005)
        self.started_in = time.perf_counter() - begun
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


class Gust(Server):
    """``chat.py`` as it is run for real: everything on, every message on disk first.

    Only what protects it from one client that is a thousand people is off (``LIMITS``),
    and the pings.

    :param folder: where its data goes
    :param keep: the folder is the data itself, and stays
    """

    name = "Gust"
    speaks = {
        "path": "/chatsocket?name={user}",
        "ready": '{"type":"history"',
        "post": GUST_POST,
    }

    def __init__(self, folder: Path, keep: bool = False) -> None:
        self._keep = keep
        self.data = folder if keep else Path(tempfile.mkdtemp(prefix="data-", dir=folder))
        options = ["--port={port}", "--address=127.0.0.1", f"--data={self.data}"]
        options += [f"--{limit}=0" for limit in LIMITS]
        options += ["--ping-interval=0", "--logging=warning"]
        super().__init__([sys.executable, ROOT / "chat.py", *options])

    def __exit__(self, *exc: object) -> None:
        super().__exit__(None, None, None)
        if not self._keep:
            self.remove()

    def remove(self) -> None:
        """Delete its data."""
        shutil.rmtree(self.data, ignore_errors=True)
