"""Files: sent to a room, and served to those who may read it."""

from __future__ import annotations

import logging
import os
import re
import time
from pathlib import Path
from typing import BinaryIO, NamedTuple

from msgspec import Struct
from tornado.iostream import StreamClosedError

from handlers.base import Handler
from handlers.uploads import Upload
from models import filenames
from models.errors import BadEvent, ChatError, NotFound
from models.events import File, Shared
from models.filetypes import INLINE, UNKNOWN
from models.store import files, rooms
from models.store.files import Kept

log = logging.getLogger("gust.files")

PIECE = 1 << 18  # bytes that are read at once
# A document of its own: nothing in it runs, and it is not of our origin.
SANDBOX = (
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'"
)

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class Gallery(Struct):
    files: list[Shared]
    more: bool


class RoomFilesHandler(Upload):
    """``/api/rooms/<id>/files``."""

    async def get(self, room: str) -> None:
        """Answer one page of the room's files, the newest first."""
        user = await self.user()
        store = self.application.store
        limit = self.page_size()
        before = self.get_query_argument("before", None)
        page = await store.read(rooms.read_in, user.id, int(room), files.page, limit, before)
        self.answer(Gallery(*page))

    async def post(self, room: str) -> None:
        """Keep a file for a message that will name it."""
        await self.receive()

    async def admit(self) -> None:
        room = int(self.path_args[0])
        await self.application.store.read(rooms.find, self.person.id, room)
        self.application.rates.uploads.take(self.person.id, time.monotonic())

    async def keep(self) -> File:
        assert self.name is not None
        content = await self.taken_in()
        return await self.application.store.write(
            files.create, self.person.id, int(self.path_args[0]), self.name, content
        )


class WaitingFileHandler(Handler):
    """``/api/files/<id>``."""

    async def delete(self, id: str) -> None:
        """Take back a file that no message names yet."""
        user = await self.user()
        await self.application.store.write(files.forget, user.id, id)
        self.set_status(204)
        self.finish()


class FileHandler(Handler):
    """``/files/<id>/<name>`` and ``…/thumbnail``: a content never changes."""

    async def get(self, id: str, name: str, thumbnail: str | None = None) -> None:
        """Send a file, or the range of it that was asked for."""
        user = await self.user()
        kept = await self.application.store.read(files.find, user.id, id)
        blobs = self.application.blobs
        small = thumbnail is not None and kept.content.thumbnail
        path = (blobs.thumbnail if small else blobs.path)(kept.content.digest)
        self._describe(kept, small)
        if self._is_known():
            self.set_status(304)
            self.finish()
            return
        try:
            file = await blobs.run(_open, path)
        except FileNotFoundError:
            log.error("%s is in the database and not on the disk", path)
            raise NotFound("file") from None
        try:
            await self._send(file.stream, self._range_of(file.size))
        finally:
            await blobs.run(file.stream.close)

    head = get

    def fail(self, error: ChatError) -> None:
        if isinstance(error, _NoSuchRange):
            self.set_header("Content-Range", f"bytes */{error.size}")
        super().fail(error)

    def compute_etag(self) -> None:
        """Leave the ETag as it was set: the hash of the whole content."""

    def _describe(self, kept: Kept, small: bool) -> None:
        type = "image/webp" if small else kept.content.type
        inline = type in INLINE and not self.get_query_arguments("download")
        served = type if type in INLINE else UNKNOWN
        self.set_header(
            "Content-Type", "text/plain; charset=utf-8" if served == "text/plain" else served
        )
        self.set_header("Content-Disposition", filenames.disposition(kept.name, inline))
        self.set_header("Content-Security-Policy", SANDBOX)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Vary", "Cookie")
        self.set_header("Accept-Ranges", "bytes")
        self.set_header("ETag", f'"{kept.content.digest.hex()[:32]}{"-small" if small else ""}"')
        # A compressed range would be a range of something else, and media are dense.
        self._transforms = []

    def _is_known(self) -> bool:
        known = self.request.headers.get("If-None-Match", "")
        etag = self._headers["ETag"]
        return known == "*" or etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]

    def _range_of(self, size: int) -> range:
        """Read what part is asked for, and say so in the answer (RFC 9110, 14).

        Of several ranges, or one that makes no sense, the whole is sent.

        :raises _NoSuchRange: it begins behind the end
        """
        asked = _RANGE.fullmatch(self.request.headers.get("Range", "").strip())
        still = self.request.headers.get("If-Range") in (None, self._headers["ETag"])
        whole = range(size)
        if asked is None or not still or not _makes_sense(asked[1], asked[2]):
            part = whole
        elif asked[1]:
            part = whole[int(asked[1]) : int(asked[2]) + 1 if asked[2] else size]
        else:
            part = whole[max(0, size - int(asked[2])) :]
        if not part:
            raise _NoSuchRange(size)
        if len(part) < size:
            self.set_status(206)
            self.set_header("Content-Range", f"bytes {part[0]}-{part[-1]}/{size}")
        self.set_header("Content-Length", len(part))
        return part

    async def _send(self, stream: BinaryIO, part: range) -> None:
        if self.request.method == "HEAD":
            self.finish()
            return
        for at in range(part.start, part.stop, PIECE):
            length = min(PIECE, part.stop - at)
            self.write(await self.application.blobs.run(_read, stream, at, length))
            try:
                await self.flush()  # done when the client has taken it
            except StreamClosedError:
                return
        self.finish()


class _NoSuchRange(BadEvent):
    status = 416

    def __init__(self, size: int) -> None:
        super().__init__(f"This file has {size:,} bytes; the range lies behind its end.")
        self.size = size


def _makes_sense(first: str, last: str) -> bool:
    return not last or int(first) <= int(last) if first else bool(last)


class _Opened(NamedTuple):
    stream: BinaryIO
    size: int


def _open(path: Path) -> _Opened:
    stream = path.open("rb")
    return _Opened(stream, os.fstat(stream.fileno()).st_size)


def _read(stream: BinaryIO, at: int, length: int) -> bytes:
    return os.pread(stream.fileno(), length, at)
