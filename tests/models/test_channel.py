"""The order of changes, and the joins, whatever the bus and the clock do."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from models.channel import Change, Channel, Latest, Recent

FAR = 1 << 30  # bytes: no limit


def change(seq: int, id: int | None = None, origin: str | None = None) -> Change:
    body = f'{{"id":{id or seq},"seq":{seq}}}'.encode()
    return Change(room=1, seq=seq, id=id or seq, user=1, body=body, origin=origin)


def loaded(size: int = 10) -> Channel:
    channel = Channel(1, size)
    channel.load(Recent([], 0, 0, 0))
    return channel


def seqs(changes: list[Change]) -> list[int]:
    return [c.seq for c in changes]


def test_the_next_change_is_passed_on() -> None:
    channel = loaded()
    assert seqs(channel.receive(change(1))) == [1]
    assert channel.seq == 1


def test_an_old_change_is_dropped() -> None:
    channel = loaded()
    channel.receive(change(1))
    assert channel.receive(change(1)) == []


def test_a_later_change_waits_for_the_one_before_it() -> None:
    channel = loaded()
    assert channel.receive(change(2)) == []
    assert channel.gap
    assert seqs(channel.receive(change(1))) == [1, 2]
    assert not channel.gap


def test_what_the_database_had_closes_the_gap() -> None:
    channel = loaded()
    channel.receive(change(4))
    assert seqs(channel.fill([change(1), change(3)], 3)) == [1, 3, 4]


def test_a_sender_is_still_acknowledged_after_a_gap() -> None:
    channel = loaded()
    channel.receive(change(2, origin="ada's tab"))
    passed = channel.fill([change(1), change(2)], 2)
    assert [c.origin for c in passed] == [None, "ada's tab"]


def test_a_sender_is_acknowledged_also_where_the_message_has_changed_again_by_then() -> None:
    channel = loaded()
    channel.receive(change(2, id=7, origin="ada's tab"))
    passed = channel.fill([change(1), change(3, id=7)], 3)
    assert [(c.seq, c.origin) for c in passed] == [(1, None), (2, "ada's tab"), (3, None)]
    assert channel.recent[7].seq == 3


def test_what_was_heard_while_the_room_was_read_is_not_put_over_what_was_read() -> None:
    channel = Channel(1, 10)
    channel.receive(change(1, id=7))
    channel.load(Recent([change(2, id=7)], 2, 0, 0))
    assert [c.seq for c in channel.recent.values()] == [2]


def test_what_comes_before_the_room_is_loaded_is_kept() -> None:
    channel = Channel(1, 10)
    assert channel.receive(change(1)) == []
    assert channel.receive(change(2)) == []
    channel.load(Recent([change(1)], 1, 0, 0))
    assert channel.seq == 2
    assert seqs(channel.catch_up(0, None, FAR).changes) == [1, 2]


def test_a_newcomer_gets_the_latest_messages_only() -> None:
    channel = loaded(size=3)
    for seq in range(1, 6):
        channel.receive(change(seq))
    caught_up = channel.catch_up(None, None, FAR)
    assert seqs(caught_up.changes) == [3, 4, 5]
    assert caught_up.reset
    assert caught_up.more


def test_a_newcomers_page_has_no_hole_where_an_old_message_was_edited() -> None:
    channel = loaded(size=3)
    for seq in range(1, 6):
        channel.receive(change(seq))
    channel.receive(change(6, id=1))
    assert [c.id for c in channel.catch_up(None, None, FAR).changes] == [4, 5]


def test_where_memory_is_short_of_a_page_the_database_has_the_rest() -> None:
    channel = loaded(size=3)
    for seq in range(1, 6):
        channel.receive(change(seq))
    for seq, id in ((6, 1), (7, 2), (8, 3)):
        channel.receive(change(seq, id))
    assert channel.is_short(2)
    stored = [change(8, 3), change(4), change(5)]
    caught_up = channel.catch_up(None, None, FAR, Latest(stored, 8, more=True))
    assert [c.id for c in caught_up.changes] == [3, 4, 5]
    assert caught_up.more


def test_an_edit_of_an_old_message_reaches_who_was_away() -> None:
    channel = loaded(size=3)
    for seq in range(1, 6):
        channel.receive(change(seq))
    channel.receive(change(6, id=1))
    assert [c.id for c in channel.catch_up(5, None, FAR).changes] == [1]


def test_who_was_away_for_too_long_starts_anew() -> None:
    channel = loaded(size=3)
    for seq in range(1, 10):
        channel.receive(change(seq))
    assert channel.catch_up(2, None, FAR).reset


def test_a_position_from_the_future_starts_anew() -> None:
    channel = loaded()
    channel.receive(change(1))
    assert channel.catch_up(7, None, FAR).reset


def test_a_history_over_its_size_starts_anew_with_what_fits() -> None:
    channel = loaded()
    for seq in range(1, 10):
        channel.receive(change(seq))
    one = len(change(9).body)
    caught_up = channel.catch_up(0, None, 2 * one)
    assert seqs(caught_up.changes) == [8, 9]
    assert caught_up.reset
    assert caught_up.more


def test_a_message_larger_than_any_history_is_still_told() -> None:
    channel = loaded()
    channel.receive(change(1))
    assert seqs(channel.catch_up(None, None, 1).changes) == [1]


@dataclass
class Log:
    """A room as the database has it: the latest state of every message."""

    states: dict[int, Change] = field(default_factory=dict)
    seq: int = 0

    def add(self, edits: int | None) -> Change:
        """Post a message, or change the ``edits``-th one again."""
        self.seq += 1
        id = len(self.states) + 1 if edits is None else edits % len(self.states) + 1
        made = change(self.seq, id)
        self.states[id] = made
        return made

    def after(self, since: int) -> list[Change]:
        return sorted((c for c in self.states.values() if c.seq > since), key=lambda c: c.seq)

    def latest(self, size: int) -> Latest:
        ids = sorted(self.states)
        return Latest([self.states[id] for id in ids[-size:]], self.seq, len(ids) > size)

    def recent(self, size: int) -> Recent:
        all_states = self.after(0)
        held, left_out = all_states[-size:], all_states[:-size]
        if not left_out:
            return Recent(held, self.seq, 0, 0)
        return Recent(held, self.seq, left_out[-1].seq, max(c.id for c in left_out) + 1)


steps = st.lists(
    st.tuples(
        st.sampled_from(["deliver", "lose", "repeat", "delay", "fill", "join"]),
        st.none() | st.integers(0, 1000),
    ),
    max_size=60,
)


@dataclass
class Reader:
    """A client by the book: per message, the state with the highest ``seq``.

    :ivar floor: it has begun with this message; older ones it would ask for
    """

    copy: dict[int, Change] = field(default_factory=dict)
    seq: int = 0
    floor: int = 0

    def history(self, changes: list[Change], seq: int, reset: bool, newest: int) -> None:
        if reset:
            self.copy.clear()
            self.floor = changes[0].id if changes else newest + 1
        for told in changes:
            self.upsert(told)
        self.seq = seq

    def live(self, told: Change) -> None:
        assert told.seq > self.seq, "told twice, or out of order"
        self.seq = told.seq
        self.upsert(told)

    def upsert(self, told: Change) -> None:
        if told.id >= self.floor and told.seq > self.copy.get(told.id, change(0, 1)).seq:
            self.copy[told.id] = told


@settings(max_examples=300, deadline=None)
@given(steps, st.integers(1, 8), st.data())
def test_readers_agree_with_the_database_whatever_the_bus_does(steps, size, data) -> None:
    log, channel, readers, delayed = Log(), Channel(1, size), [], []
    channel.load(log.recent(size))

    def pass_on(changes: list[Change]) -> None:
        for passed in changes:
            for reader in readers:
                reader.live(passed)

    for step, number in steps:
        if step == "fill":
            pass_on(channel.fill(log.after(channel.seq), log.seq))
        elif step == "join":
            join(channel, log, readers, number, data)
        else:
            made = log.add(number if log.states else None)
            delayed += {"deliver": [], "lose": [], "repeat": [made], "delay": [made]}[step]
            if step in ("deliver", "repeat"):
                pass_on(channel.receive(made))
    for late in data.draw(st.permutations(delayed)):
        pass_on(channel.receive(late))
    pass_on(channel.fill(log.after(channel.seq), log.seq))
    for reader in readers:
        assert reader.seq == log.seq
        assert reader.copy == {id: c for id, c in log.states.items() if id >= reader.floor}


def join(channel: Channel, log: Log, readers: list[Reader], number: int | None, data) -> None:
    """Have a newcomer join, or one who was here and left come back."""
    since = None
    reader = Reader()
    if number is not None and readers:
        reader = readers.pop(number % len(readers))
        since = reader.seq
    older = None
    if since is not None and (since < channel.since or data.draw(st.booleans())):
        # Read before the join, and perhaps ahead of what the channel has heard.
        older = (log.after(since), log.seq)
    latest = None
    if since is None and data.draw(st.booleans()):
        latest = log.latest(data.draw(st.integers(1, 8)))
    caught_up = channel.catch_up(since, older, FAR, latest)
    # A message that the channel has not heard of yet is told live.
    newest = max((c.id for c in log.states.values() if c.seq <= channel.seq), default=0)
    reader.history(caught_up.changes, channel.seq, caught_up.reset, newest)
    assert caught_up.more or reader.floor <= 1
    readers.append(reader)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.none() | st.integers(0, 50), max_size=40), st.integers(1, 8))
def test_memory_holds_what_a_restart_would_load(edits, size) -> None:
    log, channel = Log(), loaded(size)
    for edit in edits:
        channel.receive(log.add(edit if log.states else None))
    fresh = Channel(1, size)
    fresh.load(log.recent(size))
    assert list(channel.recent.values()) == list(fresh.recent.values())
    assert (channel.seq, channel.since) == (fresh.seq, fresh.since)
    assert channel.floor >= fresh.floor
