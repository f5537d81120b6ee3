"""What a fault did: its figures, the bars they are held against, and the page made of them.

A test of a fault states its figures by :class:`Fault` and ends with :meth:`Fault.hold`. In
``make test`` that is all. ``make soak`` runs the same tests with ``SOAK`` set: larger, longer,
and docs/reliability.md is written from what they state.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from tests.faults.watched import Watched

SOAK = float(os.environ.get("SOAK") or 0)  # how many times as long as usual; 0: no soak
TEMPLATE = Path(__file__).with_name("page.md")

BACK_WITHIN = 5.0  # seconds
HANDFUL = 5  # lines in the log
HELD_UP = 100.0  # ms
# Beside other tests on the same cores a start takes as long as they let it, and the loop also
# waits for other threads of the server, which wait for a core.
BACK_BESIDE_OTHERS = 15.0  # seconds
HELD_UP_BESIDE_OTHERS = 250.0  # ms


def size(short: int, soak: int) -> int:
    """Give how many people, rooms or messages there are: many in a soak, few in ``make test``."""
    return soak if SOAK else short


def rounds(short: int, soak: int) -> int:
    """Give how often something happens, or for how many seconds: more with a larger ``SOAK``."""
    return max(1, round(soak * SOAK)) if SOAK else short


@dataclass
class Fault:
    """One line of the page; what is None has no meaning for this fault.

    :ivar name: what happens
    :ivar how: how much of it, and beside what
    :ivar times: how often it happens
    :ivar acked: messages that were acknowledged
    :ivar lost: of these, not stored, or not as acknowledged
    :ivar twice: messages stored more than once
    :ivar held_up: ms for which the event loop served nobody else, at the most
    :ivar back: seconds from the fault's end until everybody was served again, at the most
    :ivar lines: in the log, over all times
    :ivar tracebacks: of these, with a traceback in them
    :ivar besides: what else was measured, in words
    :ivar whole: the test came to its end
    """

    name: str
    how: str
    times: int = 1
    acked: int | None = None
    lost: int | None = None
    twice: int | None = None
    held_up: float | None = None
    back: float | None = None
    lines: int | None = None
    tracebacks: int = 0
    besides: str = ""
    whole: bool = False

    def came_back(self, seconds: float) -> None:
        """Take how long it took until all was as before; the longest counts."""
        self.back = max(self.back or 0.0, seconds)

    def look_at(self, server: Watched) -> None:
        """Take what the server's loop and log tell by now."""
        self.held_up = max(self.held_up or 0.0, server.longest_turn)
        self.read_log(server.told)

    def read_log(self, lines: Sequence[str]) -> None:
        """Take all that was logged so far."""
        self.lines = len(lines)
        self.tracebacks = sum("Traceback" in line for line in lines)

    @property
    def missed(self) -> list[str]:
        """Name the bars that are missed, each with its figure."""
        longest = HELD_UP if SOAK else HELD_UP_BESIDE_OTHERS
        latest = BACK_WITHIN if SOAK else BACK_BESIDE_OTHERS
        most_lines = HANDFUL * self.times
        found = {
            f"{self.lost} acknowledged and lost": self.lost,
            f"{self.twice} stored twice": self.twice,
            f"the event loop held up for {self.held_up or 0:.0f} ms": (self.held_up or 0)
            >= longest,
            f"back only after {self.back or 0:.1f} s": (self.back or 0) >= latest,
            f"{self.lines} lines in the log": (self.lines or 0) > most_lines,
            f"{self.tracebacks} tracebacks in the log": self.tracebacks,
            "it broke off": not self.whole,
        }
        return [what for what, is_missed in found.items() if is_missed]

    def hold(self) -> None:
        """Hold the figures against the bars."""
        self.whole = True
        assert not self.missed, self


# ---------------------------------------------------------------- the page


NONE_MISSED = "No bar is missed."
HEAD = """\
| what happens | how | acknowledged | lost | twice | loop held up, at most | back after, at most \
| lines in the log, each time | |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"""


def lines(faults: Sequence[Fault]) -> Iterator[str]:
    """Give the lines of the table, in Markdown."""
    for fault in faults:
        cells = [
            fault.name,
            fault.how + (f". {fault.besides}" if fault.besides else ""),
            _number(fault.acked, "{:,}"),
            _number(fault.lost, "{}"),
            _number(fault.twice, "{}"),
            _number(fault.held_up, "{:.0f} ms"),
            _number(fault.back, "{:.1f} s"),
            _number(None if fault.lines is None else fault.lines / fault.times, "{:.3g}"),
            "**falls short**" if fault.missed else "holds",
        ]
        yield f"| {' | '.join(cells)} |"


def page(faults: Sequence[Fault], seconds: float, others: float) -> str:
    """Write docs/reliability.md.

    :param seconds: that all of it took
    :param others: the part of the machine that other programs used meanwhile
    """
    missed = [f"- {fault.name}: {'; '.join(fault.missed)}." for fault in faults if fault.missed]
    return TEMPLATE.read_text("utf-8").format(
        table="\n".join([HEAD, *lines(faults)]),
        reading="\n".join(
            ["Bars that are missed:", "", *missed] if missed else ["No bar is missed."]
        ),
        machine=machine.describe(),
        minutes=f"{seconds / 60:.0f}",
        others=f"{100 * others:.0f}",
        held_up=f"{HELD_UP:.0f}",
        back=f"{BACK_WITHIN:.0f}",
        handful=HANDFUL,
    )


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


class Others:
    """How much of the machine other programs use, from here on."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._all, self._own = machine.busy_seconds(), sum(os.times()[:4])

    def part(self) -> float:
        """Give it, once the processes begun here have ended, as a part of 1."""
        others = machine.busy_seconds() - self._all - (sum(os.times()[:4]) - self._own)
        return max(others, 0.0) / (len(machine.CORES) * self.seconds)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun
