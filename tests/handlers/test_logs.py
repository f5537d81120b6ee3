"""The log: one line an event, and nothing in it that is nobody's business."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from tornado.log import LogFormatter

from handlers import logs
from handlers.place import PlaceHandler


def record(message: str, *values: object, error: bool = False) -> logging.LogRecord:
    """Make an event; with the traceback of an error where one is asked for."""
    told: Any = None
    if error:
        try:
            raise ValueError("first line\nsecond line")
        except ValueError:
            told = sys.exc_info()
    return logging.LogRecord("gust.test", logging.ERROR, __file__, 7, message, values, told)


def test_a_traceback_stays_in_its_events_line() -> None:
    line = logs.OneLine(color=False).format(record("it failed for %s", "ada", error=True))
    assert "\n" not in line
    assert line.startswith("[E ")
    assert "it failed for ada | Traceback (most recent call last): | File" in line
    assert line.endswith("ValueError: first line | second line")


def test_who_says_line_breaks_writes_no_line_of_their_own() -> None:
    said = record("close reason=%s", "bye\n[E 261121 00:00:00 all:1] is\r\x07 lost")
    line = logs.OneLine(color=False).format(said)
    assert line.count("\n") + line.count("\r") + line.count("\x07") == 0
    assert "\\x07" in line


def test_json_is_an_object_a_line() -> None:
    line = logs.Json().format(record("%s said\n“hm” \ud800", "ada", error=True))
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "ada said\n“hm” \ud800"
    assert (told["level"], told["logger"]) == ("error", "gust.test")
    assert told["time"].endswith("Z")
    assert told["exception"].startswith("Traceback")
    assert "exception" not in json.loads(logs.Json().format(record("fine")))


@pytest.fixture
def tornados() -> Iterator[logging.StreamHandler[io.StringIO]]:
    """Add a handler as Tornado does."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(LogFormatter(color=False))
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    logging.captureWarnings(False)


@pytest.mark.parametrize(("form", "kind"), [("json", logs.Json), ("text", logs.OneLine)])
def test_the_option_gives_the_log_its_form(tornados, form, kind) -> None:
    logs.shape(form)
    assert type(tornados.formatter) is kind


@pytest.mark.gen_test
async def test_a_failure_is_logged_without_the_query_or_a_token(call, monkeypatch, caplog) -> None:
    def get(self: Any) -> None:
        raise RuntimeError("the table is on fire")

    monkeypatch.setattr(PlaceHandler, "get", get)
    answer = await call("GET", "/api/place?name=secret")
    assert answer.status == 500
    assert "the table is on fire" in caplog.text
    assert "Traceback" in caplog.text
    assert "secret" not in caplog.text
    caplog.clear()


@pytest.mark.gen_test
async def test_no_invitation_is_in_the_log(call, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    await call("GET", "/api/join/" + "t" * 43)
    await call("POST", "/api/join/" + "t" * 43)
    assert "/join/…" in caplog.text
    assert "ttt" not in caplog.text
