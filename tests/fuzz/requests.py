"""Requests as a client could make them, and as none should."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from handlers.routes import routes
from tests.fuzz.chance import Chance
from tests.fuzz.grammar import ODD, TEXTS, bodies, spoilt, valid
from tests.uploading import CONTENT_TYPE, form

METHODS = ["GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"]
# What the body of a call is; a call that is not here has none, or a file.
BODIES = {
    (r"/api/session", "POST"): "sessions.Credentials",
    (r"/api/account", "POST"): "accounts.NewAccount",
    (r"/api/account", "PATCH"): "accounts.Changes",
    (r"/api/account", "DELETE"): "accounts.Deletion",
    (r"/api/rooms", "POST"): "rooms.NewRoom",
    (r"/api/rooms/([0-9]{1,15})", "PATCH"): "rooms.Changes",
    (r"/api/rooms/direct", "POST"): "rooms.Others",
    (r"/api/invites", "POST"): "invites.NewInvite",
    (r"/api/users/([0-9]{1,15})/role", "PUT"): "moderation.NewRole",
    (r"/api/users/([0-9]{1,15})/ban", "POST"): "moderation.NewBan",
    (r"/api/filters", "PUT"): "filters.Rules",
    (r"/api/bots", "POST"): "bots.NewBot",
}
FILES = {(r"/api/rooms/([0-9]{1,15})/files", "POST"), (r"/api/account/avatar", "PUT")}
QUERY = ["q", "before", "after", "around", "limit", "room", "from", "user", "all", "name", "resume",
         "epoch", "download"]  # fmt: skip
ROUTES = [str(route[0]) for route in routes(Path("static"))]


def request(chance: Chance, cookie: str, files: list[str]) -> bytes:
    """Make a request that is framed as it should be, with whatever in it.

    :param files: addresses of files that are there
    """
    route = chance.choice(ROUTES)
    calls = [call for call in (*BODIES, *FILES) if call[0] == route]
    method = chance.choice(calls)[1] if calls and chance.likely(0.6) else chance.choice(METHODS)
    path = chance.choice(files) if route.startswith("/files") and files else _path(route, chance)
    body, type = _body(chance, route, method)
    lines = [
        f"{method} {path}{_query(chance)} HTTP/1.1",
        "Host: localhost",
        f"Cookie: {cookie}" if chance.likely(0.9) else f"Cookie: gust={_header(chance)}",
        *_headers(chance, route),
    ]
    if type:
        lines.append(f"Content-Type: {type}")
    if body and chance.likely(0.15):
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def _path(route: str, chance: Chance) -> str:
    path = route
    while hole := re.search(r"\(?\[[^\]]*\](\{[^}]*\}|\+|\*)\)?", path):
        if "\\w" in hole[0]:
            filled = chance.choice(["a" * 16, "x", "_-" * 8, "a" * 64])
        elif "0-9]{" in hole[0]:
            filled = str(chance.choice([1, 1, 2, 3, 7, 4711, 10**14]))
        else:
            filled = chance.choice(
                ["0", "ab12", "x.txt", quote(chance.choice(TEXTS)[:99], errors="replace")]
            )
        path = path[: hole.start()] + filled + path[hole.end() :]
    path = path.replace("(/thumbnail)?", chance.choice(["", "/thumbnail"]))
    return path.replace("(.*)", "x").replace(r"(gust\.css|js/.+)", "js/main.js")


def _query(chance: Chance) -> str:
    if chance.likely(0.6):
        return ""
    pairs = []
    for name in chance.sample(QUERY, chance.randint(1, 3)):
        value = str(chance.choice(ODD)) if chance.likely(0.7) else "1:2,3:4"
        pairs.append(f"{name}={quote(value[:3000], errors='surrogatepass')}")
    return "?" + "&".join(pairs)


def _headers(chance: Chance, route: str) -> list[str]:
    known = {
        "Range": ["bytes=0-", "bytes=5-2", "bytes=-1", "bytes=-0", "bytes=9-99,1-2", "lines=1"],
        "If-None-Match": ["*", '"x"', 'W/"x", "y"'],
        "If-Range": ['"x"', "Mon, 01 Jan 2024 00:00:00 GMT"],
        "If-Modified-Since": ["yesterday", "Mon, 01 Jan 2024 00:00:00 GMT"],
        "Origin": ["http://localhost", "https://evil.example", "null", "::"],
        "Sec-Fetch-Site": ["same-origin", "cross-site", "none", "x"],
        "Accept": ["text/html", "application/json", "*/*;q=0"],
        "Accept-Encoding": ["gzip", "br;q=x", "gzip;q=0"],
        "X-Forwarded-For": ["1.2.3.4", "::1, x", "[", "1.2.3.4:5"],
        "Authorization": ["Bearer x", "Basic eDp5", "Bearer", "Bearer " + "a" * 43],
        "Idempotency-Key": ["x", "x" * 65, "²"],
        "Expect": ["100-continue", "x"],
        "User-Agent": ["Mozilla/5.0 (X11; Linux x86_64) Firefox/1", "(" * 500],
        "Content-Encoding": ["gzip"],
        "Connection": ["close", "keep-alive", "Upgrade", "x"],
    }
    lines = [f"{name}: {chance.choice(known[name])}" for name in known if chance.likely(0.08)]
    if chance.likely(0.05):
        lines.append(f"X-Odd: {_header(chance)}")
    if route == "/chatsocket" and chance.likely(0.8):
        lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
                  "Sec-WebSocket-Key: "
                  + chance.choice(["dGhlIHNhbXBsZSBub25jZQ==", "x", ""])]  # fmt: skip
    return lines


def _header(chance: Chance) -> str:
    text = chance.choice(TEXTS)[:500]
    return "".join(char for char in text if " " <= char < "\x7f" or "\xa0" <= char < "\xff")


def _body(chance: Chance, route: str, method: str) -> tuple[bytes, str]:
    if (route, method) in FILES:
        content = chance.choice(
            [b"", b"milk", b"\x89PNG\r\n\x1a\n" + b"x" * 99, b"GIF89a" + bytes(99)]
        )
        name = chance.choice(TEXTS)[:300]
        type = CONTENT_TYPE if chance.likely(0.8) else chance.choice(
            ["multipart/form-data", "multipart/form-data; boundary*=idna''x", "text/plain"]
        )  # fmt: skip
        whole = form(content, name)
        return (chance.broken(whole) if chance.likely(0.4) else whole), type
    kind = BODIES.get((route, method))
    if kind is None and chance.likely(0.7):
        return b"", ""
    if kind is None:
        value: Any = chance.choice(ODD)
    else:
        value = valid(bodies()[kind], chance)
        value = spoilt(value, chance) if chance.likely(0.4) else value
    text = json.dumps(value).encode()
    type = chance.choice(
        ["application/json"] * 8
        + ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    )
    return (chance.broken(text) if chance.likely(0.2) else text), type


def kinds_told() -> set[str]:
    return set(BODIES.values())


def kinds_there() -> set[str]:
    """List what bodies there are, but for those that are part of another."""
    within = {
        field.type
        for body in bodies().values()
        for field in msgspec.structs.fields(body)
        if isinstance(field.type, type)
    }
    return {name for name, body in bodies().items() if body not in within}
