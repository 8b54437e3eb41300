"""The sections of journeys: how far customers come, what it costs where they are dropped, where they go instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from insights.differing.questions import code_of
from insights.loss.untold import why_untold
from insights.report.charts import Point, bars, trend
from insights.report.page import Section, card, command, paragraph, side_by_side, table
from insights.words import Row, Words

MOST_NEXT = 3
MOST_MONTHS = 13
MOST_TRAITS = 3
JOURNEY_TABLES: Final = ("journeys", "journey_months", "losses", "journey_next", "winnable", "differing")
Tables = Mapping[str, Sequence[Row]]


def journeys_section(tables: Tables, words: Words, *, minor_units: int) -> Section:
    """A card for each journey: its steps as bars, what is lost after each, and who could still be won."""
    cards = []
    for name in dict.fromkeys(row["journey"] for row in tables["journeys"]):
        own = {part: [row for row in rows if row["journey"] == name] for part, rows in tables.items()}
        for of_steps in ("journeys", "journey_months"):
            own[of_steps] = [row for row in own[of_steps] if row["dimension"] == ""]
        if own["journeys"] and own["journeys"][0]["entered"]:
            cards.append(_journey(own, words, 10.0**minor_units))
    blocks = [side_by_side(cards), paragraph(words.say("report.loss.caution"), soft=True)] if cards else []
    return Section("journeys", words.say("report.journeys"), blocks or [paragraph(words.say("report.journeys.absent"))])


def _journey(own: Tables, words: Words, unit: float) -> str:
    steps, losses = own["journeys"], own["losses"]
    title = words.name("journey", steps[0]["journey"])
    title = title[:1].upper() + title[1:]
    points = [Point(words.event(row["step"]), row["share"], row["low"], row["high"]) for row in steps]
    entered = words.say("report.entered", count=words.count(steps[0]["entered"]), open=words.count(steps[0]["open"]))
    blocks = [bars(points, words.share, title=title), paragraph(entered, soft=True), *_months(own, words)]
    told = [row for row in losses if row["refusal"] is None and row["lost"] is not None]
    if told:
        head = [words.say(f"report.loss.{column}") for column in ("after", "dropped", "lost", "gross")]
        blocks.append(table(head, [_lost(row, words, unit) for row in told]))
    worst = max(losses, key=lambda row: (row["lost"] or 0, row["dropped"] or 0), default=None)
    if worst is not None and worst["dropped"]:
        blocks.append(paragraph(words.say("report.dropped.list", step=words.event(worst["step"])), soft=True))
        blocks.append(command(f"stamkund insights journeys {worst['journey']} --list {worst['step']}"))
    refused = {row["refusal"]: row for row in losses if row["refusal"] is not None}
    for code, row in refused.items():
        why = why_untold(code, json.loads(row["params"]), words)
        blocks.append(paragraph(words.say("report.untold", step=words.event(row["step"]), why=why), soft=True))
    after = (
        _next(own["journey_next"], words, unit),
        _differing(own["differing"], words),
        _winnable(own["winnable"], words),
    )
    return card(*blocks, *chain(*after), title=title)


def _lost(row: Row, words: Words, unit: float) -> list[str]:
    return [words.event(row["step"]), words.count(row["dropped"]), *lost_and_gross(row, words, unit)]


def lost_and_gross(row: Row, words: Words, unit: float) -> list[str]:
    """What is lost with its interval, and at most, in the currency's units."""
    lost, low, high, gross = (row[name] / unit for name in ("lost", "lost_low", "lost_high", "gross"))
    figures = Words(words.language).figures("money", [lost, low, high])
    return [f"{words.number(lost, 'money')} ({figures.ends(low, high)})", words.number(gross, "money")]


def _months(own: Tables, words: Words) -> list[str]:
    """What share of each month's entries came to the last step; months whose entries may still go on are shaded."""
    last, months = own["journeys"][-1]["place"], own["journey_months"]
    over = {row["period"]: row["reached"] for row in months if row["place"] == 0}
    points = [
        Point(row["period"], row["share"], row["low"], row["high"], row["entered"] != over[row["period"]])
        for row in months
        if row["place"] == last
    ][-MOST_MONTHS:]
    if sum(point.value is not None and not point.is_open for point in points) < 2:
        return []
    title = words.say("report.months", step=words.event(own["journeys"][-1]["step"]))
    plot = trend(points, words.share, lambda value: words.tick(value, "share"), title=title)
    return [paragraph(title, soft=True), plot]


def _next(following: Sequence[Row], words: Words, unit: float) -> list[str]:
    """Where most of those went who were dropped after the first step, and what they brought."""
    if not following:
        return []
    step = following[0]["step"]
    own = sorted((row for row in following if row["step"] == step), key=lambda row: -row["entries"])
    names = ", ".join(_went(row, words, unit) for row in own[:MOST_NEXT])
    return [paragraph(words.say("report.next", step=words.event(step), names=names), soft=True)]


def _went(row: Row, words: Words, unit: float) -> str:
    name, brought = words.event(row["next"]) if row["next"] else words.say("report.nowhere"), row["brought"]
    money = "" if brought is None else f", {words.number(brought / unit, 'money')}"
    return f"{name} ({words.count(row['entries'])}{money})"


def _differing(rows: Sequence[Row], words: Words) -> Iterator[str]:
    """What those who went on from each step differ in most, beyond chance."""
    for step in dict.fromkeys(row["step"] for row in rows):
        own = [row for row in rows if row["step"] == step and row["stands"]]
        if own:
            traits = "; ".join(_trait(row, words) for row in own[:MOST_TRAITS])
            told = words.say(
                "report.differing", step=words.event(step), traits=traits, compared=words.count(own[0]["compared"])
            )
            yield paragraph(told, soft=True)


def _trait(row: Row, words: Words) -> str:
    code, kind = code_of(row["trait"])
    if row["unit"] == "share":
        name = f"{words.name('dimension', row['trait'])}: {words.group(row['trait'], row['group'])}"
    else:
        name = words.say(code, kind=words.event(kind)) if kind else words.say(code)
    sides = [row[side] for side in ("went", "dropped")]
    figures = words.figures("ratio" if row["unit"] in ("days", "count") else row["unit"], sides)
    went, dropped = map(figures.value, sides)
    return words.say("report.trait", name=name, went=went, dropped=dropped)


def _winnable(rows: Sequence[Row], words: Words) -> Iterator[str]:
    """How many of those who were dropped could still be won, and what is expected of them."""
    for row in rows:
        if row["customers"] and row["expected"] is not None:
            counts = {name: words.count(row[name]) for name in ("customers", "dropped")}
            expected = words.number(row["expected"], "money")
            told = words.say("report.winnable", expected=expected, step=words.event(row["step"]), **counts)
            listed = f"stamkund insights journeys {row['journey']} --list {row['step']} --win"
            yield paragraph(told, soft=True) + command(listed)
