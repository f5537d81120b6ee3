"""The peers, each in the fewest honest lines, and what they need to run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import tornado

from benchmarks.load import compile_c
from benchmarks.servers import Server

Maker = Callable[[], Server]

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent / "requirements.txt"

SOCKETIO = {
    "path": "/socket.io/?EIO=4&transport=websocket&room={room}",
    "hello": "40",
    "ready": "40",
    "post": '42["message",{"type":"message","text":"{text}","msgId":"{id}"}]',
}


class Peer(Server):
    """A relay that is measured beside Gust.

    :param cache: where what it needs is compiled or fetched
    """

    def __init__(
        self, cache: Path, command: Sequence[str | Path] = (), env: dict[str, str] | None = None
    ) -> None:
        super().__init__(command, env)


class Floor(Peer):
    name = "bare C relay: the floor"

    def __init__(self, cache: Path) -> None:
        compile_c(cache / "relay", HERE / "relay.c")
        super().__init__(cache, [cache / "relay", "{port}"])


class TornadoDemo(Peer):
    name = "Tornado's demo pattern"

    def __init__(self, cache: Path) -> None:
        super().__init__(cache, [sys.executable, HERE / "tornado_demo.py", "{port}"])


class Websockets(Peer):
    name = "websockets, broadcast()"

    def __init__(self, cache: Path) -> None:
        script = HERE / "websockets_broadcast.py"
        super().__init__(cache, [_python_with_peers(cache), script, "{port}"])


class UWebSockets(Peer):
    name = "uWebSockets (C++)"

    def __init__(self, cache: Path) -> None:
        super().__init__(
            cache, [_python_with_peers(cache), HERE / "uwebsockets_relay.py", "{port}"]
        )


class Node(Peer):
    """A relay for Node.js; its packages are fetched into the cache."""

    script = ""
    package = ""

    def __init__(self, cache: Path) -> None:
        modules = _node_modules(cache, self.package)
        env = {"NODE_PATH": str(modules), "NODE_ENV": "production"}
        super().__init__(cache, ["node", HERE / self.script, "{port}"], env)


class Ws(Node):
    name = "npm ws"
    script, package = "ws_relay.js", "ws"


class SocketIO(Node):
    name = "Socket.IO"
    script, package = "socketio_relay.js", "socket.io"
    speaks = SOCKETIO


PEERS: list[type[Peer]] = [Floor, UWebSockets, Ws, Websockets, SocketIO, TornadoDemo]


def present(cache: Path) -> tuple[list[Maker], dict[str, str]]:
    """Find out which peers can run here.

    :returns: what makes each of them, and why the others are absent
    """
    makers: list[Maker] = []
    absent = {}
    for peer in PEERS:
        try:
            with peer(cache):
                makers.append(partial(peer, cache))
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            absent[peer.name] = _why(error)
    return makers, absent


def versions(cache: Path) -> dict[str, str]:
    """Tell which versions were measured, as far as they are installed."""
    found = {"Python": sys.version.split()[0], "Tornado": tornado.version}
    for package in ("ws", "socket.io"):
        about = cache / "npm" / "node_modules" / package / "package.json"
        if about.exists():
            found[f"npm {package}"] = json.loads(about.read_text())["version"]
    for package in ("websockets", "socketify"):
        for folder in (cache / "venv").glob(f"lib/*/site-packages/{package}-*.dist-info"):
            found[package] = folder.name.removesuffix(".dist-info").partition("-")[2]
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        found["Node.js"] = subprocess.check_output(["node", "--version"], text=True).strip("v\n")
    return found


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{Path(error.filename).name} is not installed"
    if isinstance(error, subprocess.CalledProcessError):
        return f"“{Path(error.cmd[0]).name}” failed with status {error.returncode}"
    return str(error)[:200]


def _python_with_peers(cache: Path) -> Path:
    python = cache / "venv" / "bin" / "python"
    stamp = cache / "venv" / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != REQUIREMENTS.read_text():
        venv.create(cache / "venv", with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]
        subprocess.run([str(part) for part in install], check=True, timeout=300)
        shutil.copy(REQUIREMENTS, stamp)
    return python


def _node_modules(cache: Path, package: str) -> Path:
    folder = cache / "npm"
    if not (folder / "node_modules" / package).exists():
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ["--silent", "--no-audit", "--no-fund", "--no-save"]
        env = {**os.environ, "npm_config_cache": str(folder / "cache")}
        subprocess.run(
            ["npm", "install", *quiet, "ws", "socket.io"],
            cwd=folder,
            check=True,
            env=env,
            timeout=300,
        )
    return folder / "node_modules"
