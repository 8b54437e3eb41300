"""The sections of the report, each from its tables; what a table does not have is said, not left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from shlex import quote
from typing import Final

from features.texts.catalogue import sentence
from insights.report.cells import Shown, group_points
from insights.report.charts import bars, trend
from insights.report.page import Section, card, command, paragraph, side_by_side, table
from insights.report.sentences import told
from insights.report.untold import untold_metrics
from insights.revisions import Revisions, sentences
from insights.words import Figures, Row, Words

# Which metrics belong to which section, by their names; the first that fits takes a metric.
PARTS: Final[Mapping[str, str]] = {
    "satisfaction": r"nps|csat|ces\b|ces_|stars|satisf|promoter|detractor",
    "retention": r"churn|lapse|kept|retention|repeat|second|leave|left|bought",
    "value": r"clv|lifetime|value_first",
    "sales": r"revenue|margin|order|buyer|basket|return|discount",
    "contact": r"contact|open|click|redeem|support|response|resolution|visit|referr|advocat|consent|identif|per_person",
    "own": r"",
}
MOST_GROUPS_SHOWN: Final = 2
_CATEGORIES: Final = ("touchpoint", "reason")  # what the category of some events is called


def findings_section(findings: Sequence[Row], words: Words) -> Section:
    """What is to be known first: each with its number, its interval, and the command that lists the people."""
    cards = []
    for finding in findings:
        one = told(finding, words)
        listed = words.say("report.list", count=words.count(finding["people"]))
        lines = [paragraph(one.headline), paragraph(one.sure, soft=True), paragraph(one.advice)]
        cards.append(card(*lines, paragraph(listed), command(one.command), kind="finding"))
    return Section("findings", words.say("report.findings"), cards or [paragraph(words.say("report.no_findings"))])


def metric_sections(metrics: Mapping[str, Shown], words: Words) -> Iterator[Section]:
    """A section for each part that metrics belong to."""
    parts: dict[str, list[Shown]] = {part: [] for part in PARTS}
    for metric in metrics.values():
        parts[next(part for part, names in PARTS.items() if re.search(names, metric.name))].append(metric)
    for part, every in parts.items():
        title, absent = words.say(f"report.{part}"), f"report.{part}.absent"
        own, untold = [metric for metric in every if metric.last is not None], untold_metrics(every, words)
        if own:
            shown = side_by_side([_metric(each, words) for each in own])
            yield Section(part, title, [shown, *_groups(own, words), *untold])
        elif untold:
            yield Section(part, title, untold)
        elif part != "own":
            yield Section(part, title, [paragraph(words.say(absent))])


def worth_section(rows: Sequence[Row], words: Words) -> Section:
    """What a point is worth at each touchpoint, the best to mend first; why not, where it is not told."""
    head = [words.say(f"report.worth.{name}") for name in ("what", "spend", "kept", "naive", "yearly", "answers")]
    lines, untold = [], []
    for row in rows:
        name = words.say(f"report.worth.{row['unit']}", name=words.name("experience", row["name"]))
        if row["refusal"]:
            why = sentence(f"error.{row['refusal']}", words.language, dict(row["params"]))
            untold.append(f"<li>{escape(name)}: {escape(why)}</li>")
            continue
        lines.append([name, *worth_figures(row, words)])
    blocks = [table(head, lines), paragraph(words.say("report.worth.caution"), soft=True)] if lines else []
    if rows:
        blocks.append(paragraph(words.say("report.worth.list"), soft=True))
        blocks.append(command(f"stamkund insights worth --list {quote(rows[0]['name'])}"))
    blocks += [f"<ul>{''.join(untold)}</ul>"] if untold else []
    return Section("worth", words.say("report.worth"), blocks or [paragraph(words.say("report.worth.absent"))])


def worth_figures(row: Row, words: Words) -> list[str]:
    """What an experience changes in spending and in who buys at all, and what mending it comes to, with intervals."""
    naive, told = words.number(row["naive"], "money"), []
    for name, unit in (("spend", "money"), ("kept", "share"), ("yearly", "money")):
        value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
        figures = words.figures(unit, [value, low, high])
        one = figures.change(value, short=True) if unit == "share" else figures.value(value)
        told.append(f"{one} ({figures.ends(low, high)})")
    spend, kept, yearly = told
    return [spend, kept, naive, yearly, words.count(row["n"])]


def notes_section(metrics: Mapping[str, Shown], as_of: str, revisions: Revisions | None, words: Words) -> Section:
    """How the numbers are to be read: what is not over, hidden or revised, how many changes were compared."""
    rows = [row for metric in metrics.values() for row in metric.months]
    hidden = sum(row["suppressed"] for metric in metrics.values() for own in metric.groups.values() for row in own)
    stands = sum(bool(row["change_stands"]) for row in rows)
    compared = sum({metric.name: metric.months[0]["compared"] for metric in metrics.values() if metric.months}.values())
    notes = [
        words.say("report.note.as_of", day=as_of),
        words.say("report.note.interval"),
        words.say("report.note.open", count=len({row["period"] for row in rows if row["open"]})),
        *sentences(revisions, words),
        words.say("report.note.hidden", count=words.count(hidden)),
        words.say("report.note.compared", compared=words.count(compared), found=words.count(stands)),
        words.say("report.note.money"),
    ]
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return Section("notes", words.say("report.notes"), [f"<ul>{items}</ul>"])


def _metric(metric: Shown, words: Words) -> str:
    """A metric's plot over months, its last value, whether that changed, and how to list whom it is about."""
    last, figures = metric.last, _figures(metric, words)
    if last is None:
        return ""
    title, say = _title(metric, words), figures.value
    now = words.say("report.now", value=say(last["value"]), interval=figures.interval(last["low"], last["high"]),
                    period=last["period"])  # fmt: skip
    parts = [trend(metric.points(), say, lambda value: words.tick(value, metric.unit), title=title), paragraph(now)]
    if last["unweighted"] is not None:
        parts.append(paragraph(words.say("report.unweighted", unweighted=say(last["unweighted"])), soft=True))
    if last["unheard"]:
        parts.append(paragraph(words.say("report.unheard", share=words.number(last["unheard"], "share")), soft=True))
    if last["verdict"] is not None:
        parts.append(paragraph(words.say(f"report.target.{last['verdict']}", target=say(last["target"])), soft=True))
    if last["change"] is not None:
        ends = figures.ends(last["change_low"], last["change_high"])
        told = words.say(_change_code(last), change=figures.change(last["change"]), interval=ends,
                         compared=words.count(last["compared"]))  # fmt: skip
        parts.append(paragraph(told, soft=True))
    parts.append(command(f"stamkund insights metrics {metric.name} --list --period {last['period']}"))
    return card(*parts, title=title)


