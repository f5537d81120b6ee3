"""What a client says: messages, and changes of messages.

Each is checked here and handed to the store; what became of it is told after the
commit, in the order of the room's changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from handlers.asking import Asking
from handlers.composing import compose, shown, take_turn, with_present
from handlers.frames import ack_frame, message_frame
from models import events, mentions, texts
from models.channel import Change, Channel
from models.errors import BadEvent, ChatError
from models.store import edits
from models.store.posts import Post, Stored
from models.store.writer import Outcome


class Posting(Asking):
    """A connection that says something."""

    def on_post(self, event: events.Post) -> None:
        post = compose(self.application, self.person, event, self.key)
        self.when_readable(post.room, event, partial(self._post, event, post))

    def on_edit(self, event: events.Edit) -> None:
        texts.check(event.text, self.application.limits["text"])
        self.take_turn()
        text = self.application.screening.filter.screen(event.text)
        html = shown(text, mentions.candidates(text))
        self._change(event, edits.edit, event.id, text, html)

    def on_delete(self, event: events.Delete) -> None:
        self.take_turn()
        self._change(event, edits.remove, event.id)

    def on_react(self, event: events.React) -> None:
        self.take_turn()
        most = self.application.most_reactions
        self._change(event, edits.react, event.id, event.emoji, event.on, most)

    def take_turn(self) -> None:
        """Count one more thing said.

        :raises SlowDown: it was too soon
        """
        take_turn(self.application, self.person)

    # ------------------------------------------------------------ messages

    def _post(self, event: events.Post, post: Post) -> None:
        """Store it once the room is live; in the order of asking."""

        def opened(outcome: Channel | ChatError) -> None:
            if isinstance(outcome, ChatError):
                self.refuse(outcome, event.ref, event.msgId)
                return
            to_store = post if post.html is not None else with_present(post, outcome)
            self.application.store.post(to_store, partial(self._posted, event.ref, post))

        self.application.cache.open(post.room, opened)

    def _posted(self, ref: str | None, post: Post, outcome: Outcome) -> None:
        """Answer the sender, and tell the others: it is on disk."""
        if isinstance(outcome, ChatError):
            self.refuse(outcome, ref, post.msg_id)
            return
        assert isinstance(outcome, Stored)
        change = outcome.change
        if change.room != post.room and change.room not in self.mine:
            # Not to be answered with it: they are not in that room any more.
            self.refuse(
                BadEvent("This msgId is taken by a message in another room."), ref, post.msg_id
            )
            return
        self.application.counts.messages += outcome.new
        self._tell(change, outcome.new, ack_frame)

    # ------------------------------------------------------------ changes of messages

    def _change(self, event: events.ClientEvent, edit: Callable[..., Any], *args: Any) -> None:
        done = partial(self._changed, event.ref)
        self.application.store.submit(edit, (self.person, *args), done)

    def _changed(self, ref: str | None, outcome: Outcome) -> None:
        if isinstance(outcome, ChatError):
            self.refuse(outcome, ref)
            return
        changes: Sequence[Change] = outcome
        for change in changes:
            self._tell(change, True, message_frame)

    def _tell(self, change: Change, new: bool, answer: Callable[[Change], bytes]) -> None:
        """Tell the others of a change, and its sender what became of it.

        :param new: False: it was stored, and told, before
        :param answer: makes the sender's own frame, where it is not among those told
        """
        channel = self.application.cache.get(change.room)
        # Otherwise it was told already: long ago, or out of the database, over a gap.
        untold = new and channel is not None and change.seq > channel.seq
        if new:
            self.application.bus.publish(change)
        if self.listener is None:
            return
        if channel is not None:
            if untold and self.listener in channel.listeners:
                return  # the answer comes with the change, in its place
            self.application.turn.settle(channel)  # what was told before comes before
        self.listener.send(answer(change))
