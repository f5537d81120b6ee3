"""``/metrics``: what happens here, in Prometheus' text format."""

from __future__ import annotations

import asyncio
import importlib
import shutil
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from handlers.base import Handler
from handlers.chatsocket import ChatSocketHandler
from models.counts import Histogram
from models.errors import Forbidden

if TYPE_CHECKING:
    from chat import Application


class MetricsHandler(Handler):
    """``/metrics``."""

    async def get(self) -> None:
        """Answer the figures to those of ``--metrics-from``."""
        if not self._is_near:
            raise Forbidden(
                f"Figures are not given to {self.request.remote_ip} (the server's --metrics-from)."
            )
        figures = self.application.figures
        await figures.prepare()
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.finish(figures.shown())

    @property
    def _is_near(self) -> bool:
        # What comes through a proxy that we were not told of comes from anywhere.
        hidden = "X-Forwarded-For" in self.request.headers and not self.application.proxies.known
        return not hidden and (self.request.remote_ip or "") in self.application.metrics_from


class Figures:
    """The figures of one server, put into the form of prometheus_client."""

    def __init__(self, application: Application) -> None:
        self._app = application

    async def prepare(self) -> None:
        """Load prometheus_client: a tenth of a second, and only for those who ask."""
        await asyncio.to_thread(importlib.import_module, "prometheus_client")

    def shown(self) -> bytes:
        """Write them all; :meth:`prepare` comes first."""
        from prometheus_client import generate_latest

        text: bytes = generate_latest(self._registry)
        return text

    @cached_property
    def _registry(self) -> Any:
        from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(self)
        return registry

    def collect(self) -> Iterator[Any]:
        """Give the figures of this moment; prometheus_client calls it."""
        yield from self._gauges()
        yield from self._counters()
        yield from self._histograms()

    def _gauges(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        app = self._app
        store = app.store
        for name, what, value in (
            ("connections", "Open sockets", len(ChatSocketHandler.waiters)),
            ("people", "People with an open socket", len(ChatSocketHandler.of)),
            ("rooms_live", "Rooms whose recent changes are in memory", len(app.cache)),
            ("writes_waiting", "Writes that wait for their commit", store.waiting),
            ("database_bytes", "Size of the database, its log included", store.size),
            ("disk_free_bytes", "What is left of the disk", shutil.disk_usage(app.data).free),
        ):
            yield GaugeMetricFamily(f"gust_{name}", f"{what}.", value=value)

    def _counters(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily

        counts = self._app.counts
        for name, what, value in (
            ("messages", "Messages stored", counts.messages),
            ("changes", "Changes told in rooms, messages among them", counts.changes),
            ("deliveries", "Changes told, to each socket in the room", counts.deliveries),
            ("slow_readers", "Sockets closed for reading too slowly", counts.slow_readers),
        ):
            yield CounterMetricFamily(f"gust_{name}", f"{what}.", value=value)
        for name, what, label, found in (
            ("errors", "Errors told to clients", "code", counts.errors),
            ("requests", "Requests answered", "status", counts.requests),
        ):
            family = CounterMetricFamily(f"gust_{name}", f"{what}.", labels=[label])
            for key, value in sorted(found.items()):
                family.add_metric([key], value)
            yield family

    def _histograms(self) -> Iterable[Any]:
        from prometheus_client.core import HistogramMetricFamily

        counts = self._app.counts
        told: tuple[tuple[str, str, Histogram], ...] = (
            ("commit_batch", "Writes in one transaction", counts.batches),
            ("commit_seconds", "Time of one transaction, its fsync included", counts.commits),
            ("loop_lag_seconds", "Time by which the event loop came late", counts.lag),
        )
        for name, what, found in told:
            yield HistogramMetricFamily(
                f"gust_{name}", f"{what}.", buckets=list(found.cumulated()), sum_value=found.sum
            )
