"""The sections of journeys: how far customers come, what it costs where they are dropped, where they go instead."""

from __future__ import annotations

import json
from collections.abc import Sequence

from insights.report.charts import Point, bars
from insights.report.page import Section, card, paragraph, side_by_side, table
from insights.report.words import Row, Words

MOST_NEXT = 3


def journeys_section(
    steps: Sequence[Row], losses: Sequence[Row], following: Sequence[Row], words: Words, *, minor_units: int
) -> Section:
    """A card for each journey: its steps as bars, and a table of what is lost after each."""
    cards = []
    for name in dict.fromkeys(row["journey"] for row in steps):
        own = [row for row in steps if row["journey"] == name and row["dimension"] == ""]
        if own and own[0]["entered"]:
            lost = [row for row in losses if row["journey"] == name]
            after = [row for row in following if row["journey"] == name]
            cards.append(_journey(own, lost, after, words, 10.0**minor_units))
    blocks = [side_by_side(cards), paragraph(words.say("report.loss.caution"), soft=True)] if cards else []
    return Section("journeys", words.say("report.journeys"), blocks or [paragraph(words.say("report.journeys.absent"))])


def _journey(steps: Sequence[Row], losses: Sequence[Row], following: Sequence[Row], words: Words, unit: float) -> str:
    title = words.name("journey", steps[0]["journey"])
    title = title[:1].upper() + title[1:]
    points = [Point(row["step"], row["share"], row["low"], row["high"]) for row in steps]
    entered = words.say("report.entered", count=words.count(steps[0]["entered"]), open=words.count(steps[0]["open"]))
    blocks = [bars(points, words.share, title=title), paragraph(entered, soft=True)]
    told = [row for row in losses if row["refusal"] is None and row["lost"] is not None]
    if told:
        head = [words.say(f"report.loss.{column}") for column in ("after", "dropped", "lost", "gross")]
        blocks.append(table(head, [_lost(row, words, unit) for row in told]))
    refused = {row["refusal"]: row for row in losses if row["refusal"] is not None}
    for code, row in refused.items():
        why = words.say(f"loss.{code}", **json.loads(row["params"]))
        blocks.append(paragraph(f"{row['step']}: {why}", soft=True))
    return card(*blocks, *_next(following, words), title=title)


def _lost(row: Row, words: Words, unit: float) -> list[str]:
    lost, low, high, gross = (words.number(row[n] / unit, "money") for n in ("lost", "lost_low", "lost_high", "gross"))
    return [row["step"], words.count(row["dropped"]), f"{lost} ({low} – {high})", gross]


def _next(following: Sequence[Row], words: Words) -> list[str]:
    """Where most of those went who were dropped after the first step."""
    if not following:
        return []
    step = following[0]["step"]
    own = sorted((row for row in following if row["step"] == step), key=lambda row: -row["entries"])
    names = ", ".join(
        f"{row['next'] or words.say('report.nowhere')} ({words.count(row['entries'])})" for row in own[:MOST_NEXT]
    )
    return [paragraph(words.say("report.next", step=step, names=names), soft=True)]
