"""Which version is the champion: promotion and the way back, each only to what the features at hand can serve."""

from __future__ import annotations

import time

from features.config.settings import Settings
from features.errors import StamkundError
from features.moments import iso
from features.profiles.fitted.feature_set import FeatureSet
from training.registry.client import registry_client
from training.registry.versions import (
    CHALLENGER,
    CHAMPION,
    PASSED,
    PREVIOUS,
    PROMOTED,
    ModelVersion,
    foreign,
    listing,
    load,
    registered_models,
)


def promote(settings: Settings, name: str, version: int, *, override: str | None = None) -> None:
    """Make a version that passed the gate the champion; the one before it stays known as ``previous``.

    A version that was refused becomes champion by an ``override``, the reason for which its tags keep with what
    refused it and when. Raises :class:`StamkundError` ``feature_set_mismatch`` when the home's features are not those
    that it was trained on: it could not be compared with what is trained from now on.
    """
    entry = _entry(settings, name, version)
    _check_gate(entry, override)
    _check_features(settings, name, version)
    if (taken := foreign_champion(settings, name)) is not None:
        raise taken
    now = iso(time.time_ns() // 1000)
    tags = {PROMOTED: now}
    if override is not None:
        tags |= {"override_of": entry.gate, "override_reason": override, "override_at": now}
    with registry_client(settings) as client:
        for tag, value in tags.items():
            client.set_model_version_tag(name, str(version), tag, value)
        aliases = client.get_registered_model(name).aliases
        if CHAMPION in aliases and int(aliases[CHAMPION]) != version:
            client.set_registered_model_alias(name, PREVIOUS, aliases[CHAMPION])
        client.set_registered_model_alias(name, CHAMPION, str(version))
        if CHALLENGER in aliases:  # of the champion before, or this very one
            client.delete_registered_model_alias(name, CHALLENGER)


def foreign_champion(settings: Settings, name: str) -> StamkundError | None:
    """Why nothing of this name can be promoted: another program's version is the champion, and it may be in use."""
    theirs = next((each for each in foreign(settings) if each.name == name and CHAMPION in each.aliases), None)
    if theirs is None:
        return None
    text = (
        f"The registry's model '{name}' has a champion that is not ours, version {theirs.version}, and somebody may "
        "rely on it. Give the target another name, use another registry, or take that alias away."
    )
    return StamkundError("foreign_champion", text, field="name")


def challenge(settings: Settings, name: str, version: int) -> None:
    """Keep a version that passed the gate, and did not replace the champion, as the challenger."""
    with registry_client(settings) as client:
        client.set_registered_model_alias(name, CHALLENGER, str(version))


def rollback(settings: Settings, name: str) -> int:
    """Make the previous champion champion again, and the other way round; returns its version."""
    _check_name(settings, name)
    with registry_client(settings) as client:
        aliases = client.get_registered_model(name).aliases
        if PREVIOUS not in aliases:
            text = f"'{name}' has no previous champion to go back to. See `stamkund models list`."
            raise StamkundError("no_previous_champion", text, field="name")
        _check_features(settings, name, _entry(settings, name, int(aliases[PREVIOUS])).version)
        client.set_registered_model_alias(name, CHAMPION, aliases[PREVIOUS])
        client.set_registered_model_alias(name, PREVIOUS, aliases[CHAMPION])
        return int(aliases[PREVIOUS])


def _entry(settings: Settings, name: str, version: int) -> ModelVersion:
    _check_name(settings, name)
    entries = {str(entry.version): entry for entry in listing(settings) if entry.name == name}
    if str(version) not in entries:
        raise StamkundError.unknown("unknown_version", f"version of '{name}'", str(version), entries, field="version")
    return entries[str(version)]


def _check_gate(entry: ModelVersion, override: str | None) -> None:
    """Refuse what the gate refused, unless there is a reason; a reason for nothing is a mistake."""
    who = f"Version {entry.version} of '{entry.name}'"
    if override is None and entry.gate != PASSED:
        text = (
            f"{who} did not pass the gate ({entry.gate}). Promote one that did, train again, or say why it shall "
            'answer all the same: --override "REASON".'
        )
        raise StamkundError("gate_not_passed", text, field="version")
    if override is not None and not override.strip():
        raise StamkundError("no_reason", f"{who} needs a reason to be promoted against the gate.", field="override")
    if override is not None and entry.gate == PASSED:
        text = f"{who} passed the gate: there is nothing to override. Promote it without a reason."
        raise StamkundError("nothing_to_override", text, field="override")


def _check_features(settings: Settings, name: str, version: int) -> None:
    """Refuse a version of other features than the home's; where the home has none, nothing can be compared."""
    if not settings.feature_set.exists():
        return
    if load(settings, name, version).feature_set_hash != FeatureSet.load(settings.feature_set).hash:
        text = (
            f"Version {version} of '{name}' was trained on other features than those at hand. Only a champion that "
            "stood when they changed answers from its own, until a new one is trained: run `stamkund train`, or bring "
            "the features back that it was trained on."
        )
        raise StamkundError("feature_set_mismatch", text, field="version")


def _check_name(settings: Settings, name: str) -> None:
    names = [model.name for model in registered_models(settings)]
    if name not in names:
        raise StamkundError.unknown("unknown_model", "model", name, names, field="name")
