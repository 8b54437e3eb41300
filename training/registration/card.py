"""The model card: what a version predicts, what it was made from, how good it is, and where it must not be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from features.moments import iso
from training.learners.model import Model
from training.verdict.report import TrainingReport

OVER_TIME = """
* The figures are of the last moments whose outcome was known when it was trained, and say nothing of a later change.
""".strip()
BY_FOLDS = """
* No time stands behind the figures: all outcomes are of one moment, and of random fifths of the customers each was
  scored by what was learnt from the others. How the model does on later customers is not known.
""".strip()
LIMITS = """
* It scores the customers whom the target is about; of others it knows nothing.
* What goes together is not what causes: a high score does not say that an offer would change it.
""".strip()
OF_UPLIFT = """
* It holds for contacts like those of the experiment, for customers like those who were drawn.
* The scores are mean effects on customers who look alike: of nobody is it known what they would have done otherwise.
""".strip()


def model_card(model: Model, report: TrainingReport, facts: Mapping[str, object]) -> str:
    """The card as Markdown; ``facts`` are what the run was logged with, such as the lake's version."""
    limits = OF_UPLIFT if model.score_kind == "uplift" else LIMITS
    parts = [
        f"# {model.name}\n\n{model.target.description}",
        f"## Made from\n\n{_made_from(model, report, facts)}",
        f"## Figures\n\nOf {report.tested:,} rows that it had not learnt from.\n\n{_figures(report)}",
        f"## Level\n\n{_level(report)}",
        f"## Race\n\n{_race(report)}",
        f"## Verdict\n\n{_verdict(report)}",
        *([f"## Sensitive attributes\n\n{_listed(proxy.text for proxy in report.proxies)}"] if report.proxies else []),
        f"## Limits\n\n{BY_FOLDS if report.folds else OVER_TIME}\n{limits}",
    ]
    return "\n\n".join(parts) + "\n"


def _made_from(model: Model, report: TrainingReport, facts: Mapping[str, object]) -> str:
    """The data, in words and by their fingerprints."""
    sample = f" They were drawn from {report.found:,} rows." if report.found > report.rows else ""
    lines = [
        f"What was known at {iso(report.as_of)}: {report.rows:,} rows of {report.customers:,} customers at "
        f"{report.origins:,} moments, {len(model.feature_names):,} features.{sample}",
        *(f"{name}: `{value}`" for name, value in facts.items() if value is not None),
    ]
    return _listed(lines)


def _figures(report: TrainingReport) -> str:
    """The model's figures beside the best rule's, and how sure the advantage is."""
    head = ("figure", "model", f"rule `{report.baseline}`" if report.baseline else "no rule")
    rule = report.baseline_metrics
    rows = ((name, _number(value), _number(rule.get(name))) for name, value in report.metrics.items())
    table, sure = _table(head, rows), report.verdict.confidence
    rival = "chance" if report.target.score_kind == "uplift" else "the rule"
    return (
        table if sure is None else f"{table}\n\nIt orders better than {rival} in {sure:.0%} of resamples of customers."
    )


def _level(report: TrainingReport) -> str:
    """How the scores' total stands to what came true."""
    if report.target.score_kind == "uplift":
        told, came = (_number(report.metrics.get(name)) for name in ("mean_score", "uplift"))
        return f"In the test the mean score was {told}, and the treated did better by {came} on average."
    verdict, method = report.verdict, report.level.method if report.level else "the block before"
    if verdict.level is None or verdict.level_between is None:
        return "Nothing came true to compare the scores' total with."
    low, high = verdict.level_between
    return (
        f"In the test the scores came to {verdict.level:.2f} of what came true (90 % interval: {low:.2f} to "
        f"{high:.2f}). The coming level is told from: {method}."
    )


def _race(report: TrainingReport) -> str:
    """Every entry's loss, behind the best with its error."""
    if not report.race:
        return f"None was run; the learner is {' + '.join(report.learners)}."
    rows = ((each.name, f"{each.loss:.4f}", f"{each.behind:.4f} ± {each.error:.4f}") for each in report.race)
    kept = f"Kept is the simplest within one error of the best: {' + '.join(report.learners)}."
    return f"{_table(('learners', 'loss', 'behind the best'), rows)}\n\n{kept}"


def _verdict(report: TrainingReport) -> str:
    """Why it may not be used, or not in the champion's place."""
    refusals = report.verdict.refusals
    return _listed(f"`{each.code}`: {each.message}" for each in refusals) if refusals else "It passed the gate."


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown.

    >>> print(_table(("figure", "model"), [("auc", "0.8")]))
    | figure | model |
    | --- | --- |
    | auc | 0.8 |
    """
    names = tuple(head)
    return "\n".join(f"| {' | '.join(row)} |" for row in _lines(names, rows))


def _lines(names: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[Iterable[str]]:
    yield names
    yield ("---",) * len(names)
    yield from rows


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _number(value: float | None) -> str:
    """Four digits, and a dash for what is not known."""
    return "–" if value is None or value != value else f"{value:.4g}"  # noqa: PLR0124
