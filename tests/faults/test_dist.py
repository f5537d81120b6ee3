"""The whole of it in one file: copied to an empty folder, started with an empty environment."""

from __future__ import annotations

import fcntl
import io
import json
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from handlers.version import VERSION
from tests.faults.wire import ask, call, run, sign_in
from tests.serving import ROOT, GustProcess
from tests.uploading import CONTENT_TYPE, form

MOST = 40 << 20  # bytes


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it, where it is not of this code already; others wait meanwhile."""
    lock = tmp_path_factory.getbasetemp().parent / "dist.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        made = subprocess.run(
            ["make", "-s", "dist", f"PYTHON={sys.executable}"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
    return ROOT / "dist" / "gust.pyz"


@pytest.fixture
def file(built: Path, tmp_path: Path) -> Iterator[Path]:
    """Copy it to an empty folder; what it unpacks at home is taken away again."""
    copied = tmp_path / "somewhere" / "gust.pyz"
    copied.parent.mkdir()
    shutil.copy(built, copied)
    yield copied
    with zipfile.ZipFile(copied) as packed:
        id = json.loads(packed.read("environment.json"))["build_id"]
    shutil.rmtree(Path("~/.shiv").expanduser() / f"gust.pyz_{id}", ignore_errors=True)


class _Copy(GustProcess):
    """The one file, started as ``python gust.pyz --port=3001`` and no more."""

    def __init__(self, file: Path) -> None:
        super().__init__(file.parent / "data")
        self.file = file

    @property
    def command(self) -> list[str]:
        return [sys.executable, self.file.name, f"--port={self.port}"]

    @property
    def surroundings(self) -> dict[str, Any]:
        return {"env": {}, "cwd": self.file.parent}


@pytest.mark.parametrize(
    ("name", "edit", "exposure"),
    [("gust.service", 0, 15), ("gust.service", 1, 20), ("gust@.service", 2, 15)],
    ids=["behind a proxy", "port 443", "two that take turns"],
)
def test_the_units_of_the_page_are_whole_and_sandboxed(tmp_path, name, edit, exposure):
    """Also with what the page has people put in by ``systemctl edit``."""
    page = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    blocks = re.findall(r"```ini\n(.*?)```", page, re.DOTALL)
    (tmp_path / name).write_text(blocks[0])
    if edit:
        folder = tmp_path / f"{name}.d"
        folder.mkdir()
        (folder / "override.conf").write_text(blocks[edit])
    for check in (["verify"], ["security", "--offline=yes", f"--threshold={exposure}"]):
        ended = subprocess.run(
            ["systemd-analyze", *check, str(tmp_path / name)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "gust" not in ended.stderr, ended.stderr


def test_it_is_small(built):
    assert built.stat().st_size <= MOST


def test_it_does_all_its_work_alone(file):
    async def talk() -> None:
        cookie = await sign_in(server.port, "ada")
        ada, bob = await call(server.port, cookie), await call(server.port, name="bob")
        await ada.say("out of **one** file")
        said = await bob.until("message")
        assert said["html"] == "<p>out of <strong>one</strong> file</p>"
        given = {"name": "ada", "password": "correct horse battery"}
        status, me, cookie = await ask(server.port, "POST", "/api/account", given, cookie)
        assert (status, me["user"]["role"]) == (201, "member")
        status, answer = _upload(server, cookie)
        assert (status, answer["width"], answer["height"]) == (201, 1200, 800)
        thumbnail = _fetch(server, answer["thumbnail"], cookie)
        assert Image.open(io.BytesIO(thumbnail)).size == (640, 427)
        ada.close()
        bob.close()

    with _Copy(file) as server:
        page = _fetch(server, "/").decode()
        assert "<html" in page
        script = page.partition('<script type="module" src="')[2].partition('"')[0]
        assert b"import" in _fetch(server, script)
        run(talk())
        assert {path.name for path in file.parent.iterdir()} == {"data", "gust.pyz"}
        assert server.stop() == 0
        assert not server.complaints
        assert _command(server, "--version") == f"Gust {VERSION}\n"
        assert "/join/" in _command(server, "admin", "ada")
        assert "/join/" in _command(server, "link", "ada")
        assert "said.zip: " in _command(server, "export", "said.zip")
        assert "all.tar" in _command(server, "backup", "all.tar")
        shutil.rmtree(server.data)
        _command(server, "restore", "all.tar")
        assert "well" in _command(server, "doctor", f"--port={server.port}")
        shutil.rmtree(server.data)
        assert "of 2 people" in _command(server, "import", "said.zip")


def _command(server: _Copy, *arguments: str) -> str:
    """Run one of its commands, with nothing in the environment; give what it says."""
    ended = subprocess.run(
        [sys.executable, server.file.name, *arguments],
        **server.surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), (arguments, ended)
    return ended.stdout


def _fetch(server: GustProcess, path: str, cookie: str = "") -> bytes:
    request = urllib.request.Request(server.url + path, headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=10) as answer:
        content: bytes = answer.read()
    return content


def _upload(server: GustProcess, cookie: str) -> tuple[int, Any]:
    """Upload a picture: a process of its own prepares it."""
    picture = io.BytesIO()
    Image.effect_noise((1200, 800), 50).convert("RGB").save(picture, "JPEG")
    request = urllib.request.Request(
        f"{server.url}/api/rooms/1/files",
        form(picture.getvalue(), "cat.jpg"),
        {"Cookie": cookie, "Content-Type": CONTENT_TYPE},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.status, json.loads(answer.read())
