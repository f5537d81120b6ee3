"""The load generator: compiled on the spot, run on its own core, heard as JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.servers import Server

SOURCES = Path(__file__).with_name("load")


class Load:
    """The compiled program.

    :param cache: folder that it is compiled into
    """

    def __init__(self, cache: Path) -> None:
        self._program = cache / "load"
        compile_c(self._program, *sorted(SOURCES.glob("*.c")))

    def run(self, server: Server, **options: Any) -> dict[str, Any]:
        """Run it to its end; give what it measured.

        :param options: those of load.c, with ``_`` for ``-``
        :raises RuntimeError: it could not do what it was to do
        """
        process = self._start(server, options)
        out, err = process.communicate(timeout=300)
        if process.returncode or not out:
            raise RuntimeError(f"the load failed against {server.name}: {err.strip()}")
        measured: dict[str, Any] = json.loads(out)
        measured["complaints"] = err.strip().splitlines()[:3]
        return measured

    def hold(self, server: Server, **options: Any) -> Held:
        """Open connections and keep them."""
        return Held(self._start(server, options | {"mode": "hold"}))

    def _start(self, server: Server, options: dict[str, Any]) -> subprocess.Popen[str]:
        given = {"port": server.port, "pid": server.pid, **server.speaks, **options}
        if set(machine.SERVER_CORES) & set(machine.LOAD_CORES):
            given["spin"] = 0  # it would take the server's time
        pipe = subprocess.PIPE
        with machine.on(machine.LOAD_CORES):
            return subprocess.Popen(
                [str(self._program), *(f"--{k.replace('_', '-')}={v}" for k, v in given.items())],
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                text=True,
            )


class Held:
    """Connections that stay open until the block ends.

    :ivar measured: how many there are, and how long they took
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __enter__(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load failed: {self._process.communicate()[1].strip()}")
        measured: dict[str, Any] = json.loads(line)
        return measured

    def __exit__(self, *exc: object) -> None:
        self._process.communicate(timeout=60)


def compile_c(program: Path, *sources: Path, libraries: tuple[str, ...] = ()) -> None:
    """Compile a program unless it is newer than its sources."""
    parts = [path for source in sources for path in source.parent.glob("*.[ch]")]
    if program.exists() and program.stat().st_mtime > max(p.stat().st_mtime for p in parts):
        return
    program.parent.mkdir(parents=True, exist_ok=True)
    compiler = os.environ.get("CC", "cc")
    if shutil.which(compiler) is None:
        raise RuntimeError(f"there is no “{compiler}”")
    subprocess.run([compiler, "-O2", "-o", program, *sources, *libraries], check=True)
