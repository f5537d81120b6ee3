"""One file on its way in: streamed to disk, refused early, nothing left behind."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Mapping
from contextlib import ExitStack
from typing import Any

from handlers.base import Handler
from handlers.bodies import Streaming, length_of
from models import filenames, multipart
from models.errors import BadEvent, ChatError, Empty, TooLarge
from models.events import User
from models.filetypes import PICTURES, sniff
from models.multipart import Multipart
from models.store import files
from models.store.blobs import Incoming
from models.store.files import Content
from models.store.pictures import What

FRAMING = 1 << 14  # bytes of a body around the file itself
WRITE = 1 << 18  # bytes that are written at once
SLOWEST = 1 << 10  # bytes a second: whoever is slower for long is taken to be stalling
LONGEST = 3600.0  # seconds for a whole upload: a slow phone needs many


class Upload(Streaming):
    """Receive a file with POST or PUT; what becomes of it, a subclass says.

    :cvar answered: the status when all went well
    :ivar person: who sends it
    :ivar name: its name, fit to be shown
    :ivar incoming: its content
    """

    answered = 201
    person: User
    name: str | None = None
    incoming: Incoming

    _receives = False  # a body that is being streamed to disk
    _timer: asyncio.TimerHandle

    @classmethod
    def largest_body(cls, limits: Mapping[str, int]) -> int:
        return sys.maxsize  # ``--upload-limit`` bounds it

    async def prepare(self) -> None:
        self._held = ExitStack()  # what is given back at the end, however that comes
        self._waiting = bytearray()
        await super().prepare()
        if self.refused or not self._is_upload:
            return
        try:
            await self._begin()
            self._receives = True
        except ChatError as error:
            self.refuse(error)

    async def admit(self) -> None:
        """Say whether :attr:`person` may upload this.

        :raises ChatError: not
        """
        raise NotImplementedError

    async def keep(self) -> Any:
        """Make something of the content; give the answer.

        :raises ChatError: it can't be
        """
        raise NotImplementedError

    async def receive(self) -> None:
        """Answer, now that the whole body is here."""
        if self.refused:
            self.finish()
            return
        # From here on it comes to its own end, also where nobody waits for the answer.
        self._receives = False
        self._stop_watching()
        try:
            await self._write()
            if not self._parser.complete or self.name is None:
                raise BadEvent("There is no whole file in this body; send it again.")
            if not self.incoming.size:
                raise Empty(f"“{self.name}” is empty: there is nothing to upload.")
            self.answer(await self.keep(), self.answered)
        finally:
            self._let_go()

    async def taken_in(self, what: What = "whole") -> Content:
        """Give the content its place on disk; pictures are made fit to be shown first.

        :raises BadEvent: it is a picture that can't be, or none where there must be one
        """
        blobs = self.application.blobs
        digest = await blobs.run(self.incoming.finish)
        type = sniff(await blobs.run(self.incoming.head))
        if type in PICTURES:
            content = await self.application.pictures.take_in(self.incoming, type, what)
            await blobs.run(self.incoming.discard)  # what came, with all that it told
            return content
        if what == "face":
            raise _NoPicture
        await blobs.run(blobs.take_in, self.incoming.path, digest)
        return Content(digest, type, self.incoming.size)

    @property
    def _is_upload(self) -> bool:
        """Tell whether a file comes with it: a method that is refused brings none."""
        method = {"POST": type(self).post, "PUT": type(self).put}.get(self.request.method or "")
        return method not in (None, Handler.post)  # Tornado's own one refuses, for both

    async def _begin(self) -> None:
        if "Content-Length" not in self.request.headers:
            raise _LengthRequired("Say how long the body is (Content-Length).")
        length = length_of(self.request)
        self.connection.set_max_body_size(length)
        self.person = await self.user()
        limit = self.application.limits["upload"]
        if length > limit + FRAMING:
            raise TooLarge(length, limit)
        await self.admit()
        self._parser = Multipart(
            multipart.boundary_of(self.request.headers.get("Content-Type", ""))
        )
        blobs = self.application.blobs
        used = await self.application.store.read(files.used, self.person.id)
        free = await blobs.run(blobs.free)
        allowance = self.application.allowance
        self._held.enter_context(allowance.admit(self.person.id, length, used, free))
        self.incoming = await blobs.run(blobs.receive)
        self._held.callback(lambda: blobs.run(self.incoming.discard))
        self.connection.set_body_timeout(LONGEST)
        self._due = asyncio.get_running_loop().time() + self.application.patience
        self._watch()
        self._held.callback(self._stop_watching)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self.begun = True
        if self.refused or not self._receives:
            return None
        self._put_off(len(chunk) / SLOWEST)
        try:
            self._take(chunk)
        except ChatError as error:
            self.refuse(error)
            return None
        # Tornado reads on only when this is done: who sends faster than the disk
        # writes is held up, not kept in memory.
        return self._write_or_refuse() if len(self._waiting) >= WRITE else None

    def _take(self, chunk: bytes) -> None:
        for event in self._parser.feed(chunk):
            if isinstance(event, bytes):
                self._waiting += event
            elif self.name is not None:
                raise BadEvent("Send one file in each request.")
            else:
                self.name = filenames.clean(event.name)
        limit = self.application.limits["upload"]
        if (size := self.incoming.size + len(self._waiting)) > limit:
            raise TooLarge(size, limit)

    async def _write_or_refuse(self) -> None:
        size = len(self._waiting)
        self._stop_watching()  # it is we who do not read on
        try:
            await self._write()
        except ChatError as error:
            self.refuse(error)
            return
        await asyncio.sleep(self.application.allowance.delay(size, time.monotonic()))
        if self._receives:
            self._put_off(self.application.patience)
            self._watch()

    async def _write(self) -> None:
        data, self._waiting = bytes(self._waiting), bytearray()
        await self.application.blobs.run(self.incoming.write, data)

    def _watch(self) -> None:
        """Cut a client that has nothing more to say, or says it a byte now and then."""
        loop = asyncio.get_running_loop()
        left = self._due - loop.time()
        if left <= 0:
            self.hang_up()
            return
        self._timer = loop.call_later(left + 0.1, self._watch)

    def _put_off(self, seconds: float) -> None:
        """Give a client so much longer, but never more than there is for a whole request."""
        latest = asyncio.get_running_loop().time() + self.application.patience
        self._due = min(latest, self._due + seconds)

    def _stop_watching(self) -> None:
        self._timer.cancel()

    # ------------------------------------------------------------ the end

    def refuse(self, error: ChatError) -> None:
        self._let_go()
        super().refuse(error)

    def on_connection_close(self) -> None:
        super().on_connection_close()
        if self._receives:
            self._let_go()

    def _let_go(self) -> None:
        self._receives = False
        self._held.close()


class _LengthRequired(BadEvent):
    status = 411


class _NoPicture(BadEvent):
    status = 415

    def __init__(self) -> None:
        super().__init__("This is not a picture. Choose a JPEG, PNG, GIF, WebP or AVIF.")
