"""Every metric: the default ones of what the data hold, and those that are declared."""

from __future__ import annotations

from features.config.sections.insights.metrics import MetricSettings
from insights.metrics.answers.scores import Score
from insights.metrics.courses.backlog import Backlog
from insights.metrics.courses.course import Course
from insights.metrics.courses.lifetime import Lifetime, model_of
from insights.metrics.defaults import default_metrics
from insights.metrics.exchange.identification import Identification
from insights.metrics.exchange.permission import Permission
from insights.metrics.metric import Metric
from insights.metrics.quantiles import Quantile
from insights.metrics.tables.behind import AnyMetric
from insights.people import Audience


def metrics_of(audience: Audience) -> list[AnyMetric]:
    """Every metric: the default ones, and those that are declared, which count where names are the same."""
    purposes = () if audience.settings.consent is None else audience.settings.consent.purposes
    default = default_metrics(audience.lake, model_of(audience.settings), purposes)
    every = {**default, **audience.settings.metrics}
    decimals = audience.settings.minor_units
    return [_metric(name, each, decimals) for name, each in sorted(every.items())]


def _metric(name: str, settings: MetricSettings, decimals: int) -> AnyMetric:
    if settings.take == "quantile":
        return Quantile.of(name, settings, decimals)
    if settings.take is not None:
        return Metric.of(name, settings, decimals)
    if settings.score is not None:
        return Score.of(name, settings, decimals)
    if settings.lifetime is not None:
        return Lifetime.of_settings(name, settings, decimals)
    return _of_people(name, settings, decimals)


def _of_people(name: str, settings: MetricSettings, decimals: int) -> AnyMetric:
    """A metric of who is known, who allows, who waits, or what becomes of customers."""
    if settings.identified is not None:
        return Identification.of_settings(name, settings, decimals)
    if settings.allow is not None:
        return Permission.of(name, settings)
    return Course.of(name, settings) if settings.open is None else Backlog.of(name, settings)
