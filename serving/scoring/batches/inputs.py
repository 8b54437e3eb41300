"""What a batch of scores is made from: where all of it is the same, so is what was scored before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.config.settings import Settings
from features.lake import Lake
from features.moments import iso
from serving.scoring.lineup import Lineup
from serving.store.since_build import erasures
from training.learners.model import Model
from training.registry.fingerprint import code_version, fingerprint

Inputs = Mapping[str, str]
SECTIONS: Final = {"clv", "consent", "currency", "language", "minor_units", "privacy", "targets", "timezone"}


def inputs_of(settings: Settings, lineup: Lineup, *, as_of: int, reasons: int) -> Inputs:
    """The inputs of a batch by name: words or fingerprints, no secrets."""
    said = settings.model_dump(mode="json", include=SECTIONS)
    orders = None if lineup.orders is None else lineup.orders.dumps()
    return {
        "as_of": iso(as_of),
        "lake": Lake(settings.lake).version,
        "models": ", ".join(f"{name} {_model(model)}" for name, model in lineup.models.items()),
        "features": lineup.columns.feature_set.hash,
        "orders": fingerprint({"orders": orders}),
        "settings": fingerprint({"settings": said}),
        "reasons": str(reasons),
        "erasures": fingerprint({"erasures": sorted(erasures(settings))}),
        "code": code_version(),
    }


def differences(inputs: Inputs, others: Inputs) -> list[str]:
    """The names of inputs that are not the same.

    >>> differences({"as_of": "a", "lake": "7"}, {"as_of": "a", "lake": "8"})
    ['lake']
    """
    return [name for name in {**inputs, **others} if inputs.get(name) != others.get(name)]


def _model(model: Model) -> str:
    """The version of a model, and what tells it from one of the same number in another registry."""
    about = {"as_of": model.as_of, "features": model.feature_set_hash, "percentiles": model.percentiles}
    return f"{model.version} {fingerprint(about)[:8]}"
