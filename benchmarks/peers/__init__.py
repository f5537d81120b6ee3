"""The peers, each in the fewest honest lines, and what they need to run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import tornado

from benchmarks.load import compile_c
from benchmarks.servers import Server

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parent / "requirements.txt"

SOCKETIO = {
    "path": "/socket.io/?EIO=4&transport=websocket&room={room}",
    "hello": "40",
    "ready": "40",
    "post": '42["message",{"type":"message","text":"{text}","msgId":"{id}"}]',
}


class Floor(Server):
    name = "bare C relay: the floor"

    def __init__(self, cache: Path) -> None:
        compile_c(cache / "relay", HERE / "relay.c")
        super().__init__([cache / "relay", "{port}"])


class TornadoDemo(Server):
    name = "Tornado's demo pattern"

    def __init__(self, cache: Path) -> None:
        super().__init__([sys.executable, HERE / "tornado_demo.py", "{port}"])


class Websockets(Server):
    name = "websockets, broadcast()"

    def __init__(self, cache: Path) -> None:
        super().__init__(
            [_python_with_peers(cache), HERE / "websockets_broadcast.py", "{port}"]
        )


class UWebSockets(Server):
    name = "uWebSockets (C++)"

    def __init__(self, cache: Path) -> None:
        super().__init__([_python_with_peers(cache), HERE / "uwebsockets_relay.py", "{port}"])


class Node(Server):
    """A relay for Node.js; its packages are fetched into the cache."""

    script = ""
    package = ""

    def __init__(self, cache: Path) -> None:
        modules = _node_modules(cache, self.package)
        env = {"NODE_PATH": str(modules), "NODE_ENV": "production"}
        super().__init__(["node", HERE / self.script, "{port}"], env)


class Ws(Node):
    name = "npm ws"
    script, package = "ws_relay.js", "ws"


class SocketIO(Node):
    name = "Socket.IO"
    script, package = "socketio_relay.js", "socket.io"
    speaks = SOCKETIO


PEERS: list[type[Server]] = [Floor, UWebSockets, Ws, Websockets, SocketIO, TornadoDemo]


def present(cache: Path) -> tuple[list[Callable[[], Server]], dict[str, str]]:
    """Find out which peers can run here.

    :returns: what makes each of them, and why the others are absent
    """
    makers, absent = [], {}
    for peer in PEERS:
        try:
            with peer(cache):  # type: ignore[arg-type]
                pass
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            absent[peer.name] = _why(error)
        else:
            makers.append(lambda peer=peer: peer(cache))  # type: ignore[misc]
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
        return f"{error.filename} is not installed"
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
            ["npm", "install", *quiet, "ws", "socket.io"], cwd=folder, check=True, env=env, timeout=300
        )
    return folder / "node_modules"
