"""The features that a build fits by its settings, or finds fitted by them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from features.config.outcomes import outcome_columns
from features.config.sections.targets.targets import EventSettings
from features.config.settings import Settings
from features.errors import StamkundError
from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake
from features.language.declare import declare
from features.language.feature import Feature
from features.moments import day, micros, minute
from features.privacy.gatekeeper import EVERYBODY, Gatekeeper
from features.profiles.fit import fit_features
from features.profiles.fitted.attributes import attributes_at, tables_alone
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY

EVENTS_NEEDED = (
    "Add a source of events, with who did something (`id`) and when (`time`): `stamkund init FILES` proposes one."
)


def fit_by_settings(
    settings: Settings, lake: Lake, *, as_of: int, keeper: Gatekeeper | None = None
) -> tuple[FeatureSet, dict[str, str]]:
    """The features derived from the lake and those that the settings add.

    Beside them why each other attribute of customers makes none.
    """
    moment = fitting_moment(settings, lake, as_of=as_of)
    allowed, sensitive = (
        EVERYBODY if keeper is None else keeper.passes("profiles", as_of=moment),
        settings.privacy.sensitive,
    )
    predicted = outcome_columns(settings.targets)
    derived = fit_features(
        lake,
        as_of=moment,
        categories=settings.features.categories,
        windows=_windows(settings),
        minor_units=settings.minor_units,
        stages=settings.features.stages,
        timezone=settings.timezone,
        sensitive=sensitive,
        predicted=predicted,
        allowed=allowed,
    )
    feature_set = replace(derived.adding(_added_features(settings)), basis=_fingerprint(settings))
    return feature_set, attributes_at(
        lake, as_of=moment, sensitive=sensitive, predicted=predicted, allowed=allowed
    ).left_out


def fitting_moment(settings: Settings, lake: Lake, *, as_of: int) -> int:
    """The moment that features are fitted at: that of the settings, or half-way from the first event to ``as_of``."""
    fitted_at = settings.features.fitted_at
    return _midpoint(lake, as_of) if fitted_at is None else micros(fitted_at, settings.timezone)


def _windows(settings: Settings) -> list[int]:
    """The days that the targets look back and ahead."""
    targets = [target for target in settings.targets.values() if target.horizon]
    spans = [target.horizon for target in targets] + [getattr(target, "active", target.horizon) for target in targets]
    return sorted({span // DAY for span in spans})


def _fingerprint(settings: Settings) -> str:
    """Sixteen hex digits that change when a setting does that the features are derived by."""
    content: tuple[object, ...] = (settings.features.model_dump_json(), _windows(settings))
    content += (settings.minor_units, settings.timezone)
    content += (events,) if (events := _events_of_targets(settings)) else ()
    content += (sorted(sensitive),) if (sensitive := settings.privacy.sensitive) else ()
    content += ("predicted", predicted) if (predicted := outcome_columns(settings.targets)) else ()
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def fitted_features(settings: Settings) -> FeatureSet:
    """The feature set of an earlier build, if it was fitted by these settings; else ``features_changed`` is raised."""
    feature_set = FeatureSet.load(settings.feature_set)
    if feature_set.basis == _fingerprint(settings):
        return feature_set
    message = (
        "The features were fitted by other settings (features, the targets' windows, minor_units, timezone, privacy). "
        "Run `stamkund build --refit`, then `stamkund train`."
    )
    raise StamkundError("features_changed", message, field="features")


def _added_features(settings: Settings) -> Iterator[Feature]:
    """The features that the settings add, and those of events of some category, item … that targets are about."""
    for name, (kind, words) in _events_of_targets(settings).items():
        yield from declare(f"{name}_count", take="count", kind=kind, where=words)
        yield from declare(f"days_since_{name}", take="days_since", kind=kind, where=words)
    for name, declaration in settings.features.add.items():
        yield from declare(name, **declaration.model_dump(), minor_units=settings.minor_units)


def _events_of_targets(settings: Settings) -> dict[str, tuple[str, dict[str, str]]]:
    """By target the kind of event and the words it must hold, where there are any: no default feature counts those.

    Of targets about the same events, such as those of several horizons, it is the first.
    """
    targets = ((name, target) for name, target in settings.targets.items() if isinstance(target, EventSettings))
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for name, target in targets:
        if target.where and (target.event, target.where) not in found.values():
            found[name] = (target.event, target.where)
    return found


def _midpoint(lake: Lake, as_of: int) -> int:
    """Half-way from the first event to ``as_of``: earlier than the moments that models are tested at.

    Without any events, half-way from the first snapshot; without these it is ``as_of`` itself.
    """
    alone = tables_alone(lake)
    past = lake.scan("snapshots") if alone else known_events(customer_events_at(lake, as_of=as_of), as_of)
    first = past.filter(pl.col("time") <= as_of).select(pl.col("time").min()).collect().item()
    if first is None and not alone:
        raise no_customers(lake, as_of)
    return as_of if first is None else int(first + as_of) // 2


def no_customers(lake: Lake, as_of: int) -> StamkundError:
    """The error that no customer has an event up to a moment, with what the lake has instead."""
    span = lake.scan("events").select(first=pl.col("time").min(), last=pl.col("time").max()).collect().row(0)
    text, (first, last) = f"No customer has an event up to {minute(as_of)}.", span
    step = EVENTS_NEEDED
    if first is not None:
        step = f"The events reach from {day(first)} to {day(last)}: look from a later moment, or map customers' ids."
    return StamkundError("no_customers", f"{text} {step}", field="as_of")