def _change_code(row: Row) -> str:
    """How a change is told: it stands, its interval holds none at all, or it may be one of many that do by chance."""
    if row["change_stands"]:
        return "report.change.stands"
    return "report.change" if row["change_low"] <= 0 <= row["change_high"] else "report.change.one_of_many"


def _groups(metrics: Sequence[Shown], words: Words) -> Iterator[str]:
    """The first metric of a section, told apart: by the touchpoint or reason first, which is the category then."""
    metric = next((each for each in metrics if each.groups), None)
    if metric is None or metric.last is None:
        return
    cards = []
    own = {*_CATEGORIES} & {*metric.groups}
    for dimension in sorted(metric.groups, key=lambda name: (name not in own, name)):
        rows = metric.groups[dimension] if dimension != "category" or not own else []
        told = [row for row in rows if row["value"] is not None and not row["suppressed"]]
        if len(told) > 1:
            by = words.say("report.by", metric=_title(metric, words), dimension=words.name("dimension", dimension),
                           period=metric.last["period"])  # fmt: skip
            plot = bars(group_points(told, dimension, words), _figures(metric, words).value, title=by)
            cards.append(card(plot, title=by))
    yield side_by_side(cards[:MOST_GROUPS_SHOWN])


def _title(metric: Shown, words: Words) -> str:
    name = words.name("metric", metric.name)
    return name[:1].upper() + name[1:]


def _figures(metric: Shown, words: Words) -> Figures:
    return words.figures(metric.unit, (row["value"] for row in metric.months))
