"""Figures of what happens here: right, for those they are meant for, and all on the dashboard."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from handlers.lag import Lag
from models.counts import Histogram
from models.errors import NotStored

DOCS = Path(__file__).parents[2] / "docs"


async def figures(call: Any, **headers: str) -> dict[str, float]:
    """Read all figures; those with a label are ``name{value}``."""
    answer = await call("GET", "/metrics", **headers)
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


@pytest.mark.gen_test
async def test_what_is_said_is_counted_once_and_to_each_who_hears_it(call, connect) -> None:
    ada, bob, carol = await connect("ada"), await connect("bob"), await connect("carol")
    before = await figures(call)
    await ada.say("one", msgId="one")
    await ada.say("one", msgId="one")
    ack = await bob.say("two")
    bob.send(type="edit", id=ack["message"]["id"], text="three")
    await carol.until("message", text="three")
    after = await figures(call)
    rise = {name: after[name] - before.get(name, 0) for name in after}
    assert rise["gust_messages_total"] == 2
    assert rise["gust_changes_total"] == 3
    assert rise["gust_deliveries_total"] == 9
    assert after["gust_connections"] == 3
    assert after["gust_people"] == 3
    assert after["gust_rooms_live"] == 1
    assert after["gust_writes_waiting"] == 0


@pytest.mark.gen_test
async def test_commits_are_counted_with_their_size_and_time(call, connect) -> None:
    ada = await connect("ada")
    before = await figures(call)
    for number in range(5):
        await ada.say(str(number))
    after = await figures(call)
    commits = after["gust_commit_seconds_count"] - before["gust_commit_seconds_count"]
    assert 1 <= commits <= 5
    assert after["gust_commit_batch_count"] == after["gust_commit_seconds_count"]
    assert after["gust_commit_batch_sum"] - before["gust_commit_batch_sum"] >= 5
    assert 0 < after["gust_commit_seconds_sum"] - before["gust_commit_seconds_sum"] < 5


@pytest.mark.gen_test
async def test_errors_are_counted_by_code_and_requests_by_status(call, connect) -> None:
    ada = await connect("ada")
    await ada.ask(type="message", text="")
    await call("GET", "/nowhere")
    await call("GET", "/api/place")
    after = await figures(call)
    assert after["gust_errors_total{empty}"] == 1
    assert after["gust_errors_total{not_found}"] == 1
    assert after["gust_requests_total{4xx}"] == 1
    assert after["gust_requests_total{2xx}"] >= 1


@pytest.mark.gen_test
async def test_figures_of_the_process_and_the_disk_are_there(call) -> None:
    after = await figures(call)
    assert after["process_resident_memory_bytes"] > 1e7
    assert after["gust_database_bytes"] > 4096
    assert after["gust_disk_free_bytes"] > 0


@pytest.mark.gen_test
async def test_a_loop_that_is_held_up_is_seen(app, monkeypatch, caplog) -> None:
    monkeypatch.setattr("handlers.lag.PAUSE", 0.01)
    monkeypatch.setattr("handlers.lag.LONG", 0.1)
    found = Histogram((0.05, 1))
    lag = Lag(found)
    lag.start()
    await asyncio.sleep(0.05)
    quick = dict(found.cumulated())
    assert quick["0.05"] >= 1
    time.sleep(0.2)  # noqa: ASYNC251 - this is the fault
    await asyncio.sleep(0.05)
    lag.stop()
    slow = dict(found.cumulated())
    assert slow["+Inf"] - slow["0.05"] >= 1
    assert "held up" in caplog.text
    caplog.clear()


def test_a_histogram_counts_what_is_up_to_each_end() -> None:
    found = Histogram((1, 2, 5))
    for value in (0, 1, 1.5, 5, 6, 100):
        found.observe(value)
    assert list(found.cumulated()) == [("1", 2), ("2", 3), ("5", 4), ("+Inf", 6)]
    assert found.sum == 113.5


# ---------------------------------------------------------------- who may read them


@pytest.mark.gen_test
async def test_what_comes_through_a_proxy_that_nobody_named_is_refused(call, caplog) -> None:
    answer = await call("GET", "/metrics", X_Forwarded_For="127.0.0.1")
    assert (answer.status, answer.code) == (403, "forbidden")
    caplog.clear()


class TestBehindProxy:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"behind_proxy": True}

    @pytest.mark.gen_test
    async def test_people_behind_it_are_refused_and_this_machine_is_not(self, call) -> None:
        refused = await call("GET", "/metrics", X_Forwarded_For="127.0.0.1, 203.0.113.7")
        assert (refused.status, refused.code) == (403, "forbidden")
        assert "203.0.113.7" in refused.body["error"]["message"]
        assert "--metrics-from" in refused.body["error"]["message"]
        assert await figures(call, X_Forwarded_For="127.0.0.1")


class TestElsewhere:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"behind_proxy": True, "metrics_from": "203.0.113.0/24"}

    @pytest.mark.gen_test
    async def test_those_of_the_option_may_and_nobody_else(self, call) -> None:
        assert await figures(call, X_Forwarded_For="203.0.113.7")
        assert (await call("GET", "/metrics", X_Forwarded_For="127.0.0.1")).status == 403


class TestNobody:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"metrics_from": ""}

    @pytest.mark.gen_test
    async def test_without_anybody_named_nobody_may(self, call) -> None:
        assert (await call("GET", "/metrics")).status == 403


# ---------------------------------------------------------------- where they are shown


def named(dashboard: Any) -> Iterator[str]:
    """Give the names of the figures in a dashboard's questions."""
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [each["query"]["query"] for each in dashboard["templating"]["list"][1:]]
    for question in asked:
        yield from re.findall(r"\b(?:gust|process|python)_\w+", question)


