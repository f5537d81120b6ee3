"""The page's models, imported alone: they know no document."""

from __future__ import annotations

import pytest

from models import emoji
from tests.browser.modules import Run


def test_a_room_keeps_the_newest_state_of_each_message_in_order(run: Run) -> None:
    assert run(
        "room",
        """
        const room = new it.Room(lobby);
        room.restore(page([5, 7]));
        room.receive(message(9, 9));
        room.receive(message(8, 8));
        room.receive(message(7, 10, 'edited'));
        room.receive(message(7, 7, 'the old state, told late'));
        room.receive(message(9, 9));
        return [ids(room.messages), room.messages[1].text, room.seq];
        """,
    ) == ["5,7,8,9", "edited", 10]


def test_a_change_of_a_message_that_is_not_loaded_leaves_no_hole(run: Run) -> None:
    assert run(
        "room",
        """
        const older = { messages: [message(48, 48), message(49, 49), message(50, 50)], more: true };
        const room = new it.Room(lobby, 1, async () => older);
        room.restore({ ...page([50, 51]), more: true });
        room.receive(message(3, 52, 'an old one, edited'));
        await room.extend('before');
        return [ids(room.messages), room.seq];
        """,
    ) == ["48,49,50,51", 52]


def test_what_is_said_while_the_first_page_loads_is_joined_to_it(run: Run) -> None:
    assert run(
        "room",
        """
        const latest = { messages: [40, 41, 42].map(n => message(n, n)), more: true };
        const room = new it.Room(lobby, 1, async () => latest);
        room.restore({ messages: [], seq: 40, reset: false, more: false });
        room.receive(message(41, 41, 'before anyone asked for the page'));
        const loading = room.load();
        room.receive(message(42, 42));
        room.receive(message(2, 43, 'an old one, edited'));
        await loading;
        return [ids(room.messages), room.seq];
        """,
    ) == ["40,41,42", 43]


def test_an_answer_that_runs_ahead_does_not_hide_what_is_on_its_way(run: Run) -> None:
    assert run(
        "room",
        """
        const room = new it.Room(lobby);
        room.restore(page([5]));
        room.acknowledge(message(8, 8));
        const ahead = room.seq;
        for (const id of [6, 7, 8]) room.receive(message(id, id));
        room.acknowledge(message(9, 9));
        return [ahead, room.seq, ids(room.messages)];
        """,
    ) == [5, 9, "5,6,7,8,9"]


def test_an_edit_told_while_its_page_is_on_the_way_outlives_the_page(run: Run) -> None:
    assert run(
        "room",
        """
        const older = { messages: [message(4, 4, 'old')], more: false };
        const room = new it.Room(lobby, 1, async () => older);
        room.restore({ ...page([5, 6]), more: true });
        const loading = room.extend('before');
        room.receive(message(4, 7, 'edited'));
        await loading;
        return [ids(room.messages), room.messages[0].text];
        """,
    ) == ["4,5,6", "edited"]


def test_a_passage_far_back_grows_until_it_meets_the_present(run: Run) -> None:
    assert run(
        "room",
        """
        const all = Array.from({ length: 400 }, (_, at) => message(at + 1, at + 1));
        const fetch = async ({ around, after, before }) => around
          ? { messages: all.slice(around - 51, around + 49), more: true }
          : after ? { messages: all.slice(after, after + 100), more: after + 100 < 400 }
          : { messages: all.slice(Math.max(0, before - 101), before - 1), more: before > 101 };
        const room = new it.Room(lobby, 1, fetch);
        room.restore({ messages: all.slice(350), seq: 400, reset: true, more: true });
        const found = await room.open(100);
        const first = [room.shown.firstId, room.shown.lastId, room.shown === room.latest];
        room.receive(message(120, 401, 'edited'));
        room.receive(message(401, 402));
        const [edited, far] = [room.message(120).text, room.shown.lastId];
        while (room.passage) await room.extend('after');
        while (room.latest.more) await room.extend('before');
        const unbroken = room.messages.every(({ id }, at) => id === at + 1);
        return [found, first, edited, far, room.messages.length, unbroken, await room.open(500)];
        """,
    ) == [True, [50, 149, False], "edited", 149, 401, True, False]


