"""How old models, build and lake are, as metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector

from features.units import SECOND
from serving.http.current.state import CurrentState, State


class Freshness(Collector):
    """Tells when it is asked; it reads neither files nor the store then, so that nothing keeps it waiting."""

    def __init__(self, current: CurrentState, clock: Callable[[], float] = time.time) -> None:
        self._current, self._clock = current, clock

    def collect(self) -> Iterator[Metric]:
        """Every gauge."""
        state, standing = self._current.state, self._current.pulse.standing
        yield Gauge("stamkund_ready", "Whether requests are answered", value=self._current.is_ready)
        up = Gauge("stamkund_store_up", "Whether the store answers, by what is asked of it", labels=["operation"])
        up.add_metric(["read"], standing.reads is None)
        up.add_metric(["write"], standing.writes is None)
        yield up
        now = state.settings.now()
        yield from _of_models(state, now)
        yield from self._of_build(now)

    def _of_build(self, now: int) -> Iterator[Metric]:
        built = self._current.built
        if built is None or built.as_of is None:
            return
        age = (now - built.as_of) / SECOND
        yield Gauge("stamkund_build_age_seconds", "Since the moment of the build that answers", value=age)
        yield Gauge("stamkund_records", "Customers' records of that build", value=built.records)
        yield Gauge("stamkund_records_behind", "Whether the lake is of a later build", value=built.is_behind)
        if built.written is not None:
            yield Gauge("stamkund_lake_age_seconds", "Since the lake was written", value=self._clock() - built.written)


def _of_models(state: State, now: int) -> Iterator[Metric]:
    version = Gauge("stamkund_model_version", "The version that answers, by model", labels=["model"])
    age = Gauge("stamkund_model_age_seconds", "Since the moment it was trained at, by model", labels=["model"])
    lineup = state.lineup
    for name, model in {} if lineup is None else lineup.models.items():
        version.add_metric([name], model.version)
        age.add_metric([name], (now - model.as_of) / SECOND)
    yield version
    yield age
    silent = 0 if lineup is None else len(lineup.unanswered)
    yield Gauge("stamkund_targets_unanswered", "Declared targets of which no model answers", value=silent)