@pytest.mark.gen_test
async def test_the_dashboard_asks_for_what_there_is_and_the_page_tells_all(call, connect) -> None:
    ada = await connect("ada")
    await ada.ask(type="message", text="")  # so that there is an error
    there = {name.partition("{")[0] for name in await figures(call)}
    asked = set(named(json.loads((DOCS / "grafana.json").read_text("utf-8"))))
    assert asked <= there
    ours = {re.sub("_(bucket|sum|count|created)$", "", n) for n in there if n.startswith("gust_")}
    assert ours <= {re.sub("_bucket$", "", name) for name in asked}
    page = (DOCS / "deploying.md").read_text("utf-8")
    assert ours <= set(re.findall(r"`(gust_\w+)`", page))


# ---------------------------------------------------------------- /healthz


@pytest.mark.gen_test
async def test_health_says_why_nothing_can_be_stored(call, app, monkeypatch, caplog) -> None:
    async def check() -> None:
        raise NotStored("database or disk is full")

    monkeypatch.setattr(app.health, "_check", check)
    answer = await call("GET", "/healthz")
    assert answer.status == 503
    assert answer.body == b"Nothing can be stored: database or disk is full.\n"
    caplog.clear()


@pytest.mark.gen_test
async def test_health_does_not_wait_for_ever(call, app, monkeypatch, caplog) -> None:
    monkeypatch.setattr("handlers.health.PATIENCE", 0.05)
    answered = asyncio.Event()
    monkeypatch.setattr(app.health, "_check", answered.wait)
    answer = await call("GET", "/healthz")
    assert answer.status == 503
    assert b"did not answer within 0.05 s" in answer.body
    answered.set()
    caplog.clear()


@pytest.mark.gen_test
async def test_many_who_ask_for_health_cost_one_look(call, app) -> None:
    await call("GET", "/healthz")
    before = app.counts.batches.sum
    answers = await asyncio.gather(*(call("GET", "/healthz") for _ in range(20)))
    assert [answer.status for answer in answers] == [200] * 20
    assert app.counts.batches.sum == before
