"""A file that is imported is taken, or refused in a sentence: a broken one changes nothing."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from models.errors import ChatError
from models.store import Store
from models.store.keeping import lines, transfer
from models.store.keeping.lines import BadExport
from tests.fuzz.chance import Chance
from tests.fuzz.grammar import ODD, spoilt, valid
from tests.handlers.test_slack import slack_export

WHOLE: list[dict[str, Any]] = [
    {"type": "export", "format": 1},
    {"type": "person", "id": 1, "name": "ada", "date": 1, "role": "member"},
    {"type": "person", "id": 2, "name": "bob", "date": 2},
    {"type": "room", "id": 1, "name": "lobby", "date": 1},
    {"type": "room", "id": 2, "name": "den", "date": 1, "kind": "closed", "maker": 1,
     "members": [{"user": 1, "date": 1}], "read": [{"user": 1, "message": 1, "date": 1}]},
    {"type": "message", "id": 1, "room": 1, "user": 1, "date": 1, "msgId": "a", "text": "hi **b**"},
    {"type": "message", "id": 2, "room": 1, "user": 2, "date": 1, "msgId": "b", "text": "@ada",
     "replyTo": 1, "mentions": [1], "reactions": {"👍": [1]}, "files": [
         {"id": "a" * 16, "name": "x.txt", "media": "text/plain", "size": 1, "sha256": "0" * 64,
          "date": 1}]},
]  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a place in which nothing has been said."""
    place = tmp_path_factory.mktemp("empty") / "chat.db"
    Store(f"sqlite:///{place}").close()
    return place


class Importing:
    """Import one file after the other, each into a place of its own."""

    def __init__(self, empty: Path, folder: Path) -> None:
        self._empty = empty
        self._folder = folder

    def take(self, content: bytes) -> bool:
        """Import something; tell whether it was taken."""
        source, database = self._folder / "source", self._folder / "chat.db"
        source.write_bytes(content)
        for left in self._folder.glob("chat.db*"):
            left.unlink()
        shutil.copy(self._empty, database)
        try:
            transfer.read(source, f"sqlite:///{database}", self._folder / "files")
        except (BadExport, ChatError, OSError):
            return False
        return True


def test_an_export_is_taken_or_refused(empty, tmp_path):
    importing, chance = Importing(empty, tmp_path), Chance("export")
    assert importing.take(_written(WHOLE))
    for _ in chance.rounds():
        told = [dict(line) for line in WHOLE]
        for at in chance.sample(range(len(told)), chance.randint(0, 2)):
            told[at] = spoilt(told[at], chance)
        if chance.likely(0.4):
            told.insert(chance.randrange(len(told)), valid(lines.AnyLine, chance))
        content = _written(told)
        importing.take(chance.broken(content) if chance.likely(0.4) else content)


def test_an_export_of_slack_is_taken_or_refused(empty, tmp_path):
    importing, chance = Importing(empty, tmp_path), Chance("slack")
    whole = slack_export()
    assert importing.take(whole)
    for _ in chance.rounds():
        content = _odd_slack(whole, chance)
        importing.take(chance.broken(content, most=2) if chance.likely(0.3) else content)


def _written(told: list[dict[str, Any]]) -> bytes:
    told = [*told, {"type": "end", "lines": len(told)}]
    return b"\n".join(json.dumps(line).encode() for line in told) + b"\n"


def _odd_slack(whole: bytes, chance: Chance) -> bytes:
    """Put something odd somewhere into what Slack wrote."""
    written = io.BytesIO()
    with (
        ZipFile(io.BytesIO(whole)) as archive,
        ZipFile(written, "w", chance.choice((ZIP_STORED, ZIP_DEFLATED))) as odd,
    ):
        spoil = chance.choice(archive.namelist())
        for name in archive.namelist():
            content = archive.read(name)
            if name == spoil:
                found = json.loads(content)
                _spoil(found, chance)
                content = json.dumps(found).encode()
            odd.writestr(name, content)
    return written.getvalue()


def _spoil(found: Any, chance: Chance) -> None:
    while isinstance(found, (list, dict)) and found:
        at = chance.choice(list(found) if isinstance(found, dict) else range(len(found)))
        if not isinstance(found[at], (list, dict)) or chance.likely(0.3):
            found[at] = chance.choice([*ODD, float("inf"), "1700000001.x", "-5.0", "9" * 40])
            return
        found = found[at]
