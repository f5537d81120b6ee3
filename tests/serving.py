"""The real server as a process of its own: started, killed, started again."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import tornado.testing

from tests.certificates import Certificate

ROOT = Path(__file__).parents[1]


class GustProcess:
    """``chat.py`` on a free port, with its data in a folder of the test's.

    :param cert: what it serves TLS with
    :param root: where its program is
    :ivar url: where it serves, without a slash at the end
    :ivar log: what it has said on standard error so far, a line each
    """

    def __init__(
        self, data: Path, *options: str, cert: Certificate | None = None, root: Path = ROOT
    ) -> None:
        self.data = data
        self.root = root
        self.options = options
        self._trust: ssl.SSLContext | None = None
        self.log: list[str] = []
        held, self.port = tornado.testing.bind_unused_port()
        held.close()
        self.url = f"http://127.0.0.1:{self.port}"
        if cert is not None:
            self.options += (f"--certfile={cert.certfile}", f"--keyfile={cert.keyfile}")
            self.url = f"https://127.0.0.1:{self.port}"
            self._trust = cert.believed()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> GustProcess:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()

    @property
    def complaints(self) -> list[str]:
        """Give the lines of its log that tell of something unexpected."""
        return [line for line in self.log if line.startswith(("[E", "[C", "Traceback"))]

    @property
    def command(self) -> list[str]:
        return [
            sys.executable,
            str(self.root / "chat.py"),
            f"--port={self.port}",
            "--address=127.0.0.1",
            f"--data={self.data}",
            "--guest-rate=0",  # all come from one address here, and fast
            "--sign-up-rate=0",
            "--address-request-rate=0",
            "--request-rate=0",
            "--event-rate=0",
            "--sockets-per-user=0",
            "--sockets-per-ip=0",
            "--connections-per-ip=0",
            *self.options,
        ]

    @property
    def surroundings(self) -> dict[str, Any]:
        """Give what else its process is started with."""
        return {"env": {**os.environ, "PYTHONUNBUFFERED": "1"}}

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, within: float = 20.0) -> float:
        """Start it on the same port and data.

        :returns: seconds until it listened
        """
        begun = time.monotonic()
        process = self.begin()
        while True:
            if process.poll() is not None:
                raise AssertionError(f"it ended with {process.returncode}: {self.log[-5:]}")
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5, context=self._trust).read()
                return time.monotonic() - begun
            except OSError:
                if time.monotonic() - begun > within:
                    raise
                time.sleep(0.02)

    def begin(self) -> subprocess.Popen[str]:
        """Start it, and don't wait until it listens."""
        self._process = subprocess.Popen(
            self.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **self.surroundings,
        )
        assert self._process.stderr is not None
        threading.Thread(target=self._listen, args=(self._process.stderr,), daemon=True).start()
        return self._process

    def successor(self, *options: str, root: Path = ROOT) -> GustProcess:
        """Give a server that will take this one's place; it is not started yet."""
        other = GustProcess(self.data, *self.options, "--take-over", *options, root=root)
        other.port, other.url, other._trust = self.port, self.url, self._trust
        return other

    def take_over(self) -> None:
        """Start it, and wait until the server before is gone."""
        self.begin()
        self.has_said("took over")

    def has_said(self, words: str, within: float = 30.0) -> None:
        """Wait until a line of its log has these words."""
        until = time.monotonic() + within
        while not any(words in line for line in list(self.log)):
            assert time.monotonic() < until, (words, self.log[-5:])
            assert self._process is not None
            assert self._process.poll() is None, self.log[-5:]
            time.sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as an operator would: SIGTERM; give its exit status."""
        return self._end(signal.SIGTERM)

    def wait(self) -> int:
        """Wait until it ends by itself, or by a signal sent meanwhile; give its exit status."""
        return self._end(None)

    def resident(self) -> int:
        """Tell how much memory it holds, in bytes."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def _end(self, number: int | None) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if number is not None:
            process.send_signal(number)
        status = process.wait(timeout=30)
        for pipe in (process.stdout,):
            assert pipe is not None
            pipe.close()
        return status

    def _listen(self, pipe: IO[str]) -> None:
        with pipe:
            for line in pipe:
                self.log.append(line.rstrip())


def command(
    *arguments: object, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``chat.py`` as a person would, with what is said behind it."""
    return subprocess.run(
        [sys.executable, str(ROOT / "chat.py"), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limit,
        check=False,
    )


def refused(ended: subprocess.CompletedProcess[str], *said: str) -> None:
    """Hold that it ended with one clear sentence and nothing else."""
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ended.returncode == 1, ended
    (line,) = ended.stderr.splitlines()
    assert line.startswith("gust: ")
    for word in said:
        assert word in line, line