def test_a_reset_drops_what_was_held(run: Run) -> None:
    assert run(
        "room",
        """
        const room = new it.Room(lobby);
        room.restore(page([5, 6]));
        room.restore({ messages: [message(900, 2)], seq: 2, reset: true, more: true });
        return [ids(room.messages), room.seq, room.latest.more];
        """,
    ) == ["900", 2, True]


def test_the_outbox_sends_one_at_a_time_and_in_order(run: Run) -> None:
    assert run(
        "outbox",
        """
        const outbox = new it.Outbox(shelf(), null);
        await outbox.open(1);
        const sent = [];
        outbox.connected(({ text }) => sent.push(text));
        const [a, b, c] = ['a', 'b', 'c'].map(text => outbox.add(1, text));
        const first = sent.join();
        outbox.acknowledged(a.msgId);
        const second = sent.join();
        outbox.refused({ msgId: b.msgId, code: 'slow_down', message: 'Wait.', retry: 30 });
        const waiting = sent.join();
        await new Promise(resolve => setTimeout(resolve, 60));
        const again = sent.join();
        outbox.acknowledged(b.msgId);
        outbox.acknowledged(c.msgId);
        return [first, second, waiting, again, sent.join(), outbox.size];
        """,
    ) == ["a", "a,b", "a,b", "a,b,b", "a,b,b,c", 0]


def test_the_outbox_sends_again_after_a_reconnect_under_the_same_id(run: Run) -> None:
    assert run(
        "outbox",
        """
        const outbox = new it.Outbox(shelf(), null);
        await outbox.open(1);
        const sent = [];
        outbox.connected(({ msgId }) => sent.push(msgId));
        const entry = outbox.add(1, 'a');
        outbox.disconnected();
        outbox.add(1, 'b');
        outbox.connected(({ msgId }) => sent.push(msgId));
        return [sent.length, sent.every(msgId => msgId === entry.msgId)];
        """,
    ) == [2, True]


def test_a_refused_message_stays_until_it_is_tried_again_or_discarded(run: Run) -> None:
    assert run(
        "outbox",
        """
        const outbox = new it.Outbox(shelf(), null);
        await outbox.open(1);
        const sent = [];
        outbox.connected(({ text }) => sent.push(text));
        const [a] = ['a', 'b'].map(text => outbox.add(1, text));
        outbox.refused({ msgId: a.msgId, code: 'forbidden', message: 'No.' });
        const states = outbox.of(1).map(({ state, reason }) => `${state} ${reason ?? ''}`.trim());
        outbox.acknowledged(outbox.of(1)[1].msgId);
        outbox.retry(a.msgId);
        outbox.refused({ msgId: a.msgId, code: 'forbidden', message: 'No.' });
        outbox.discard(a.msgId);
        return [states, sent.join(), outbox.size];
        """,
    ) == [["failed No.", "pending"], "a,b,a", 0]


def test_the_outbox_outlives_its_tab(run: Run) -> None:
    assert run(
        "outbox",
        """
        const kept = shelf();
        const gone = new it.Outbox(kept, null);
        await gone.open(1);
        gone.add(1, 'a'); gone.add(1, 'b');
        const other = new it.Outbox(kept, null);
        await other.open(2);
        const mine = new it.Outbox(kept, null);
        await mine.open(1);
        await turn();
        const sent = [];
        mine.connected(({ text, msgId }) => {
          queueMicrotask(() => mine.acknowledged(msgId));
          return sent.push(text);
        });
        await turn();
        return [sent.join(), other.size, kept.kept.size];
        """,
    ) == ["a,b", 0, 0]


def test_who_comes_back_in_the_same_tab_after_somebody_else_finds_what_was_not_sent(
    run: Run,
) -> None:
    assert run(
        "outbox",
        """
        const kept = shelf();
        const outbox = new it.Outbox(kept);
        await outbox.open(1);
        for (const text of ['a', 'b']) outbox.add(1, text);
        await outbox.open(2);
        const bobs = outbox.add(1, 'from bob');
        await outbox.open(1);
        await turn();
        outbox.add(1, 'c');
        await outbox.open(1);
        await turn();
        const shown = outbox.of(1).map(({ text }) => text).join();
        const sent = [];
        outbox.connected(({ text, msgId }) => {
          queueMicrotask(() => outbox.acknowledged(msgId));
          return sent.push(text);
        });
        await turn();
        return [shown, sent.join(), [...kept.kept.keys()].join() === bobs.msgId];
        """,
    ) == ["a,b,c", "a,b,c", True]


