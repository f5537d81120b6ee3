"""Which rooms the page asks to be told of, and from where on, so that nothing is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.modules import Run

# Ada's page, with the server's part played by hand.
SERVER = """
  const ada = { id: 1, name: 'ada' };
  const bob = { id: 2, name: 'bob' };
  const den = { id: 2, name: 'den', kind: 'open', topic: '', seq: 100 };
  const asked = [];
  const socket = Object.assign(new EventTarget(), {
    state: 'idle',
    send: event => asked.push(event),
  });
  const become = state => {
    socket.state = state;
    socket.dispatchEvent(new Event('state'));
  };
  const tell = event => socket.dispatchEvent(new CustomEvent('event', { detail: event }));
  const drop = () => become('reconnecting');
  const welcome = (...rooms) => {
    asked.length = 0;
    const query = new URLSearchParams(chat.position());
    become('connected');
    tell({ type: 'welcome', user: ada, rooms, epoch: 'e', limits: {} });
    return [...query.values()].join(' ');
  };
  const said = (room, ...numbers) => numbers.map(n => ({ ...message(n, n, `${n}`, bob), room }));
  const history = (room, messages, seq, reset = false) =>
    tell({ type: 'history', room, messages, seq, reset, more: false });
  const refuse = (room, code, retry) =>
    tell({ type: 'error', code, message: 'No.', ref: `join ${room}`, retry });
  const joins = () => asked.filter(({ type }) => type === 'join')
    .map(({ room, since }) => `${room} from ${since ?? 'nothing'}`).join();
  const until = async condition => {
    for (const end = Date.now() + 3000; !condition() && Date.now() < end;) await turn();
  };
  const latest = { messages: [], more: false };
  globalThis.fetch = async () => Response.json(latest);
  const outbox = {
    open: () => {}, connected: () => {}, disconnected: () => {}, acknowledged: () => {},
    refused: () => false, of: () => [],
  };
  const chat = new it.Chat(outbox);
  chat.connect(socket);
  chat.begin({ user: ada, rooms: [lobby, den] });
