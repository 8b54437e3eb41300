"""The sections of journeys: how far customers come, what it costs where they are dropped, where they go instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from insights.report.charts import Point, bars
from insights.report.page import Section, card, paragraph, side_by_side, table
from insights.report.words import Row, Words

MOST_NEXT = 3
JOURNEY_TABLES: Final = ("journeys", "losses", "journey_next", "winnable")
Tables = Mapping[str, Sequence[Row]]


def journeys_section(tables: Tables, words: Words, *, minor_units: int) -> Section:
    """A card for each journey: its steps as bars, what is lost after each, and who could still be won."""
    cards = []
    for name in dict.fromkeys(row["journey"] for row in tables["journeys"]):
        own = {table: [row for row in rows if row["journey"] == name] for table, rows in tables.items()}
        own["journeys"] = [row for row in own["journeys"] if row["dimension"] == ""]
        if own["journeys"] and own["journeys"][0]["entered"]:
            cards.append(_journey(own, words, 10.0**minor_units))
    blocks = [side_by_side(cards), paragraph(words.say("report.loss.caution"), soft=True)] if cards else []
    return Section("journeys", words.say("report.journeys"), blocks or [paragraph(words.say("report.journeys.absent"))])


def _journey(own: Tables, words: Words, unit: float) -> str:
    steps, losses = own["journeys"], own["losses"]
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
    return card(*blocks, *_next(own["journey_next"], words), *_winnable(own["winnable"], words), title=title)


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


def _winnable(rows: Sequence[Row], words: Words) -> Iterator[str]:
    """How many of those who were dropped could still be won, and what is expected of them."""
    for row in rows:
        if row["customers"] and row["expected"] is not None:
            counts = {name: words.count(row[name]) for name in ("customers", "dropped")}
            expected = words.number(row["expected"], "money")
            names = {name: row[name] for name in ("journey", "step")}
            yield paragraph(words.say("report.winnable", expected=expected, **names, **counts), soft=True)
