"""Posting over HTTP: for programs that have one thing to say, and no socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Raw, Struct

from handlers.base import LARGEST_BODY
from handlers.composing import compose, with_present
from handlers.history import HistoryHandler
from models import events
from models.errors import BadEvent, NotFound, concerning
from models.events import MOST_FILES, FileId, Id, MsgId
from models.store import rooms
from models.store.posts import Post, Stored

LONGEST_KEY = 64  # characters


class NewMessage(Struct):
    """A message, as a client says it on a socket."""

    text: str
    msgId: MsgId | None = None
    replyTo: Id | None = None
    files: Annotated[list[FileId], Meta(max_length=MOST_FILES)] = []


class SpeakingHandler(HistoryHandler):
    """``/api/rooms/<id>/messages``: read, and posted to."""

    @classmethod
    def largest_body(cls, limits: Mapping[str, int]) -> int:
        return max(LARGEST_BODY, limits["frame"])

    async def post(self, room: str) -> None:
        """Store a message, then tell it; 200: it was stored before under the same msgId."""
        user = await self.user()
        wanted = self._wanted(int(room))
        app = self.application
        await app.store.read(rooms.find, user.id, int(room))
        post = compose(app, user, wanted, None)
        if (channel := app.cache.get(post.room)) is not None:
            post = with_present(post, channel)
        stored = await app.store.write_post(post, self._tell)
        await self._check_room(user.id, post, stored)
        self.answer(Raw(stored.change.body), 201 if stored.new else 200)

    def _tell(self, stored: Stored) -> None:
        if stored.new:
            self.application.counts.messages += 1
            self.application.bus.publish(stored.change)

    def _wanted(self, room: int) -> events.Post:
        """Read the message out of the body: plain text, or JSON.

        :raises BadEvent: it is neither, or is not as it should be
        """
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        plain = kind == "text/plain"
        said = NewMessage(self._text()) if plain else self.body_as(NewMessage)
        return events.Post(
            text=said.text,
            room=room,
            msgId=self._key(said.msgId),
            replyTo=said.replyTo,
            files=said.files,
        )

    def _text(self) -> str:
        try:
            return self.request.body.decode()
        except UnicodeDecodeError:
            raise BadEvent("A body of plain text is in UTF-8.") from None

    def _key(self, said: str | None) -> str | None:
        """Give the message's msgId: of the header, or of the body.

        :raises BadEvent: it is too long, or both are there and differ
        """
        key = self.request.headers.get("Idempotency-Key", "")
        if not key:
            return said
        if len(key) > LONGEST_KEY:
            raise BadEvent(f"An Idempotency-Key has at most {LONGEST_KEY} characters.")
        if said not in (None, key):
            with concerning("msgId"):
                raise BadEvent("The msgId and the Idempotency-Key differ: give one of them.")
        return key

    async def _check_room(self, user: int, post: Post, stored: Stored) -> None:
        """Keep the message of another room from who is not in that room any more.

        :raises BadEvent: it is such a one
        """
        if stored.change.room == post.room:
            return
        try:
            await self.application.store.read(rooms.find, user, stored.change.room)
        except NotFound:
            raise BadEvent("This msgId is taken by a message in another room.") from None
