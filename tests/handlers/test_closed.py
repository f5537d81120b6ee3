"""To who is not in a closed or direct room it does not exist, whatever they try.

The tables name every call of the server and every event of a client: one that is new
and not in them fails a test, until somebody has thought about it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tornado.web import RequestHandler

from handlers.routes import routes
from models import events
from tests.handlers.rooms import Person, come, make, promote
from tests.uploading import CONTENT_TYPE, form, upload

SECRETS = ("psst", "attic", "secret.txt")  # what is said there, its name, a file's name


class Ids(NamedTuple):
    """What a stranger might try to name."""

    room: int
    message: int
    file: str
    invite: int
    name: str


NOWHERE = Ids(4711, 4711, "x" * 16, 4711, "cellar")
ROOM = r"/api/rooms/([0-9]{1,15})"

# Every call with an id of the room in it: its path and body.
NAMING: dict[tuple[str, str], list[tuple[str, Any]]] = {
    (ROOM, "PATCH"): [
        ("/api/rooms/{room}", {"name": "mine"}),
        ("/api/rooms/{room}", {"kind": "open"}),
        ("/api/rooms/{room}", {"maker": "{me}"}),
        ("/api/rooms/{room}", {}),
    ],
    (ROOM, "DELETE"): [("/api/rooms/{room}", None)],
    (rf"{ROOM}/messages", "GET"): [
        ("/api/rooms/{room}/messages", None),
        ("/api/rooms/{room}/messages?around={message}", None),
    ],
    (rf"{ROOM}/messages", "POST"): [
        ("/api/rooms/{room}/messages", {"text": "let me in"}),
        ("/api/rooms/{room}/messages", {"text": "let me in", "msgId": "x", "replyTo": 1}),
    ],
    (rf"{ROOM}/members", "GET"): [
        ("/api/rooms/{room}/members", None),
        ("/api/rooms/{room}/members?q=a", None),
    ],
    (rf"{ROOM}/members/([0-9]{{1,15}})", "PUT"): [
        ("/api/rooms/{room}/members/{me}", None),
        ("/api/rooms/{room}/members/4711", None),
    ],
    (rf"{ROOM}/members/([0-9]{{1,15}})", "DELETE"): [
        ("/api/rooms/{room}/members/{me}", None),
        ("/api/rooms/{room}/members/{ada}", None),
        ("/api/rooms/{room}/members/{ada}?links=end", None),
    ],
    (rf"{ROOM}/receipts", "GET"): [("/api/rooms/{room}/receipts", None)],
    (rf"{ROOM}/files", "GET"): [("/api/rooms/{room}/files", None)],
    (rf"{ROOM}/files", "POST"): [("/api/rooms/{room}/files", form(b"milk", "list.txt"))],
    (r"/api/invites", "POST"): [("/api/invites", {"room": "{room}"})],
    (r"/api/invites", "GET"): [("/api/invites?room={room}", None)],
    (r"/api/invites/([0-9]{1,15})", "DELETE"): [("/api/invites/{invite}", None)],
    (r"/api/messages/([0-9]{1,15})", "GET"): [("/api/messages/{message}", None)],
    (r"/api/messages/([0-9]{1,15})", "DELETE"): [("/api/messages/{message}", None)],
    (r"/api/files/([\w-]{16})", "DELETE"): [("/api/files/{file}", None)],
    (r"/files/([\w-]{16})/([^/]*)(/thumbnail)?", "GET"): [
        ("/files/{file}/list.txt", None),
        ("/files/{file}/list.txt/thumbnail", None),
    ],
}

# Calls that list something: nothing of the room is in it.
LISTING = {
    (r"/api/me", "GET"): "/api/me",
    (r"/api/sessions", "GET"): "/api/sessions",
    (r"/api/rooms", "GET"): "/api/rooms",
    (r"/api/users", "GET"): "/api/users",
    (r"/api/invites", "GET"): "/api/invites",
    (r"/api/search", "GET"): "/api/search?q=milk",
}

# Calls that neither name a room nor list what is in one.
ELSEWHERE = {
    ("/", "GET"), (r"/rooms/[0-9]{1,15}", "GET"), (r"/messages/[0-9]{1,15}", "GET"),
    (r"/join/[\w-]{1,64}", "GET"), ("/api/place", "GET"), ("/api/session", "POST"),
    ("/api/session", "DELETE"), (r"/api/sessions/([0-9]{1,15})", "DELETE"),
    ("/api/account", "POST"), ("/api/account", "PATCH"), ("/api/account", "DELETE"),
    ("/api/account/avatar", "PUT"), ("/api/account/avatar", "DELETE"), ("/metrics", "GET"),
    (r"/api/users/([0-9]{1,15})/role", "PUT"), (r"/api/users/([0-9]{1,15})/ban", "POST"),
    (r"/api/users/([0-9]{1,15})/ban", "DELETE"), ("/api/rooms", "POST"),
    ("/api/rooms/direct", "POST"), (r"/api/join/([\w-]{1,64})", "GET"),
    (r"/api/join/([\w-]{1,64})", "POST"), (r"/api/users/([0-9]{1,15})", "GET"),
    ("/api/bans", "GET"), ("/api/actions", "GET"), ("/api/filters", "GET"),
    ("/api/filters", "PUT"), ("/api/bots", "GET"), ("/api/bots", "POST"),
    (r"/api/bots/([0-9]{1,15})", "DELETE"), (r"/api/bots/([0-9]{1,15})/key", "POST"),
    ("/healthz", "GET"),
    (r"/static/([0-9a-f]+)/(gust\.css|js/.+)", "GET"), (r"/static/(.*)", "GET"),
    ("/chatsocket", "GET"),
}  # fmt: skip

# Every event with an id of the room in it.
EVENTS: dict[type[events.ClientEvent], list[dict[str, Any]]] = {
    events.Post: [{"room": "{room}", "text": "let me in", "msgId": "x"}],
    events.Edit: [{"id": "{message}", "text": "mine"}],
    events.Delete: [{"id": "{message}"}],
    events.React: [{"id": "{message}", "emoji": "👍", "on": on} for on in (True, False)],
    events.Type: [{"room": "{room}"}],
    events.Received: [{"room": "{room}", "seq": 1}],
    events.Read: [{"room": "{room}", "seq": 1}, {"room": "{room}", "unreadFrom": "{message}"}],
    events.Join: [
        {"room": "{room}"},
        {"room": "{room}", "since": 0},
        {"room": "{room}", "since": 1},
        {"room": "{name}"},
    ],
}
# Events that are answered with nothing, or name no room.
SILENT: dict[type[events.ClientEvent], list[dict[str, Any]]] = {
    events.Leave: [{"room": "{room}"}],
    events.Ping: [],
}


def filled(form: Any, values: dict[str, Any]) -> Any:
    """Put ids into a path or body: ``"{room}"`` becomes a number."""
    if isinstance(form, dict):
        return {name: filled(value, values) for name, value in form.items()}
    if isinstance(form, str):
        alone = form.removeprefix("{").removesuffix("}")
        return values[alone] if form == f"{{{alone}}}" else form.format(**values)
    return form


def calls() -> set[tuple[str, str]]:
    """List every call that the server answers: its route and its method."""
    return {
        (route[0], method.upper())
        for route in routes(Path("static"))
        for method in ("get", "post", "put", "patch", "delete")
        if getattr(route[1], method) is not getattr(RequestHandler, method)
    }


def test_every_call_has_been_thought_about() -> None:
    assert calls() == NAMING.keys() | LISTING.keys() | ELSEWHERE


def test_every_event_has_been_thought_about() -> None:
    assert set(events.AnyClientEvent.__args__) == EVENTS.keys() | SILENT.keys()


async def furnish(app: Any, call: Any, connect: Any, kind: str) -> tuple[Person, Any, Ids]:
    """Have ada and eve talk in a room of their own, with all that there can be in one."""
    ada, eve = await come(call, "ada"), await come(call, "eve")
    await promote(app, ada, "member")
    if kind == "closed":
        room = await make(call, ada, kind, eve, name="attic")
        made = await call("POST", "/api/invites", {"room": room}, ada.cookie)
        invite = made.body["id"]
    else:
        room = (await call("POST", "/api/rooms/direct", {"users": [eve.id]}, ada.cookie)).body["id"]
        invite = NOWHERE.invite
    laptop = await connect(cookie=ada.cookie, resume=f"{room}:0")
    file = (await upload(call, ada.cookie, b"psst", "secret.txt", room=room)).body["id"]
    ack = await laptop.say("psst", room=room, files=[file])
    return ada, laptop, Ids(room, ack["message"]["id"], file, invite, "attic")


async def strangers(app: Any, call: Any) -> list[Person]:
    """Give a guest and an admin, neither of them in the room."""
    bob, carol = await come(call, "bob"), await come(call, "carol")
    await promote(app, carol, "admin")
    return [bob, carol]


@pytest.mark.parametrize("kind", ["closed", "direct"])
@pytest.mark.gen_test
async def test_every_call_answers_as_if_there_were_no_such_room(app, call, connect, kind) -> None:
    ada, laptop, ids = await furnish(app, call, connect, kind)
    for stranger in await strangers(app, call):
        for (_, method), tries in NAMING.items():
            for path, body in tries:
                answers = []
                for named in (ids, NOWHERE):
                    values = named._asdict() | {"me": stranger.id, "ada": ada.id}
                    headers = {"Content_Type": CONTENT_TYPE} if isinstance(body, bytes) else {}
                    answers.append(
                        await call(
                            method, filled(path, values), filled(body, values),
                            stranger.cookie, **headers,
                        )
                    )  # fmt: skip
                there, nowhere = answers
                assert there.body == nowhere.body, (method, path)
                assert (there.status, there.code) == (nowhere.status, nowhere.code)
                assert (there.status, there.code) == (404, "not_found"), (method, path, there.body)
    assert (await laptop.say("all is still here", room=ids.room))["message"]["seq"] == 2


@pytest.mark.parametrize("kind", ["closed", "direct"])
@pytest.mark.gen_test
async def test_no_list_shows_it(app, call, connect, kind) -> None:
    _, _, ids = await furnish(app, call, connect, kind)
    for stranger in await strangers(app, call):
        for (_, method), path in LISTING.items():
            answer = await call(method, path, cookie=stranger.cookie)
            assert answer.status == 200
            shown = json.dumps(answer.body)
            assert not [secret for secret in SECRETS if secret in shown], (path, shown)
            rooms = [entry["id"] for entry in answer.body.get("rooms", ())]
            assert ids.room not in rooms, path


@pytest.mark.parametrize("kind", ["closed", "direct"])
@pytest.mark.gen_test
async def test_every_event_answers_as_if_there_were_no_such_room(app, call, connect, kind) -> None:
    _, laptop, ids = await furnish(app, call, connect, kind)
    for stranger in await strangers(app, call):
        phone = await connect(cookie=stranger.cookie)
        for type, tries in EVENTS.items():
            for fields in tries:
                answers = []
                for named in (ids, NOWHERE):
                    tag = type.__struct_config__.tag
                    phone.send(type=tag, ref="r", **filled(fields, named._asdict()))
                    await laptop.say("psst", room=ids.room)
                    answers.append(await phone.next())
                assert answers[0] == answers[1], (type, fields)
                assert (answers[0]["type"], answers[0]["code"]) == ("error", "not_found")
        for type, tries in SILENT.items():
            for fields in tries:
                tag = type.__struct_config__.tag
                phone.send(type=tag, **filled(fields, ids._asdict()))
        await nothing_of_it_arrives(phone, laptop, ids)


@pytest.mark.parametrize("kind", ["closed", "direct"])
@pytest.mark.parametrize("position", ["{room}:0", "{room}:1", "1:0,{room}:1"])
@pytest.mark.gen_test
async def test_nobody_resumes_it(app, call, connect, kind, position) -> None:
    _, laptop, ids = await furnish(app, call, connect, kind)
    for stranger in await strangers(app, call):
        told = []
        for room in (ids.room, NOWHERE.room):
            resume, epoch = position.format(room=room), app.store.epoch
            phone = await connect(cookie=stranger.cookie, greeted=False, resume=resume, epoch=epoch)
            told.append(await phone.until("error"))
            assert told[-1].pop("ref") == f"join {room}"
            await nothing_of_it_arrives(phone, laptop, ids)
        assert told[0] == told[1]
        assert told[0]["code"] == "not_found"


@pytest.mark.gen_test
async def test_what_is_there_can_not_be_quoted_or_attached_elsewhere(app, call, connect) -> None:
    _, laptop, ids = await furnish(app, call, connect, "closed")
    for stranger in await strangers(app, call):
        phone = await connect(cookie=stranger.cookie)
        for field in ("replyTo", "files"):
            answers = []
            for named in (ids, NOWHERE):
                value: Any = named.message if field == "replyTo" else [named.file]
                phone.send(type="message", text="look", msgId="x", **{field: value})
                answers.append(await phone.next())
            assert answers[0] == answers[1]
            assert answers[0]["type"] == "error"
        await nothing_of_it_arrives(phone, laptop, ids)


async def nothing_of_it_arrives(phone: Any, laptop: Any, ids: Ids) -> None:
    await laptop.say("psst", room=ids.room)
    phone.send(type="ping", n="end")
    await phone.until("pong", n="end")
    assert ids.room not in [event.get("room") for event in phone.events]
    shown = json.dumps(phone.events)
    assert not [secret for secret in SECRETS if secret in shown], shown
