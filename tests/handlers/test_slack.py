"""A place moves here from Slack, by the export that Slack gives out."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from zipfile import ZipFile

import pytest

from tests.handlers.test_transfer import lines_of
from tests.serving import GustProcess, command, refused


def slack_export() -> bytes:
    """Make an export as Slack does."""
    users = [
        {
            "id": "U1",
            "name": "ada",
            "updated": 1700000000,
            "profile": {"display_name": "ada", "real_name": "Ada Lovelace"},
        },
        {"id": "U2", "name": "bob.b", "profile": {"display_name": "Bob Byron", "real_name": "Bob"}},
        {"id": "U3", "name": "carol", "deleted": True, "profile": {"display_name": ""}},
    ]
    channels = [
        {"id": "C2", "name": "den", "created": 1700000100, "creator": "U2", "members": ["U1", "U2"],
         "topic": {"value": "quiet, see <#C1|general>"}, "purpose": {"value": ""}},
        {"id": "C1", "name": "general", "created": 1700000000, "creator": "U1", "is_general": True,
         "members": ["U1", "U2", "U3"], "topic": {"value": ""}, "purpose": {"value": "all of us"}},
    ]  # fmt: skip
    general = [
        {"type": "message", "subtype": "channel_join", "user": "U2", "ts": "1700000001.000100",
         "text": "<@U2> has joined the channel"},
        {"type": "message", "user": "U1", "ts": "1700000002.000200",
         "thread_ts": "1700000002.000200",
         "client_msg_id": "x", "text": "*Hello* <@U2>, read <https://example.org/a_b|the *news*>",
         "reactions": [{"name": "+1", "users": ["U2", "U3"], "count": 2},
                       {"name": "party-parrot", "users": ["U2"], "count": 1},
                       {"name": "wave::skin-tone-2", "users": ["U1"], "count": 1}]},
        {"type": "message", "user": "U2", "ts": "1700000004.000400",
         "thread_ts": "1700000002.000200",
         "text": "I &lt;3 it &amp; `a <https://x.org> b`",
         "edited": {"user": "U2", "ts": "1700000009.000000"}},
        {"type": "message", "subtype": "bot_message", "bot_id": "B1", "username": "deploys",
         "ts": "1700000005.000500", "text": "", "attachments": [{"fallback": "it is live"}]},
    ]  # fmt: skip
    later = [
        {"type": "message", "user": "U9", "ts": "1700090000.000100",
         "text": "<!channel> from outside",
         "user_profile": {"display_name": "dave"}},
        {"type": "message", "user": "U1", "ts": "1700090001.000100", "text": "",
         "files": [{"id": "F1", "title": "plan.pdf",
                    "url_private": "https://files.slack.com/F1/plan.pdf"}]},
        {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "ts": "1700090002.000100",
         "text": "This message was deleted."},
    ]  # fmt: skip
    members = {
        "users.json": users,
        "channels.json": channels,
        "groups.json": [{"id": "G1", "name": "board", "created": 1, "members": ["U1"]}],
        "dms.json": [{"id": "D1", "created": 1700000100, "members": ["U1", "U2"]}],
        "mpims.json": [],
        "integration_logs.json": [],
        "general/2023-11-14.json": general,
        "general/2023-11-15.json": later,
        "den/2023-11-14.json": [
            {"type": "message", "user": "U2", "ts": "1700000003.000300", "text": "in the den"}
        ],
        "D1/2023-11-14.json": [
            {"type": "message", "user": "U1", "ts": "1700000006.000600", "text": "~psst~"}
        ],
    }
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, json.dumps(content))
    return file.getvalue()


def test_a_place_moves_here_from_slack(tmp_path):
    (tmp_path / "slack.zip").write_bytes(slack_export())
    ended = command("import", tmp_path / "slack.zip", f"--data={tmp_path / 'data'}")
    assert ended.returncode == 0, ended
    assert command("export", tmp_path / "out.jsonl", f"--data={tmp_path / 'data'}").returncode == 0
    lines = lines_of(tmp_path / "out.jsonl")
    people = {line["id"]: line for line in lines if line["type"] == "person"}
    assert [(p["name"], p.get("role", "guest")) for p in people.values()] == [
        ("ada", "member"),
        ("Bob Byron", "member"),
        ("carol", "guest"),
        ("deploys", "bot"),
        ("dave", "guest"),
        ("USLACKBOT", "guest"),
    ]
    rooms = {line["id"]: line for line in lines if line["type"] == "room"}
    assert [(r["name"], r.get("kind", "open")) for r in rooms.values()] == [
        ("general", "open"),
        ("den", "open"),
        ("board", "closed"),
        ("", "direct"),
    ]
    assert rooms[1]["topic"] == "all of us"
    assert rooms[2]["topic"] == "quiet, see #general"
    assert [member["user"] for member in rooms[4]["members"]] == [1, 2]
    said = [line for line in lines if line["type"] == "message"]
    assert [(m["room"], people[m["user"]]["name"], m.get("text")) for m in said] == [
        (1, "ada", '**Hello** @"Bob Byron", read [the *news*](https://example.org/a_b)'),
        (2, "Bob Byron", "in the den"),
        (1, "Bob Byron", "I <3 it & `a https://x.org b`"),
        (1, "deploys", "it is live"),
        (4, "ada", "~~psst~~"),
        (1, "dave", "@room from outside"),
        (1, "ada", "[plan.pdf](https://files.slack.com/F1/plan.pdf)"),
        (1, "USLACKBOT", None),
    ]
    assert said[0]["mentions"] == [2]
    assert said[0]["reactions"] == {"👍": [2, 3], "👋": [1]}
    assert said[2]["replyTo"] == said[0]["id"]
    assert said[2]["edited"] == 1700000009000
    assert said[0]["date"] == 1700000002000
    assert said[5]["mentions"] == [0]
    assert said[7]["deleted"]


def test_a_first_admin_comes_into_a_place_from_slack(tmp_path):
    """Nobody is admin there: who starts the server becomes it."""
    (tmp_path / "slack.zip").write_bytes(slack_export())
    assert command("import", tmp_path / "slack.zip", f"--data={tmp_path / 'data'}").returncode == 0
    with GustProcess(tmp_path / "data") as server:
        printed = server._process.stdout
        assert "/join/" in printed.readline() + printed.readline()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("users.json", {"ok": False}),
        ("users.json", [{"name": "no id"}]),
        ("general/2023-11-14.json", [{"type": "message", "user": "U1", "text": "when?"}]),
        ("general/2023-11-14.json", [{"type": "message", "ts": "soon", "text": "when?"}]),
        ("channels.json", ["general"]),
    ],
)
def test_a_zip_that_is_not_as_slack_writes_it_is_refused(tmp_path, name, content):
    bad = tmp_path / "slack.zip"
    with ZipFile(io.BytesIO(slack_export())) as good, ZipFile(bad, "w") as archive:
        for known in good.namelist():
            archive.writestr(known, json.dumps(content) if known == name else good.read(known))
    refused(command("import", bad, f"--data={tmp_path / 'data'}"), "Nothing was changed")
    with closing(sqlite3.connect(tmp_path / "data" / "chat.db")) as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (0,)


def test_a_zip_of_something_else_is_refused(tmp_path):
    with ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("cat.jpg", b"meow")
    refused(command("import", tmp_path / "photos.zip", f"--data={tmp_path / 'data'}"), "ZIP")
