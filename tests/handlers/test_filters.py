"""The word filter at work: who edits it, and what it does to messages and names."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from models.store.schema import actions
from tests.handlers.rooms import come, promote
from tests.talking import HANDSHAKE

BAD = {"text": "bad", "kind": "word", "act": "refuse", "reason": "We are kind here."}
DULL = {"text": "dull", "kind": "word", "act": "mask", "reason": ""}


@pytest.fixture
def ruled(call, app):
    """Let an admin set rules; gives the admin's cookie."""

    async def rule(*rules: dict[str, str]) -> str:
        ada = await come(call, "ada")
        await promote(app, ada, "admin")
        answer = await call("PUT", "/api/filters", {"rules": list(rules)}, ada.cookie)
        assert (answer.status, answer.body) == (200, {"rules": list(rules)})
        return ada.cookie

    return rule


# ---------------------------------------------------------------- who edits it


@pytest.mark.parametrize("role", ["guest", "member", "moderator"])
@pytest.mark.gen_test
async def test_only_admins_know_the_rules(call, app, role) -> None:
    bob = await come(call, "bob")
    await promote(app, bob, role)
    for method, body in (("GET", None), ("PUT", {"rules": []})):
        answer = await call(method, "/api/filters", body, bob.cookie)
        assert (answer.status, answer.code) == (403, "forbidden")
        assert (await call(method, "/api/filters", body)).status == 401


@pytest.mark.gen_test
async def test_an_admin_reads_what_was_set_and_it_is_written_down(call, app, ruled) -> None:
    cookie = await ruled(BAD, DULL)
    assert (await call("GET", "/api/filters", cookie=cookie)).body == {"rules": [BAD, DULL]}
    done = await app.store.read(lambda c: c.execute(select(actions.c.what, actions.c.note)).all())
    assert done == [("filters", "2 rules")]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([BAD, {**BAD, "kind": "pattern", "text": "(a"}], "Rule 2"),
        ([{**BAD, "kind": "pattern", "text": "a*"}], "Rule 1"),
        ([{**BAD, "text": "x" * 201}], "length <= 200"),
        ([{**BAD, "text": ""}], "length >= 1"),
        ([{**BAD, "act": "shout"}], "act"),
        ([{**BAD, "reason": "x" * 251}], "length <= 250"),
        ([BAD] * 1001, "1,000 rules"),
    ],
)
@pytest.mark.gen_test
async def test_a_bad_rule_changes_nothing(call, ruled, rules, said) -> None:
    cookie = await ruled(BAD)
    answer = await call("PUT", "/api/filters", {"rules": rules}, cookie)
    assert (answer.status, answer.code) == (400, "bad_event")
    assert said in answer.body["error"]["message"]
    assert (await call("GET", "/api/filters", cookie=cookie)).body == {"rules": [BAD]}


@pytest.mark.gen_test
async def test_a_thousand_long_rules_are_taken(call, ruled) -> None:
    rules = [{**BAD, "text": f"猫{n} " + "x" * 190, "reason": "r" * 250} for n in range(1000)]
    assert len(json.dumps(rules)) > 1 << 16  # more than other requests may have
    await ruled(*rules)


@pytest.mark.gen_test
async def test_a_bad_rule_names_its_field(call, ruled) -> None:
    cookie = await ruled()
    wrong = {"rules": [{**BAD, "kind": "pattern", "text": "(a"}]}
    answer = await call("PUT", "/api/filters", wrong, cookie)
    assert answer.body["error"]["field"] == "rules"


# ---------------------------------------------------------------- what it does


@pytest.mark.gen_test
async def test_a_refused_message_is_told_to_its_sender_alone(connect, ruled) -> None:
    bob, carol = await connect("bob"), await connect("carol")
    await bob.say("bad, but before the rule")
    await ruled(BAD)
    bob.send(type="message", text="a BÁD word", msgId="m1", ref="r1")
    error = await bob.until("error")
    assert error == {
        "type": "error",
        "code": "refused",
        "message": "We are kind here.",
        "msgId": "m1",
        "ref": "r1",
    }
    await bob.say("a kind word")
    await carol.until("message", text="a kind word")
    assert not [e for e in carol.events if "BÁD" in str(e)]


