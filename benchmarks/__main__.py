"""Measure, and write docs/performance.md: ``python -m benchmarks`` from the project's folder."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import bars, history, lighthouse, machine, pauses, peers, report, scenarios, uploads
from benchmarks.bench import Bench, Results, say
from benchmarks.load import Load
from benchmarks.servers import ROOT

SCENARIOS = {
    "fan-out": scenarios.fan_out,
    "rooms": scenarios.rooms,
    "posts": scenarios.posts,
    "latency": scenarios.latency,
    "uploads": uploads.uploads,
    "idle": scenarios.idle,
    "pauses": pauses.pauses,
    "coming-back": scenarios.coming_back,
    "history": history.history,
    "start": history.start,
    "page": lighthouse.page,
}


_COMPILER = "Install a C compiler (on Debian: apt-get install gcc libc6-dev), or name one: CC=…"


def main() -> int:
    options = _options()
    options.cache.mkdir(parents=True, exist_ok=True)
    cache = options.cache.resolve()
    results = Results(cache / ("quick.json" if options.quick else "results.json"))
    if not options.report:
        machine.raise_file_limit()
        try:
            load = Load(cache)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f"benchmarks: the load can't be compiled: {error}. {_COMPILER}", file=sys.stderr)
            return 1
        found, absent = peers.present(cache)
        for name, why in absent.items():
            say(f"absent: {name}: {why}")
        bench = Bench(cache, load, options.runs, options.quick, found)
        for name in options.only or SCENARIOS:
            say(f"{name}: {(SCENARIOS[name].__doc__ or '').strip().splitlines()[0]}")
            begun = time.monotonic()
            bench.kept_disturbed = 0
            results.keep(name, SCENARIOS[name](bench))
            results.keep(
                "disturbed", results.all.get("disturbed", {}) | {name: bench.kept_disturbed}
            )
            say(f"{name}: {time.monotonic() - begun:.0f} s")
        results.keep("about", _about(bench, absent))
    if options.quick:
        print(bars.table(results.all))
    else:
        report.write(results.all, ROOT / "docs")
        say("written: docs/performance.md")
    return 0


def _about(bench: Bench, absent: dict[str, str]) -> dict[str, object]:
    return {
        "machine": machine.describe(),
        "file_system": machine.file_system(bench.cache),
        "sync": machine.sync_time(bench.cache),
        "runs": bench.runs,
        "absent": absent,
        "versions": peers.versions(bench.cache),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=SCENARIOS, help="this scenario (may be given again)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="small, once, whoever else is busy; nothing written"
    )
    parser.add_argument("--runs", type=int, help="rounds over all servers (3; with --quick 1)")
    parser.add_argument("--report", action="store_true", help="measure nothing, write it again")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(__file__).with_name(".cache"),
        help="folder for what is compiled and fetched, and for data meanwhile",
    )
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.quick else 3)
    return options


if __name__ == "__main__":
    sys.exit(main())