def test_the_wait_before_coming_back_is_random_and_within_bounds(run: Run) -> None:
    shortest, longest, growing, spread = run(
        "connection",
        """
        const waits = attempt => Array.from({ length: 400 }, () => it.backOff(attempt));
        const all = Array.from({ length: 14 }, (_, attempt) => waits(attempt));
        const tops = [0, 1, 2, 3, 4, 5, 20].map(attempt => it.backOff(attempt, () => 1));
        return [Math.min(...all.flat()), Math.max(...all.flat()), tops, new Set(all[8]).size];
        """,
    )
    assert shortest >= 500
    assert longest <= 20_000
    assert growing == [1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]
    assert spread > 300


def test_a_stretch_of_ten_thousand_messages_stays_short(run: Run) -> None:
    assert run(
        "lines",
        """
        const messages = Array.from({ length: 10000 }, (_, at) => message(at + 1, at + 1));
        const room = { messages, indexOf: id => Math.max(0, Math.min(id - 1, messages.length)) };
        const stretch = new it.Stretch();
        let most = 0, steps = 0;
        const look = () => {
          const shown = stretch.of(room);
          most = Math.max(most, shown.length);
          return shown;
        };
        const atEnd = look().at(-1).id;
        while (stretch.up(room)) { look(); steps += 1; }
        const atTop = look()[0].id;
        while (stretch.down(room)) look();
        return [atEnd, atTop, look().at(-1).id, most <= 400, steps < 200];
        """,
    ) == [10_000, 1, 10_000, True, True]


def test_lines_tell_days_groups_and_notes(run: Run) -> None:
    assert (
        run(
            "lines",
            """
        const day = 86400000, bob = { id: 2, name: 'bob' }, me = { id: 1, name: 'ada' };
        const at = (id, date, user) => ({ ...message(id, id, 'x', user), date });
        const start = new Date(2026, 2, 3, 12).getTime();
        const made = it.lines({
          messages: [at(1, start, bob), at(2, start + 60000, bob), at(3, start + 10 * 60000, bob),
            at(4, start + 11 * 60000, me), at(5, start + day, me)],
          notes: [{ after: 3, joined: new Map([[3, 'carol']]), left: new Map() }],
          pending: [{ msgId: 'p', text: 'y', date: start + day + 1000, state: 'pending' }],
          me,
        });
        return made.map(({ kind, continued }) => `${kind}${continued ? '+' : ''}`).join(' ');
        """,
        )
        == "day message message+ message note message day message message+"
    )


def test_a_square_cut_from_a_picture_is_always_full_and_stays_within_it(run: Run) -> None:
    cut = run(
        "crop",
        """
        const crop = new it.Crop(900, 300);
        const round = () => Object.values(crop.part).map(Math.round);
        const seen = [round()];
        crop.move(-10, 3); seen.push(round());
        crop.zoom = 2; seen.push(round());
        crop.zoom = 99; seen.push([crop.zoom]);
        crop.move(-10, -10); seen.push(round());
        crop.zoom = 0; seen.push(round());
        return seen;
        """,
    )
    assert cut == [
        [300, 0, 300],  # x, y, side: the middle, as large as it can be
        [600, 0, 300],
        [675, 75, 150],  # around the same middle
        [4],
        [825, 225, 75],
        [600, 0, 300],
    ]


def timed(body: str) -> str:
    """Give a script with somebody's positions, a clock that it moves on, and timers by it."""
    return f"""
        const real = [Date.now, setTimeout, clearTimeout];
        let now = 1_000_000;
        const timers = [];
        Date.now = () => now;
        globalThis.setTimeout = (act, after = 0) => timers.push({{ act, at: now + after }});
        globalThis.clearTimeout = (id) => {{ delete timers[id - 1]; }};
        const pass = (ms) => {{
          now += ms;
          timers.forEach(({{ act, at }}, place) => at <= now && delete timers[place] && act());
        }};
        const told = [];
        let connected = true;
        const send = ({{ seq }}) => connected && Boolean(told.push(seq));
        const entry = (read, unread = 0) => ({{ ...lobby, seq: 9, read, unread }});
        const positions = new it.Positions({{ ...lobby, presence: {{ count: 2 }} }}, send);
        positions.begin(entry(3, 6));
        try {{
          {body}
        }} finally {{
          [Date.now, globalThis.setTimeout, globalThis.clearTimeout] = real;
        }}
    """


