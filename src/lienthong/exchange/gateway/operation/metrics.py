"""Prometheus metrics, sampled when they are asked for: a message on its way counts nothing (docs/operate.md).

Labels name gateways, doors and states: never a person, a case, an exchange or a caller's own words (rule 8.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from lienthong.exchange.gateway.operation.readiness import find_unready

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from lienthong.exchange.gateway.assembly import Assembly

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The registry of one gateway; there is no global one."""

    def __init__(self, parts: Assembly) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Sampler(parts))
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)

    def format(self) -> bytes:
        """Give all metrics in Prometheus's text format."""
        return generate_latest(self._registry)


class _Sampler(Collector):
    """Reads the state of the gateway's parts."""

    def __init__(self, parts: Assembly) -> None:
        self._parts = parts

    def describe(self) -> list[Metric]:
        """Give no metric ahead: the registry then does not sample where it is put together."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Give each metric as it stands."""
        parts = self._parts
        yield _gauge("ready", "1 while requests should be sent here", not find_unready(parts))
        yield from self._sample_log()
        yield from self._sample_doors()
        yield from self._sample_links()
        directory = parts.directory()
        yield _gauge("directory_version", "The directory in force", directory.version)
        yield _gauge("directory_expires_seconds", "When the directory ends, Unix time", directory.expires / 1000)
        yield _gauge("spool_bytes", "Bodies under way", parts.budget.used)
        yield _gauge("spool_limit_bytes", "limits.spool_bytes", parts.budget.total)

    def _sample_log(self) -> Iterator[Metric]:
        log, gateway = self._parts.evidence.log, self._parts.gateway
        entries = CounterMetricFamily("lienthong_log_entries", "Entries of the log, durable")
        entries.add_metric([], log.size)
        yield entries
        yield _gauge("log_published_entries", "Entries that are published as tiles", log.published_size)
        cosigned = self._parts.witnessing.cosigned
        # The third line of our own note was verified when it was kept.
        size = int(cosigned.split(b"\n", 2)[1]) if cosigned else 0
        yield _gauge("log_cosigned_entries", "Entries under the newest cosigned head", size)
        states = GaugeMetricFamily("lienthong_reliable_messages", "Reliable messages, by state", labels=["state"])
        for state, count in sorted(gateway.outbox.count_states().items()):
            states.add_metric([state], count)
        yield states
        yield _gauge("unknown_outcomes", "Calls in doubt that nobody has resolved", gateway.unresolved.count())

    def _sample_doors(self) -> Iterator[Metric]:
        under_way = GaugeMetricFamily("lienthong_requests_under_way", "Requests that hold a place", labels=["door"])
        limit = GaugeMetricFamily("lienthong_requests_limit", "Places", labels=["door"])
        refused = CounterMetricFamily("lienthong_requests_refused", "Refused for lack of a place", labels=["door"])
        gateway = self._parts.gateway
        for door, places in (("own_systems", gateway.caller_places), ("members", gateway.peer_places)):
            under_way.add_metric([door], places.used)
            limit.add_metric([door], places.limit)
            refused.add_metric([door], places.refused)
        yield from (under_way, limit, refused)

    def _sample_links(self) -> Iterator[Metric]:
        counts: dict[str, list[int]] = {}
        for link in self._parts.peers.links:
            if link.is_ready:
                row = counts.setdefault(link.peer, [0, 0])
                row[0] += 1
                row[1] += link.stream_count
        links = GaugeMetricFamily("lienthong_links", "Links that stand", labels=["peer"])
        streams = GaugeMetricFamily("lienthong_link_requests", "Requests under way on links", labels=["peer"])
        for peer, (standing, requests) in sorted(counts.items()):
            links.add_metric([peer], standing)
            streams.add_metric([peer], requests)
        yield from (links, streams)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"lienthong_{name}", text, value=value)
