"""What to run next: only what can work by then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from features.config.settings import Settings
from features.doctor import Diagnosis
from features.onboarding.proposal.report import InitReport


def after_init(report: InitReport) -> Iterator[str]:
    """What `init` understood, what it asks, and the step after it."""
    yield f"Wrote {report['wrote']}: {report['understood']} of {report['files']} files have their place."
    for question in report["questions"]:
        place = question["source"] or (Path(question["file"]).name if question["file"] else "all sources")
        yield f"  ? {place} ({question['topic']}): {question['text']}"
    answer = "answer what is asked in it (lines with `# ?`), then run" if report["questions"] else "run"
    yield f"Next: {answer} `stamkund doctor`."


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