def test_how_far_i_was_is_told_again_where_the_server_does_not_have_it(run: Run) -> None:
    assert run(
        "positions",
        timed("""
        positions.see(9);
        pass(1000); // told, and lost: the server stopped
        pass(60000);
        positions.begin(entry(3, 6));
        const shown = [positions.read, positions.unread];
        pass(1000);
        positions.move({ user: 1, received: 9, read: 9, unread: 0, mentions: 0 }, 1);
        positions.begin(entry(9));
        pass(1000);
        return [told, shown];
        """),
    ) == [[9, 9], [9, 0]]


def test_what_i_saw_without_a_connection_is_told_with_the_next(run: Run) -> None:
    assert run(
        "positions",
        timed("""
        connected = false;
        positions.see(9);
        pass(60000);
        connected = true;
        positions.begin(entry(3, 6));
        pass(1000);
        return told;
        """),
    ) == [9]


def test_what_i_marked_as_unread_on_another_device_stays_so(run: Run) -> None:
    assert run(
        "positions",
        timed("""
        positions.see(9);
        pass(1000);
        positions.move({ user: 1, received: 9, read: 9, unread: 0, mentions: 0 }, 1);
        pass(60000); // without a connection
        positions.begin(entry(5, 4));
        pass(1000);
        const shown = [positions.read, positions.unread];
        positions.see(9); // and read again: told, though it was told before
        pass(1000);
        return [told, shown];
        """),
    ) == [[9, 9], [5, 4]]


def test_of_another_log_nothing_of_it_counts(run: Run) -> None:
    assert run(
        "positions",
        timed("""
        positions.see(9);
        pass(500); // not told yet
        positions.forget();
        positions.begin(entry(3, 2));
        pass(60000);
        return [told, positions.read, positions.unread];
        """),
    ) == [[], 3, 2]


def test_when_somebody_had_read_a_message_stays_though_they_read_on(run: Run) -> None:
    assert (
        run(
            "positions",
            """
        const positions = new it.Positions({ ...lobby, presence: { count: 2 } }, () => true);
        const bob = (read, date) => positions.move({ user: 2, received: read, read, date }, 1);
        const at = (seq) => positions.readAt(2, (read) => read >= seq);
        bob(5, 100);
        bob(7, 200);
        bob(7, 250);
        bob(9, 300);
        const told = [at(4), at(6), at(7), at(8)];
        bob(6, 400);
        bob(8, 500);
        return [...told, at(7)].map(({ date, exact }) => `${exact ? '' : 'by '}${date}`).join();
        """,
        )
        == "by 100,200,200,300,500"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the **release notes** are _out_", "the release notes are out"),
        ("~~no~~ `yes` [here](https://gust.example)", "no yes here"),
        ("- one\\n2. two\\n> three", "one\\ntwo\\nthree"),
        ("2 * 3 * 4, foo_bar_baz and a ** b", "2 * 3 * 4, foo_bar_baz and a ** b"),
        ("```py\\nx = 1\\n```", "x = 1\\n"),
    ],
)
def test_a_message_is_told_in_a_line_without_its_signs(run: Run, text: str, said: str) -> None:
    assert run("gist", f"return it.gist({{ text: '{text}' }}) === '{said}'")


def test_the_server_knows_which_emoji_need_a_selector_as_the_browser_does(run: Run) -> None:
    wanted = run(
        "gist",
        """
        const found = [];
        for (let point = 0x80; point < 0x20000; point += 1) {
          const char = String.fromCodePoint(point);
          const plain = !/^\\p{Emoji_Presentation}$/u.test(char);
          if (plain && /^\\p{Emoji}$/u.test(char)) found.push(point);
        }
        return found;
        """,
    )
    points = range(0x80, 0x20000)
    assert [p for p in points if emoji.qualified(chr(p)) != chr(p) and p != 0xFE0F] == wanted
