"""The section of segments: how big each is and was, who came and went, and what its customers differ in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from insights.report.audiences import audience_blocks
from insights.report.charts import Point, trend
from insights.report.page import Section, card, command, paragraph, side_by_side, table
from insights.words import Row, Words

MOST_MONTHS: Final = 13
MOST_MOVES: Final = 4
SEGMENT_TABLES: Final = ("segments", "segment_traits", "audiences")
Tables = Mapping[str, Sequence[Row]]
LEAST: Final = 5  # customers: how many fewer are is not told


def segments_section(tables: Tables, labels: Mapping[str, str], words: Words) -> Section:
    """A card for each segment; ``labels`` are what features are called."""
    names = dict.fromkeys(row["segment"] for row in tables["segments"])
    own = ({part: [row for row in rows if row["segment"] == name] for part, rows in tables.items()} for name in names)
    cards = [_segment(each, labels, words) for each in own]
    absent = [] if tables["audiences"] else [paragraph(words.say("report.audience.absent"), soft=True)]
    blocks = [side_by_side(cards), *absent] if cards else [paragraph(words.say("report.segments.absent"))]
    return Section("segments", words.say("report.segments"), blocks)


def _segment(own: Tables, labels: Mapping[str, str], words: Words) -> str:
    months, traits = own["segments"], own["segment_traits"]
    last = months[-1]
    title = last["segment"].replace("_", " ")
    text = json.loads(last["text"]).get(words.language)
    blocks = [paragraph(text)] if text else []
    if last["members"] < LEAST:
        return card(*blocks, paragraph(words.say("report.segments.few"), soft=True), title=_capital(title))
    share = words.share(last["members"] / last["customers"])
    blocks.append(paragraph(words.say("report.segments.now", members=words.count(last["members"]), share=share,
                                      day=last["day"])))  # fmt: skip
    blocks += [*_sizes(months, title, words), *_traits(traits, labels, words)]
    blocks += [
        command(f"stamkund insights segments {last['segment']} --list"),
        *audience_blocks(last["segment"], own["audiences"], words),
    ]
    return card(*blocks, title=_capital(title))


def _sizes(months: Sequence[Row], title: str, words: Words) -> Iterator[str]:
    """A plot of how big it was, and who came and went in the last months; nothing before a second month."""
    if len(months) < 2:
        return
    points = [
        Point(row["month"], row["members"] if row["members"] >= LEAST else None, None, None)
        for row in months[-MOST_MONTHS:]
    ]
    yield trend(points, words.count, lambda value: words.tick(value, "count"), title=title)
    head = [words.say(f"report.segments.{column}") for column in ("month", "entered", "left")]
    moves = months[1:][-MOST_MOVES:]
    yield table(head, [[row["month"], *_moved(row, words)] for row in moves])
    changed = [row["month"] for row in moves if row["rule_changed"]]
    if changed:
        yield paragraph(words.say("report.segments.rule", months=", ".join(changed)), soft=True)


def _moved(row: Row, words: Words) -> list[str]:
    """How many came and went in a month: of few neither, as the sizes would tell it from the other number."""
    counts = (row["entered"], row["left"])
    few = [0 < count < LEAST for count in counts]
    if not any(few):
        return [words.count(count) for count in counts]
    return [words.say("insights.suppressed") if each else "–" for each in few]


def _traits(traits: Sequence[Row], labels: Mapping[str, str], words: Words) -> Iterator[str]:
    """What its customers differ in most from all others."""
    if not traits:
        yield paragraph(words.say("report.segments.alike"), soft=True)
        return
    head = [words.say(f"report.segments.{column}") for column in ("trait", "in", "out", "difference")]
    yield table(head, [_trait(row, labels, words) for row in traits])
    yield paragraph(words.say("report.segments.compared", compared=words.count(traits[0]["compared"])), soft=True)


def _trait(row: Row, labels: Mapping[str, str], words: Words) -> list[str]:
    sides = [row["value"], row["other_value"]]
    figures = words.figures("share" if row["unit"] == "share" else "ratio", sides)
    told = (figures.value(each) for each in sides)
    return [_called(row, labels, words), *told, figures.ends(row["low"], row["high"])]


def _called(row: Row, labels: Mapping[str, str], words: Words) -> str:
    """What is compared, in words: of shares, with the word that they are of."""
    space, _, name = row["name"].partition(".")
    label = labels.get(row["name"], name.replace("_", " ").replace(".", ": "))
    if row["unit"] == "money":
        label = f"{label} ({words.currency})"
    if space in ("scores", "consent"):
        label = words.say(f"report.segments.{space}", name=label)
    if row["word"] in (None, "True"):
        return str(label)
    return f"{label}: {words.name(name, str(row['word']))}"


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]
