"""The names of features and traits that rules may use once a build has found these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from features.config.sections.decisions.decisions import DecisionSettings
from features.config.settings import Settings
from features.events.tables import COLUMNS, ORIGIN
from features.lake import Lake
from features.language.attributes import Reading
from features.language.rules.types import Names, Type
from features.profiles.fitted.feature_set import FeatureSet

_TYPES: Final[Mapping[Reading, Type]] = {"word": "text", "number": "number", "date": "moment", "change": "number"}


def known_names(settings: Settings, lake: Lake, features: FeatureSet | None) -> Names:
    """All names that rules may use; those of features and traits only after a build.

    A trait is what the table of customers has a column for, or what is declared; its type is as declared, or as
    features read it.
    """
    names, declared = settings.rule_names, settings.decisions or DecisionSettings()
    if features is None:
        return names
    read = {feature.attribute for feature in features.features if feature.attribute is not None}
    found: dict[str, Type] = {each.name: _TYPES[each.reading] for each in read if each.origin != "snapshots"}
    columns = lake.scan("customers").collect_schema().names()
    own = [name for name in columns if name not in COLUMNS["customers"] and name not in ORIGIN]
    untold: dict[str, Type] = dict.fromkeys(own, "text")
    traits: dict[str, Type] = {**untold, **found, **declared.traits}
    types: dict[str, Type] = {f.name: "text" if f.vocabulary else "number" for f in features.features}
    ranked = [name for name, kind in types.items() if kind == "number"]
    percentiles: dict[str, Type] = dict.fromkeys([*ranked, *names.spaces["scores"]], "number")
    found_later = {"features": types, "traits": traits, "percentiles": percentiles}
    return replace(names, spaces={**names.spaces, **found_later}, later=frozenset())
