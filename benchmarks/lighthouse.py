"""How the page loads, by Lighthouse: on a slow phone and on a desk, outside and inside."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, Measured, say, summary, wait_for_quiet
from benchmarks.scenarios import sessions
from benchmarks.servers import Gust, Server

PACKAGE = "lighthouse@12"  # the last that runs on Node.js 18 and 20
SAID = 100  # messages in the lobby
MARKS = ("performance", "accessibility", "best-practices")
DEVICES: dict[str, list[str]] = {"a phone, on a slow network": [], "a desk": ["--preset=desktop"]}

_FLAGS = "--headless=new --no-sandbox --disable-gpu"


def page(bench: Bench) -> dict[str, Any]:
    """The page's first load, its marks and its weight."""
    try:
        run = _installed(bench.cache)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        say(f"  absent: {error}")
        return {}
    found = {}
    with Gust(bench.cache) as server:
        cookie = sessions(server, 1)[0]
        _talk(server, cookie)
        headers: dict[str, dict[str, str]] = {
            "outside": {},
            f"among {SAID} messages": {"Cookie": f"gust={cookie}"},
        }
        for device, preset in DEVICES.items():
            for where, sent in headers.items():
                options = [*preset, f"--extra-headers={json.dumps(sent)}"]
                rounds = []
                for _ in range(bench.runs):
                    if not bench.quick:
                        wait_for_quiet()
                    rounds.append(_look(run, server, options))
                found[f"{where}, on {device}"] = summary(rounds)
                say(f"  {where}, on {device}: {rounds}")
    return found


def _installed(cache: Path) -> list[str]:
    """Give the command; fetch it where it is not there.

    :raises RuntimeError: there is no browser for it
    """
    if not (browser := shutil.which("chromium") or shutil.which("google-chrome")):
        raise RuntimeError("Lighthouse needs Chromium")
    folder = cache / "lighthouse"
    script = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not script.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        install = ["npm", "install", "--silent", "--no-audit", "--no-fund", PACKAGE]
        env = {**os.environ, "npm_config_cache": str(folder / "cache")}
        subprocess.run(install, cwd=folder, check=True, env=env, timeout=300)
    return ["env", f"CHROME_PATH={browser}", "node", str(script)]


def _talk(server: Server, cookie: str) -> None:
    api = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Cookie": f"gust={cookie}", "Content-Type": "text/plain"}
    for number in range(SAID):
        said = f"**{number}**: `make run`, and what came of it 🎉"
        api.request("POST", "/api/rooms/1/messages", said.encode(), headers)
        api.getresponse().read()
    api.close()


def _look(run: list[str], server: Server, options: list[str]) -> Measured:
    """Load the page once; marks of 0 to 100, bytes over the wire, ms of a slowed-down network."""
    asked_for = [f"--chrome-flags={_FLAGS}", f"--only-categories={','.join(MARKS)}", *options]
    command = [*run, f"http://localhost:{server.port}/", "--output=json", "--quiet", *asked_for]
    ended = subprocess.run(command, capture_output=True, check=True, timeout=120)
    report = json.loads(ended.stdout)
    audits = report["audits"]
    asked = audits["network-requests"]["details"]["items"]
    return {
        **{mark: 100.0 * report["categories"][mark]["score"] for mark in MARKS},
        "bytes": float(audits["total-byte-weight"]["numericValue"]),
        "requests": float(sum(each["url"].startswith("http") for each in asked)),
        "shown": audits["largest-contentful-paint"]["numericValue"],
    }
