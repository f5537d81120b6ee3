"""One process keeps a database, and one more may wait to take its place."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models.store.lock import InUse, Lock, is_served

SERVE = """
import sys, time
from pathlib import Path
from models.store.lock import Lock
lock = Lock(Path(sys.argv[1]))
lock.announce()
print("serving", flush=True)
time.sleep(60)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chat.db"


@pytest.fixture
def server(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process, which serves the database."""
    begun = [sys.executable, "-c", SERVE, str(file)]
    with subprocess.Popen(begun, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "serving\n"
        yield process
        process.kill()


def owned(lock: Lock) -> bool:
    """Wait until it is ours, as it should be by now."""
    until = time.monotonic() + 5
    while not lock.own() and time.monotonic() < until:
        time.sleep(0.01)
    return lock.own()


def test_who_has_it_keeps_others_out(file: Path) -> None:
    with closing(Lock(file)):
        assert is_served(file)
        for take_over in (False, True):
            with pytest.raises(InUse):
                Lock(file, take_over)
    assert not is_served(file)


def test_who_serves_keeps_out_those_who_would_not_take_over(file: Path, server) -> None:
    with pytest.raises(InUse, match="in use by another Gust"):
        Lock(file)
    assert is_served(file)


def test_one_at_a_time_may_wait_to_take_over(file: Path, server) -> None:
    with closing(Lock(file, take_over=True)) as waiting:
        assert waiting.predecessor is not None
        assert waiting.predecessor.pid == server.pid
        assert not waiting.own()
        with pytest.raises(InUse, match="just starting"):
            Lock(file, take_over=True)
    Lock(file, take_over=True).close()


@pytest.mark.parametrize("how", ["told", "killed"])
def test_it_is_the_newcomers_when_the_one_before_is_gone(file: Path, server, how) -> None:
    with closing(Lock(file, take_over=True)) as waiting:
        assert waiting.predecessor is not None
        waiting.predecessor.dismiss() if how == "told" else server.kill()
        assert owned(waiting)
        assert waiting.predecessor is None
        assert not waiting.has_successor
        with pytest.raises(InUse):
            Lock(file)
    Lock(file).close()


def test_who_serves_sees_that_somebody_follows(file: Path) -> None:
    with closing(Lock(file)) as serving:
        assert not serving.has_successor
        serving.announce()
        assert not serving.has_successor
        follow = "from models.store.lock import Lock; import sys, pathlib, time\n"
        follow += "lock = Lock(pathlib.Path(sys.argv[1]), take_over=True)\nprint(1, flush=True)\n"
        begun = [sys.executable, "-c", follow + "time.sleep(60)", str(file)]
        with subprocess.Popen(begun, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert serving.has_successor
            process.kill()
        assert not serving.has_successor


def test_who_can_not_be_told_to_hand_over_is_left_alone(file: Path) -> None:
    with closing(Lock(file)) as unannounced:
        file.with_name("chat.db.next").unlink()  # as if it were of a Gust that knows none
        with pytest.raises(InUse, match="can't hand over"):
            Lock(file, take_over=True)
        assert unannounced.own()
