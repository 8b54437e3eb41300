"""Every metric: the default ones of what the data hold, and those that are declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from features.config.sections.insights.metrics import MetricSettings, formula_of
from features.errors import StamkundError
from insights.metrics.answers.scores import Score
from insights.metrics.courses.backlog import Backlog
from insights.metrics.courses.course import Course
from insights.metrics.courses.lifetime import Lifetime, model_of
from insights.metrics.defaults import default_metrics, default_names
from insights.metrics.definitions.formula import Formula
from insights.metrics.definitions.metric import Metric
from insights.metrics.exchange.identification import Identification
from insights.metrics.exchange.permission import Permission
from insights.metrics.quantiles import Quantile
from insights.metrics.tables.behind import AnyMetric
from insights.people import Audience


def metrics_of(audience: Audience) -> list[AnyMetric]:
    """Every metric: the default ones, and those that are declared, which count where names are the same.

    A formula over a default metric of which the data tell nothing is left out; :func:`missing_parts` tells of it.
    """
    every, decimals = _settings(audience), audience.settings.minor_units
    missing = missing_parts(audience)
    return [_metric(name, every, decimals) for name in sorted(every) if name not in missing]


def missing_parts(audience: Audience) -> dict[str, str]:
    """The formulas that cannot be told, each with the default metric that there is not.

    Raises :class:`StamkundError` for names that are no metrics, and for metrics that formulas cannot be over.
    """
    every, names, missing = _settings(audience), default_names(), dict[str, str]()
    for name, settings in every.items():
        for part in _names(settings):
            field = f"metrics.{name}.formula"
            if part not in every and part not in names:
                raise StamkundError.unknown("unknown_metric", "metric", part, {*every, *names}, field=field)
            if part not in every:
                missing[name] = part
            elif every[part].take in (None, "quantile"):
                msg = f"A formula is over metrics that add up events (`take`), which give its interval; {part} is none."
                raise StamkundError("bad_formula", msg, field=field)
    return missing


def _names(settings: MetricSettings) -> list[str]:
    return [] if settings.formula is None else [node.name for node in formula_of(settings.formula).names()]


def _settings(audience: Audience) -> dict[str, MetricSettings]:
    key = "metric settings"
    if key not in audience.kept:
        purposes = () if audience.settings.consent is None else audience.settings.consent.purposes
        default = default_metrics(audience.lake, model_of(audience.settings), purposes)
        audience.kept[key] = {**default, **audience.settings.metrics}
    return cast("dict[str, MetricSettings]", audience.kept[key])


def _metric(name: str, every: Mapping[str, MetricSettings], decimals: int) -> AnyMetric:
    settings = every[name]
    if settings.formula is not None:
        parts = {part: Metric.of(part, every[part], decimals) for part in _names(settings)}
        return Formula.of(name, settings, parts)
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