@pytest.mark.gen_test
async def test_a_masked_word_is_nowhere(call, connect, ruled) -> None:
    cookie = await ruled(DULL)
    bob, carol = await connect("bob"), await connect("carol")
    shown = (await bob.say("how dull it is"))["message"]
    assert (shown["text"], shown["html"]) == ("how •••• it is", "<p>how •••• it is</p>")
    assert (await carol.until("message"))["text"] == "how •••• it is"
    page = await call("GET", "/api/rooms/1/messages", cookie=cookie)
    assert "dull" not in json.dumps(page.body)


@pytest.mark.gen_test
async def test_an_edit_is_screened_as_well(connect, ruled) -> None:
    await ruled(BAD, DULL)
    bob = await connect("bob")
    said = (await bob.say("fine"))["message"]
    bob.send(type="edit", id=said["id"], text="bad", ref="r1")
    assert (await bob.until("error", ref="r1"))["code"] == "refused"
    bob.send(type="edit", id=said["id"], text="dull")
    assert (await bob.until("message", id=said["id"]))["text"] == "••••"


@pytest.mark.gen_test
async def test_other_rules_are_in_force_at_once(call, connect, ruled) -> None:
    cookie = await ruled(BAD)
    bob = await connect("bob")
    await call("PUT", "/api/filters", {"rules": [DULL]}, cookie)
    assert (await bob.say("bad"))["message"]["text"] == "bad"
    assert (await bob.say("dull"))["message"]["text"] == "••••"
    await call("PUT", "/api/filters", {"rules": []}, cookie)
    assert (await bob.say("dull"))["message"]["text"] == "dull"


@pytest.mark.parametrize("name", ["bad", "Mr. Bád", "dull"])
@pytest.mark.gen_test
async def test_names_and_topics_are_refused_by_any_rule(call, ruled, name) -> None:
    cookie = await ruled(BAD, DULL)
    for method, path, body in (
        ("POST", "/api/session", {"name": name}),
        ("PATCH", "/api/account", {"name": name}),
        ("POST", "/api/rooms", {"name": name}),
        ("POST", "/api/rooms", {"name": "den", "topic": name}),
        ("PATCH", "/api/rooms/1", {"topic": name}),
    ):
        asker = None if path == "/api/session" else cookie
        answer = await call(method, path, body, asker)
        assert (answer.status, answer.code) == (403, "refused"), path
        assert answer.body["error"]["field"] in body


@pytest.mark.gen_test
async def test_a_name_said_in_the_address_is_refused(call, ruled) -> None:
    await ruled(BAD)
    answer = await call(
        "GET",
        "/chatsocket?name=bad",
        **HANDSHAKE,
    )
    assert answer.status == 403


@pytest.mark.gen_test
async def test_the_rules_are_there_after_a_restart(app, ruled) -> None:
    from chat import Application

    await ruled(BAD)
    url = str(app.store._engine.url)
    app.store.close()
    again = Application(database=url)
    try:
        assert [rule.text for rule in again.screening.filter.rules] == ["bad"]
    finally:
        again.store.close()


@pytest.mark.gen_test
async def test_a_rule_that_can_not_be_asked_any_more_is_left_out(app, ruled, caplog) -> None:
    from sqlalchemy import update

    from models.store import filters as stored
    from models.store import schema

    await ruled(BAD, DULL)
    broken = update(schema.filters).where(schema.filters.c.position == 0)
    await app.store.write(lambda c: c.execute(broken.values(kind="pattern", text="(a")) and None)
    filter = await app.store.read(stored.current)
    assert [rule.text for rule in filter.rules] == ["dull"]
    assert "Rule 1" in caplog.text
    caplog.clear()
