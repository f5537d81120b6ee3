"""Whatever a client sends, it gets the error that the protocol names, and the talk goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.wire import Refused, Wire, call, run
from tests.serving import GustProcess
from tests.talking import Client, Event

BIG = 2**63


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GustProcess]:
    with GustProcess(tmp_path_factory.mktemp("data"), "--message-rate=0") as server:
        yield server
        run(_talk(server.port))
        assert not server.complaints


async def _talk(port: int) -> None:
    ada, bob = await call(port, name="ada"), await call(port, name="bob")
    await ada.say("still there?")
    assert (await bob.until("message"))["text"] == "still there?"
    ada.close()
    bob.close()


async def _answers(client: Client, frame: str | bytes) -> list[Event]:
    """Send a frame; give what is answered to it alone: what comes before the pong after it."""
    client.raw(frame)
    client.send(type="ping", n="after it")
    answers = []
    while (event := await client.next())["type"] != "pong" or event.get("n") != "after it":
        assert event["type"] != "closed", event
        answers.append(event)
    return answers


def _event(**fields: object) -> str:
    return json.dumps(fields)


ANY_TYPE = [None, True, 7, 1.5, "text", "", [], {}, [1], {"a": 1}]
NO_ID = [0, -1, BIG, BIG - 1, 2**53, 10**40, 1.5, True, None, "1", [], {}]
BAD_JSON = {
    "an open brace": "{",
    "an open string": '{"type":"message","text":"hel',
    "single quotes": "{'type':'ping'}",
    "something behind": '{"type":"ping"} x',
    "two events": '{"type":"ping"}{"type":"ping"}',
    "NaN": '{"type":"ping","n":NaN}',
    "Infinity": '{"type":"ping","n":-Infinity}',
    "a number beyond a double": '{"type":"ping","n":1e999}',
    "100,000 digits would be too big; 60,000": '{"type":"ping","n":' + "9" * 60_000 + "}",
    "nested objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "nested lists": '{"type":"message","text":' + "[" * 30_000 + "]" * 30_000 + "}",
    "half of a nest": '{"type":"message","text":' + "[" * 60_000,
    "a lone high surrogate": '{"type":"message","text":"\\ud800"}',
    "a lone low surrogate": '{"type":"message","text":"a\\udc00b"}',
    "a lone surrogate as msgId": '{"type":"message","text":"a","msgId":"\\ud800"}',
    "a control character": '{"type":"message","text":"a\nb"}',
    "no type": '{"text":"hello"}',
    "an unknown type": '{"type":"shout","text":"hello"}',
    "an empty type": '{"type":""}',
    "the type of an answer": '{"type":"ack"}',
    "a message without text": '{"type":"message"}',
    "a join of nothing": '{"type":"join"}',
    "a leave of nothing": '{"type":"leave"}',
    "a binary NUL": '{"type":"message","text":"a\\u0000b"}',
}
WRONG = [
    *(_event(type=kind, text="hello") for kind in ANY_TYPE if not isinstance(kind, str)),
    *(_event(type="message", text=text) for text in ANY_TYPE if not isinstance(text, str)),
    *(_event(type="message", text="a", room=id) for id in NO_ID if id is not None),
    *(_event(type="message", text="a", msgId=id) for id in [0, True, "", [], {}, "x" * 65]),
    *(_event(type="message", text="a", ref=ref) for ref in [0, True, [], {}]),
    *(_event(type="join", room=id) for id in NO_ID if id != "1"),
    *(_event(type="join", room=1, since=since) for since in NO_ID if since not in (0, None)),
    *(_event(type="join", room=1, epoch=epoch) for epoch in [0, True, [], {}]),
    *(_event(type="leave", room=id) for id in NO_ID),
    *(_event(type="ping", n=n) for n in [True, [], {}]),
]


@pytest.mark.parametrize("frame", BAD_JSON.values(), ids=BAD_JSON.keys())
def test_what_is_no_event_is_a_bad_event(server, frame):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        await ada.until("presence")
        (error,) = await _answers(ada, frame)
        assert (error["type"], error["code"]) == ("error", "bad_event")
        assert error["message"].endswith(".")
        ada.close()

    run(scene())


def test_wrong_types_in_every_field_are_bad_events(server):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        await ada.until("presence")
        for frame in WRONG:
            (error,) = await _answers(ada, frame)
            assert (error["type"], error["code"]) == ("error", "bad_event"), (frame, error)
        ada.close()

    run(scene())


REFUSED = {
    "too long": ({"text": "x" * 4001}, "too_long"),
    "too long, in emoji": ({"text": "👍" * 4001}, "too_long"),
    "empty": ({"text": ""}, "empty"),
    "blank": ({"text": " \n\t\u2003\u00a0"}, "empty"),
    "NUL": ({"text": "a\0b"}, "bad_event"),
    "no such room": ({"text": "a", "room": 4711}, "not_found"),
    "the largest id": ({"text": "a", "room": 2**53 - 1}, "not_found"),
    "id 0": ({"text": "a", "room": 0}, "bad_event"),
    "id beyond 64 bits": ({"text": "a", "room": BIG}, "bad_event"),
    "no text": ({}, "bad_event"),
}


@pytest.mark.parametrize(("fields", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_an_error_repeats_ref_and_msgid(server, fields, code):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        await ada.until("presence")
        ada.send(type="message", msgId="mine", ref="r1", **fields)
        error = await ada.until("error")
        assert (error["code"], error.get("msgId"), error.get("ref")) == (code, "mine", "r1")
        ada.close()

    run(scene())


def test_the_longest_message_and_an_unknown_field_are_fine(server):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        for text in ("x" * 4000, "👍" * 4000, "<" * 4000):
            ada.send(type="message", text=text, msgId=text[:64], mood="good", nested={"a": [1]})
            assert (await ada.until("ack"))["message"]["text"] == text
        ada.close()

    run(scene())


def test_a_frame_that_is_no_object_is_a_message_to_the_lobby(server):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        for text in ("hello", "[1, 2]", '"quoted"', "null", "[" * 3000, ' {"type":"ping"}'):
            ada.raw(text)
            assert (await ada.until("ack"))["message"]["text"] == text
        ada.raw("   ")
        assert (await ada.until("error"))["code"] == "empty"
        ada.raw("")
        assert (await ada.until("error"))["code"] == "empty"
        ada.close()

    run(scene())


BAD_QUERIES = [
    {"resume": "x"},
    {"resume": "1"},
    {"resume": "1:"},
    {"resume": ":1"},
    {"resume": "1:-1"},
    {"resume": "1:1,"},
    {"resume": "1:1:1"},
    {"resume": "1:99999999999999999999"},
    {"resume": "١:١"},
    {"resume": ",".join(f"{n}:1" for n in range(1, 300))},
    {"name": ""},
    {"name": " "},
    {"name": "a\nb"},
    {"name": "\u202eada"},
    {"name": "\u200b"},
]


@pytest.mark.parametrize("query", BAD_QUERIES, ids=str)
def test_a_malformed_query_is_400_before_the_upgrade(server, query):
    async def scene() -> None:
        with pytest.raises(Refused) as refused:
            await Wire.connect(server.port, **({"name": "ada"} | query))
        assert refused.value.status == 400
        error = json.loads(refused.value.body)["error"]
        assert error["code"] in ("bad_event", "empty")

    run(scene())


FIELDS = st.sampled_from(["type", "text", "room", "msgId", "ref", "since", "epoch", "n", "x"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["message", "join", "leave", "ping", "lobby", "\0", "", " ", "x" * 65]),
    st.text(max_size=70),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)
VALID = st.sampled_from(
    [
        {"type": "message", "text": "hello", "msgId": "m", "room": 1},
        {"type": "join", "room": 1, "since": 0},
        {"type": "leave", "room": 2},
        {"type": "ping", "n": 1},
    ]
)
CODES = {"bad_event", "too_long", "empty", "not_found"}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    event=VALID,
    changed=st.dictionaries(FIELDS, VALUES, max_size=3),
    cut=st.one_of(st.none(), st.integers(0, 60)),
)
def test_mutated_events_get_an_answer_of_the_protocol(server, event, changed, cut):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        await ada.until("presence")
        for answer in await _answers(ada, "{" + json.dumps(event | changed)[1:cut]):
            if answer["type"] == "error":
                assert answer["code"] in CODES, answer
            else:
                assert answer["type"] in {"ack", "history", "presence", "pong", "joined"}, answer
        ada.close()

    run(scene())
