"""Metrics of which the report has no figure, and why."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from insights.report.cells import Shown
from insights.report.page import paragraph
from insights.words import Words


def untold_metrics(metrics: Sequence[Shown], words: Words) -> list[str]:
    """A list of the metrics without a figure, each with its reason; nothing where all have one."""
    lines = [f"<li>{escape(_why(metric, words))}</li>" for metric in metrics if metric.last is None]
    return [paragraph(words.say("report.without"), soft=True), f"<ul>{''.join(lines)}</ul>"] if lines else []


def _why(metric: Shown, words: Words) -> str:
    name = words.name("metric", metric.name)
    return words.say(f"report.without.{_reason(metric)}", metric=name[:1].upper() + name[1:], missing=metric.missing)


def _reason(metric: Shown) -> str:
    """A code of why there is no figure of any month that is over."""
    if metric.missing is not None:
        return "missing"
    over = [month for month in metric.months if not month["open"]]
    refusals = [month["refusal"] for month in over if month["refusal"]]
    if refusals:
        return str(refusals[-1])
    if any(month["suppressed"] for month in over):
        return "hidden"
    return "open" if metric.months and not over else "nobody"
