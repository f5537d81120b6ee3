"""A port is shared only with who is meant, and what comes goes to one of the two."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from tornado.options import options
from tornado.testing import bind_unused_port

from handlers import ports
from handlers.options import GiveUp, define_options


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A free port, which the options name."""
    if "config" not in options:
        define_options(options)
    held, number = bind_unused_port()
    held.close()
    before = options.port, options.address
    options.port, options.address = number, "127.0.0.1"
    yield number
    options.port, options.address = before


@pytest.fixture
def first(port: int) -> Iterator[socket.socket]:
    (listening,) = ports.bind()
    with listening:
        yield listening


@pytest.fixture
def second(first: socket.socket) -> Iterator[socket.socket]:
    (listening,) = ports.bind(beside=True)
    with listening:
        yield listening


def arrived(port: int, at: socket.socket, count: int = 30) -> int:
    """Connect so often; give how many wait at one of the sockets."""
    clients = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(count)]
    accepted = 0
    try:
        while True:
            at.accept()[0].close()
            accepted += 1
    except BlockingIOError:
        return accepted
    finally:
        for client in clients:
            client.close()


def test_a_port_that_is_served_on_is_refused_to_who_does_not_take_over(port, first) -> None:
    with pytest.raises(GiveUp, match="can't be served on"):
        ports.bind()


def test_all_that_comes_goes_to_the_one_that_is_said(port, first, second) -> None:
    ports.steer([second], ports.SECOND)
    assert arrived(port, second) == 30
    assert arrived(port, first) == 0
    ports.steer([second], ports.FIRST)
    assert arrived(port, first) == 30


def test_the_one_that_stays_gets_all_and_can_be_followed_in_turn(port, first, second) -> None:
    ports.steer([second], ports.SECOND)
    first.close()
    assert arrived(port, second) == 30
    ports.steer([second], ports.FIRST)
    (third,) = ports.bind(beside=True)
    with third:
        assert arrived(port, second) == 30
        ports.steer([third], ports.SECOND)
        second.close()
        assert arrived(port, third) == 30
