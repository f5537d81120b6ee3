"""What somebody wants to say, made ready to be stored: checked, counted, screened, rendered."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from msgspec import structs

from models import events, markup, mentions, texts
from models.channel import Channel
from models.errors import Empty
from models.events import User
from models.policy import LOBBY
from models.store.posts import Post

if TYPE_CHECKING:
    from chat import Application


def compose(app: Application, person: User, event: events.Post, origin: str | None) -> Post:
    """Make a post of what somebody says; whether they may say it there is for others.

    :param origin: the ``clientKey`` of the socket that waits for the ``ack``; None: none does
    :raises ChatError: it is too long, empty, too soon, or against the word filter
    """
    texts.check(event.text, app.limits["text"])
    if texts.is_blank(event.text) and not event.files:
        raise Empty("There is nothing in this message.")
    take_turn(app, person)
    text = app.screening.filter.screen(event.text)
    names = mentions.candidates(text)
    return Post(
        room=event.room or LOBBY,
        user=person,
        text=text,
        html=shown(text, names),
        names=names,
        msg_id=event.msgId or secrets.token_hex(8),
        origin=origin,
        reply_to=event.replyTo,
        files=tuple(event.files),
    )


def with_present(post: Post, channel: Channel) -> Post:
    """Say who is here, for ``@here``; in a crowd, nobody: it would be a call to all."""
    presence = channel.presence
    here = () if presence.crowded else tuple(user.id for user in presence.users)
    return structs.replace(post, here=here)


def take_turn(app: Application, person: User) -> None:
    """Count one more thing said.

    :raises SlowDown: it was too soon
    """
    app.rates.messages.take(person.id, time.monotonic())


def shown(text: str, names: set[str]) -> str | None:
    """Render a text; None: people may be named in it, and only the store knows them."""
    return None if names else markup.render(text).html