"""


@pytest.fixture
def follow(run: Run) -> Callable[[str], Any]:
    return lambda body: run("chat", SERVER + body)


def test_a_room_held_before_that_could_not_be_joined_now_is_asked_for_again(follow) -> None:
    assert follow(
        """
        welcome(lobby, den);
        history(1, [], 0, true);
        history(2, [], 100);
        drop();
        const resumed = welcome(lobby, { ...den, seq: 110 });
        history(1, [], 0);
        refuse(2, 'not_stored', 1);
        await until(joins);
        return [resumed, joins()];
        """
    ) == ["1:0,2:100 e", "2 from 100"]


def test_an_answer_from_a_room_that_is_not_joined_hides_nothing_that_was_missed(follow) -> None:
    assert follow(
        """
        welcome(lobby, den);
        history(2, said(2, 99, 100), 100, true);
        drop();
        welcome(lobby, { ...den, seq: 104 });
        refuse(2, 'not_stored', 1000);
        tell({ type: 'message', ...message(99, 105, 'edited', bob), room: 2 });
        drop();
        const resumed = welcome(lobby, { ...den, seq: 105 });
        history(2, said(2, 101, 102), 105);
        tell({ type: 'message', ...message(99, 107, 'edited', bob), room: 2 });
        return [resumed, ids(chat.room(2).messages), chat.room(2).seq];
        """
    ) == ["2:100 e", "99,100,101,102", 107]


@pytest.mark.parametrize("meanwhile", ["", "await opened;"])
def test_what_was_said_behind_a_page_of_a_room_that_was_not_joined_comes(follow, meanwhile) -> None:
    assert follow(
        f"""
        welcome(lobby, den);
        latest.messages = said(2, 99, 100, 101);
        chat.look(2);
        const opened = until(() => chat.room(2).loaded);
        {meanwhile}
        latest.messages = [];
        chat.look(1);
        drop();
        const resumed = welcome(lobby, {{ ...den, seq: 103 }});
        await opened;
        history(2, said(2, 101, 102, 103), 103);
        return [resumed, ids(chat.room(2).messages)];
        """
    ) == ["1:0,2:100 e", "99,100,101,102,103"]


def test_a_room_that_is_told_of_while_it_is_not_joined_is_joined_from_its_page_on(follow) -> None:
    assert (
        follow(
            """
        welcome(lobby, den);
        latest.messages = said(2, 100);
        chat.look(2);
        await until(() => chat.room(2).loaded);
        chat.look(1);
        tell({ type: 'room', room: { ...den, seq: 110 } });
        asked.length = 0;
        refuse(2, 'slow_down', 1);
        await until(joins);
        return joins();
        """
        )
        == "2 from 100"
    )


def test_a_room_in_sight_whose_first_history_was_cut_begins_anew(follow) -> None:
    assert follow(
        """
        chat.look(2);
        const first = welcome(lobby, den);
        drop();
        return [first, welcome(lobby, den), joins()];
        """
    ) == ["2:0", "1:0", "2 from nothing"]


def test_what_was_only_told_and_never_shown_is_not_seen(follow) -> None:
    assert follow(
        """
        chat.look(1);
        chat.watched = true;
        const room = chat.room(1);
        room.atEnd = true;
        welcome({ ...lobby, seq: 100, read: 100 });
        history(1, said(1, 99, 100), 100, true);
        drop();
        welcome({ ...lobby, seq: 110, read: 100, unread: 10 });
        chat.see();
        const before = room.positions.read;
        history(1, said(1, 109, 110), 110);
        chat.see();
        return [before, room.positions.read];
        """
    ) == [100, 110]


def test_a_room_that_is_joined_at_the_second_try_shows_what_was_said_before(follow) -> None:
    assert follow(
        """
        welcome(lobby);
        globalThis.fetch = async () => Response.json({ rooms: [lobby, den] });
        await chat.open(2, true);
        refuse(2, 'slow_down', 1);
        await until(() => asked.length > 1);
        chat.look(2);
        globalThis.fetch = async () => Response.json({ messages: said(2, 99, 100), more: false });
        history(2, [], 100);
        await until(() => chat.room(2).loaded);
        return [joins(), ids(chat.room(2).messages)];
        """
    ) == ["2 from nothing,2 from 100", "99,100"]


def test_rooms_that_were_refused_together_are_tried_one_after_the_other(follow) -> None:
    assert follow(
        """
        const rooms = [2, 3, 4, 5].map(id => ({ ...den, id }));
        welcome(lobby, ...rooms);
        asked.length = 0;
        const tried = [];
        const next = async answer => {
          await until(joins);
          await turn();
          tried.push(joins());
          asked.length = 0;
          answer();
        };
        for (const { id } of rooms) refuse(id, 'slow_down', 1);
        await next(() => history(2, [], 100));
        await next(() => refuse(3, 'slow_down', 1));
        await next(() => refuse(4, 'not_found'));
        await next(() => history(5, [], 100));
        await next(() => history(3, [], 100));
        await turn();
        return [tried, joins()];
        """
    ) == [[f"{room} from 100" for room in (2, 3, 4, 5, 3)], ""]


def test_a_room_refused_on_the_last_connection_is_not_joined_twice_on_the_next(follow) -> None:
    assert (
        follow(
            """
        welcome(lobby, den);
        refuse(2, 'slow_down', 1);
        const wait = new Promise(resolve => setTimeout(resolve, 2)); // longer than the page does
        drop();
        welcome(lobby, den);
        await wait;
        return joins();
        """
        )
        == "2 from 100"
    )


def test_the_room_in_sight_is_resumed_before_all_others(follow) -> None:
    assert (
        follow(
            """
        const rooms = Array.from({ length: 250 }, (_, at) => ({ ...den, id: at + 1 }));
        welcome(...rooms);
        for (const { id } of rooms) history(id, said(id, 100), 100, true);
        chat.look(250);
        drop();
        const resumed = welcome(...rooms).split(',');
        const first = [resumed[0], resumed.length, joins().split(',')[0]];
        return [...first, chat.room(250).messages.length].join(' ');
        """
        )
        == "250:100 200 200 from 100 1"
    )
