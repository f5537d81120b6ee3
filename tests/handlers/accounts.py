"""People with accounts, made over HTTP; admins by what the machine's owner has."""

from __future__ import annotations

from typing import Any

from models.store import invites

PASSWORD = "correct horse"


async def register(call: Any, name: str, cookie: str | None = None, **more: str) -> Any:
    """Make an account; the answer has the cookie where nobody was signed in."""
    return await call("POST", "/api/account", {"name": name, "password": PASSWORD, **more}, cookie)


async def sign_in(call: Any, name: str, password: str = PASSWORD, **headers: Any) -> Any:
    return await call("POST", "/api/session", {"name": name, "password": password}, **headers)


async def admin(app: Any, call: Any, name: str = "root") -> Any:
    token = await app.store.write(invites.create_for_admin)
    return await register(call, name, invite=token)


async def guest(call: Any, name: str) -> Any:
    return await call("POST", "/api/session", {"name": name})
