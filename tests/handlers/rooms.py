"""People with sessions and the rooms they make."""

from __future__ import annotations

from typing import Any, NamedTuple


class Person(NamedTuple):
    """Somebody with a session."""

    id: int
    cookie: str


async def come(call: Any, name: str) -> Person:
    """Take a name on the page."""
    answer = await call("POST", "/api/session", {"name": name})
    assert answer.status == 200, answer.body
    return Person(answer.body["user"]["id"], answer.cookie)


async def make(call: Any, by: Person, kind: str = "closed", *others: Person, name="den") -> int:
    """Make a room, and bring others in."""
    made = await call("POST", "/api/rooms", {"name": name, "kind": kind}, by.cookie)
    assert made.status == 201, made.body
    room: int = made.body["id"]
    for other in others:
        brought = await call("PUT", f"/api/rooms/{room}/members/{other.id}", cookie=by.cookie)
        assert brought.status == 204, brought.body
    return room


async def promote(app: Any, person: Person, role: str) -> None:
    """Give somebody a role, as another admin would."""
    from sqlalchemy import update

    from models.store.schema import users

    values = update(users).where(users.c.id == person.id).values(role=role)
    await app.store.write(lambda connection: connection.execute(values) and None)
