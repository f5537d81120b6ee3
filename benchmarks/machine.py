"""The machine: its cores, its memory, its disk, and what they are busy with."""

from __future__ import annotations

import contextlib
import os
import resource
import statistics
import time
from collections.abc import Collection, Iterator
from pathlib import Path

# The server has a core to itself, the load the other ones.
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES, LOAD_CORES = CORES[-1:], CORES[:-1] or CORES
_TICK = os.sysconf("SC_CLK_TCK")


def raise_file_limit() -> int:
    """Allow as many open files as the system lets us; give their number."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


@contextlib.contextmanager
def on(cores: Collection[int]) -> Iterator[None]:
    """Have what is started within run on these cores, all of its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def busy_seconds() -> float:
    """Tell the processor time of the whole machine, whoever used it, the host included."""
    fields = [int(f) for f in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICK  # without idle and waiting


def resident(pid: int) -> int:
    """Tell the resident memory of a process, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def file_system(folder: Path) -> str:
    """Name the file system that a folder is on."""
    best = ("", "unknown")
    for line in Path("/proc/mounts").read_text().splitlines():
        _, point, kind, *_ = line.split()
        if folder.is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1]


def sync_time(folder: Path) -> float:
    """Measure what it takes to append 4 KiB to a file and ``fsync`` it: the median, in ms."""
    took = []
    path = folder / "sync-probe"
    with path.open("wb", buffering=0) as file:
        for _ in range(100):
            begun = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            took.append(time.perf_counter() - begun)
    path.unlink()
    return 1000 * statistics.median(took)


def describe() -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    return f"{len(CORES)} cores, {memory:.0f} GiB of memory"
