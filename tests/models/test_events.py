"""A frame is parsed and checked in one step, and a bad one gets a clear answer."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import events
from models.errors import BadEvent
from models.events import Join, Leave, Ping, Post
from models.parsing import labels, parse


def test_each_event_is_known_by_its_type() -> None:
    assert parse('{"type":"message","text":"hi","msgId":"1"}') == Post(text="hi", msgId="1")
    assert parse('{"type":"join","room":"den","since":3}') == Join(room="den", since=3)
    assert parse('{"type":"leave","room":2}') == Leave(room=2)
    assert parse('{"type":"ping","n":7,"ref":"r"}') == Ping(n=7, ref="r")


def test_a_frame_that_is_no_object_is_a_message_to_the_lobby() -> None:
    assert parse("hello") == Post(text="hello")
    assert parse("") == Post(text="")


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ("{", "not JSON"),
        ('{"type":"message","text":"a"', "not JSON"),
        ('{"type":"ping","n":NaN}', "not JSON"),
        ('{"type":"message","text":"\\ud800"}', "surrogate"),
        ('{"type":"message","text":"\\ud800 and more"}', "surrogate"),
        ('{"type":"ping","n":"' + "x" * 65 + '"}', "$.n"),
        (
            '{"type":"dance"}',
            "message, edit, delete, react, join, leave, typing, received, read, ping",
        ),
        ('{"type":5}', "message, edit, delete, react, join, leave, typing, received"),
        ('{"text":"a"}', "`type`"),
        ('{"type":"message"}', "`text`"),
        ('{"type":"message","text":1}', "$.text"),
        ('{"type":"message","text":"a","room":"lobby"}', "$.room"),
        ('{"type":"message","text":"a","room":0}', "$.room"),
        ('{"type":"message","text":"a","msgId":""}', "$.msgId"),
        ('{"type":"message","text":"a","msgId":"' + "x" * 65 + '"}', "$.msgId"),
        ('{"type":"join","room":99999999999999999999999999}', "$.room"),
        ('{"type":"join","room":1,"since":-1}', "$.since"),
        ('{"type":"join","room":1,"since":1.5}', "$.since"),
        ('{"type":"ping","n":1e999}', "$.n"),
        ('{"type":"ping","x":' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_a_malformed_frame_is_told_what_is_wrong(frame: str, says: str) -> None:
    with pytest.raises(BadEvent) as refused:
        parse(frame)
    assert says in refused.value.message


def test_an_error_can_be_traced_to_its_event() -> None:
    assert labels('{"type":"message","text":1,"ref":"a","msgId":"b"}') == ("a", "b")
    assert labels('{"ref":5,"msgId":null}') == (None, None)
    assert labels("{") == (None, None)
    assert labels('{"text":"a\\ud800 b","msgId":"b"}') == (None, "b")
    assert labels('{"ref":"' + "x" * 65 + '"}') == (None, None)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_any_text_is_an_event_or_a_bad_event(text: str) -> None:
    for frame in (text, "{" + text, '{"type":"message","text":' + text):
        try:
            parse(frame)
        except BadEvent:
            labels(frame)


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(), st.lists))
def test_any_value_in_any_field_is_an_event_or_a_bad_event(value) -> None:
    for type in ("message", "join", "leave", "ping"):
        for name in ("text", "room", "msgId", "since", "epoch", "n", "ref"):
            frame = msgspec.json.encode({"type": type, "room": 1, "text": "a"} | {name: value})
            with suppress(BadEvent):
                parse(frame.decode())


def test_a_field_that_does_not_apply_is_left_out() -> None:
    error = events.Error(code="empty", message="Nothing.")
    assert events.encode(error) == b'{"type":"error","code":"empty","message":"Nothing."}'
