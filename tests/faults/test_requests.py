"""Requests as nobody should make them: each gets a clear refusal, and none breaks anything."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from handlers.routes import routes
from tests.handlers.conftest import call, connect  # noqa: F401
from tests.handlers.rooms import come, promote

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ODD: list[Any] = [
    None, True, 0, -1, 1, 2**63, 2**53, 1e308, "", "x", "x" * 10_000, "\0", "\ud800", "\u202e",
    [], [[]], {}, [None], ["1"], {"id": 1}, "1", [1], [2**63], [1] * 1000,
]  # fmt: skip
FIELDS = [
    "name", "password", "old_password", "topic", "kind", "users", "rules", "room", "days", "uses",
    "role", "reason", "address", "remove", "messages", "invite", "text", "extra",
]  # fmt: skip
BODIES = [b"", b"{", b"null", b"[]", b'""', b"\xff", b"[" * 5000, b'{"name":"\\ud800"}', b"{}" * 2]


def paths() -> list[str]:
    """Fill the routes' holes with what may be there, and what may not."""
    found = []
    for route in routes(Path("static")):
        pattern = str(route[0])
        if pattern.startswith("/static"):
            continue
        for number in ("1", "2", "999999999999999"):
            path = pattern.replace("(/thumbnail)?", "").replace("[^/]*", "x")
            for hole in (r"([0-9]{1,15})", "[0-9]{1,15}"):
                path = path.replace(hole, number)
            for hole in (r"([\w-]{16})", r"([\w-]+)", r"([\w-]{1,64})", r"([\w-]{43})"):
                path = path.replace(hole, "a" * 16)
            found.append(path.replace("(x)", "x"))
    return sorted(set(found))


def body(chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return chance.choice(BODIES)
    fields = chance.sample(FIELDS, chance.randrange(1, 5))
    return json.dumps({field: chance.choice(ODD) for field in fields}).encode()


@pytest.mark.parametrize("role", [None, "guest", "admin"])
@pytest.mark.gen_test(timeout=120)
async def test_no_request_is_too_odd_to_be_answered(call, app, role) -> None:  # noqa: F811
    chance = random.Random(role)
    ada = await come(call, "ada")
    await call("POST", "/api/rooms", {"name": "den", "kind": "closed"}, ada.cookie)
    cookie = None
    for path in paths():
        for method in METHODS:
            if role is not None and (path, method) != ("/api/session", "DELETE"):
                who = await call("GET", "/api/me", cookie=cookie)
                if who.status != 200:  # it did away with itself
                    person = await come(call, f"eve {chance.randrange(10**9)}")
                    await promote(app, person, role)
                    cookie = person.cookie
            for _ in range(1 if method in ("GET", "OPTIONS") else 4):
                query = chance.choice(
                    ["", "?limit=-1", "?limit=x", "?after=9e9", "?q=%00%ff%", "?all=2"]
                )
                kind = chance.choice(
                    ["application/json"] * 5 + ["text/plain", "multipart/form-data"]
                )
                sent = None if method in ("GET", "OPTIONS") else body(chance)
                answer = await call(method, path + query, sent, cookie, Content_Type=kind)
                assert answer.status < 500, (method, path + query, sent, answer.body)
                if answer.status >= 400 and path.startswith("/api/"):
                    error = answer.body["error"]
                    assert error["code"], (method, path, sent)
                    assert error["message"].endswith((".", "!")), error
    await come(call, "carol")  # and all goes on
