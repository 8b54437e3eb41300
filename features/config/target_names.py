"""The names of targets: one for each horizon, and none whose columns in a batch would be others' as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.config.document import Document
from features.config.sections.targets.targets import TargetSettings
from features.errors import StamkundError

# What a batch's columns of a model are called after its name; a test holds them against those of a batch.
SUFFIXES: Final = (
    "score", "probability", "amount", "uplift", "low", "median", "high", "percentile", "no_score", "campaign_id",
    "reasons", "version",
)  # fmt: skip
CHURN: Final = ("lapse", "subscription_end")  # the types whose first model fills `churn_probability`
RESERVED: Final = ("next_order",)


def each_horizon(targets: object) -> object:
    """Targets with several horizons as one for each, called after it.

    >>> each_horizon({"spend": {"type": "spend", "horizon": ["28d", "84d"]}})
    {'spend_28d': {'type': 'spend', 'horizon': '28d'}, 'spend_84d': {'type': 'spend', 'horizon': '84d'}}
    """
    if not isinstance(targets, Mapping):
        return targets
    found: dict[str, object] = {}
    for name, target in targets.items():
        for own, settings in _by_horizon(name, target).items():
            if own in found:
                text = f"Two targets are called '{own}'. Give one of them another name, or take a horizon away."
                raise StamkundError("bad_name", text, field=str(name))
            found[own] = settings
    return found


def _by_horizon(name: str, target: object) -> dict[str, object]:
    horizons = target.get("horizon") if isinstance(target, Mapping) else None
    if not isinstance(target, Mapping) or not isinstance(horizons, list):
        return {name: target}
    texts = ["".join(str(each).split()) for each in horizons]
    if not texts or len({*texts}) < len(texts):
        text = f"'{name}' has the horizons {horizons}: name one or several, each once, such as [28d, 84d]."
        raise StamkundError("bad_setting", text, field=name)
    return {f"{name}_{text}": {**target, "horizon": each} for text, each in zip(texts, horizons, strict=True)}


def with_each_horizon(document: Document) -> Document:
    """A file whose targets have one horizon each, on the lines of those that had several; as it is where these err."""
    data = document.data
    targets = data.get("targets") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(targets, Mapping):
        return document
    try:
        data, lines = {**data, "targets": each_horizon(targets)}, dict(document.lines)
    except StamkundError:
        return document
    for name, target in targets.items():
        own = {keys: line for keys, line in document.lines.items() if keys[:2] == ("targets", name)}
        for each in _by_horizon(name, target):
            lines |= {("targets", each, *keys[2:]): line for keys, line in own.items()}
    return Document(document.file, data, lines)


def check_target_names(targets: Mapping[str, TargetSettings]) -> None:
    """Refuse a name (``reserved_name``) whose columns in a batch are figures of all models, or another target's."""
    first = next((name for name, target in targets.items() if target.type in CHURN), None)
    owners: dict[str, str] = {}
    for name in targets:
        if name in RESERVED or (name == "churn" and first != "churn"):
            figure = "churn_probability" if name == "churn" else f"{name}_probability"
            what = (
                "which the first target of type lapse or subscription_end fills" if name == "churn" else "of all orders"
            )
            text = f"A target cannot be called '{name}' here: a batch has a column '{figure}' already, {what}."
            raise StamkundError("reserved_name", f"{text} Choose another name, such as 'my_{name}'.", field=name)
        for suffix in SUFFIXES:
            other = owners.setdefault(f"{name}_{suffix}", name)
            if other != name:
                text = (
                    f"The targets '{other}' and '{name}' would both have a column '{name}_{suffix}' in a batch. "
                    "Give one of them another name."
                )
                raise StamkundError("reserved_name", text, field=name)
