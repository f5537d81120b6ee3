"""Bodies with a file in them, as a browser would send them."""

from __future__ import annotations

from typing import Any

BOUNDARY = "----WebKitFormBoundarybob"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(content: bytes, name: str = "notes.txt", field: str = "file") -> bytes:
    """Write the body of an upload; a name as browsers write it (WHATWG, form data)."""
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{escaped}"\r\n'
        "Content-Type: application/x-whatever\r\n\r\n"
    )
    return head.encode("utf-8", "surrogatepass") + content + f"\r\n--{BOUNDARY}--\r\n".encode()


async def upload(
    call: Any, cookie: str | None, content: bytes, name: str = "notes.txt", room: int = 1
) -> Any:
    """Upload a file to a room; give the answer."""
    path = f"/api/rooms/{room}/files"
    return await call("POST", path, form(content, name), cookie, Content_Type=CONTENT_TYPE)
