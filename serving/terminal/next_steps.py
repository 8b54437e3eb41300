"""What to run next: only what can work by then."""

from __future__ import annotations

from features.config.settings import Settings
from features.doctor import Diagnosis


def after_doctor(diagnosis: Diagnosis) -> str:
    """The step after a diagnosis."""
    return "Next: `stamkund build`." if diagnosis.sound else "Next: mend what is marked ✗, then look again."


def after_build(settings: Settings, *, refit: bool) -> str:
    """The step after a build: whether models answer already would take seconds to ask, so it names who can tell."""
    from training.registry.client import registry_exists

    if not settings.targets:
        return "Next: declare a target under `targets:` (`stamkund doctor` lists which ones your data allows)."
    if refit or not registry_exists(settings):
        return "Next: `stamkund train`."
    return "Next: `stamkund train`, or `stamkund models list` to see which models answer already."
