"""Segments as commands and answers tell them: counted, listed, and why somebody is not in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from difflib import get_close_matches

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.arrays import Mask
from features.config.settings import Settings
from features.errors import StamkundError
from features.language.rules.evaluate import Read
from features.language.rules.needs import Needs
from features.language.rules.nodes import Node
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from features.moments import iso
from insights.segments.customers import Columns
from insights.segments.funnel import STEPS, Audience
from insights.segments.rules import folder_of

Json = dict[str, object]


def counted(columns: Columns, rule: Rule, rules: Mapping[str, Rule]) -> Json:
    """How many customers a rule holds for, and how many each of its conditions keeps out."""
    count = columns.count(rule, rules)
    share = count.members / count.customers if count.customers else None
    shortfalls = [asdict(each) for each in count.shortfalls]
    strange = strangers(rule.node, columns)
    return {
        "rule": rule.text, "members": count.members, "share": share, "conditions": shortfalls, "nobody_has": strange,
    }  # fmt: skip


def strangers(node: Node, columns: Columns) -> list[Json]:
    """What a rule asks for and nobody has, as a slip of the pen does: texts, and steps that nobody ever came to.

    ``near`` is the text nearest to one that somebody has; of a step there is no ``text``.
    """
    asked = dict.fromkeys(str(each.value) for each in node.names())
    steps = [name for name in asked if name.startswith("journeys.") and _is_of_nobody(columns, name)]
    found: list[Json] = [{"name": name, "text": None, "near": None} for name in steps]
    return found + _unknown_texts(node, columns)


def _is_of_nobody(columns: Columns, name: str) -> bool:
    return name in columns.columns and not columns.columns[name].cell(slice(None)).known.any()


def _unknown_texts(node: Node, columns: Columns) -> list[Json]:
    if node.op not in {"==", "!=", "in"}:
        return [each for arg in node.args for each in _unknown_texts(arg, columns)]
    texts = [
        one.value for arg in node.args for one in (arg.args if arg.op == "list" else (arg,)) if one.op == "literal"
    ]
    found = list[Json]()
    for name in (str(arg.value) for arg in node.args if arg.op == "name"):
        column = columns.columns.get(name)
        words = set() if column is None else set(column.words or ())
        for text in texts:
            if column is not None and column.kind == "text" and text not in words:
                near = get_close_matches(str(text), [str(word) for word in words], n=1)
                found.append({"name": name, "text": text, "near": near[0] if near else None})
    return found


def steps_of(found: Audience) -> list[Json]:
    """The steps of an audience's funnel: how many are left after each, and as a code why others are not."""
    first: Json = {"step": "in_segment", "left": found.left[0], "reason": None}
    steps = zip(found.steps, found.left[1:], strict=True)
    return [first, *({"step": step, "left": left, "reason": STEPS[step]} for step, left in steps)]


def outs_of(columns: Columns, found: Audience, ids: Sequence[str]) -> dict[str, str]:
    """Of these customers, by id why each who cannot be reached is not."""
    places = {id_: place for id_ in ids if (place := columns.place(id_)) is not None}
    return {id_: reason for id_, place in places.items() if (reason := found.reason(place)) is not None}


def known_segment(name: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule of a segment; raises ``unknown_segment`` with the nearest one."""
    if name not in rules:
        raise StamkundError.unknown("unknown_segment", "segment", name, rules, field="segment")
    return rules[name]


def why(rule: Rule, names: Names, read: Read, settings: Settings, rules: Mapping[str, Rule]) -> Json:
    """Whether one person is in, and what would have to change; of the segments that the rule reads, too."""
    needs = Needs(rule.text, names, read, 0, settings.language, settings.timezone)
    told = needs.of(rule.node)
    inner = sorted(name.removeprefix("segments.") for name in rule.reads if name.startswith("segments."))
    found = {name: why(rules[name], names, read, settings, rules) for name in inner}
    return {"member": not told, "needs": told or None, "segments": found}


def page(columns: Columns, members: Mask, *, after: str | None, limit: int) -> list[str]:
    """The ids of so many members behind one of these ids."""
    places = np.flatnonzero(members)
    if after is not None:
        places = places[np.searchsorted(places, columns.first_after(after)) :]
    return list(columns.ids.take(pa.array(places[:limit])).to_pylist())


def sizes(settings: Settings, segment: str | None = None) -> Iterator[Json]:
    """How big segments were at each refresh, and how many entered and left since the one before."""
    file = folder_of(settings) / "sizes.parquet"
    if file.is_file():
        filters = None if segment is None else [("segment", "=", segment)]
        for row in pq.read_table(file, filters=filters).to_pylist():
            yield {**row, "as_of": iso(row["as_of"])}


def moves(settings: Settings, segment: str, *, as_of: int) -> dict[str, list[str]]:
    """Who entered a segment and who left it at the refresh of a moment (µs)."""
    file = folder_of(settings) / "stays.parquet"
    if not file.is_file():
        return {"entered": [], "left": []}
    rows = {
        side: pq.read_table(file, filters=[("segment", "=", segment), (side, "=", as_of)], columns=["customer_id"])
        for side in ("entered", "left")
    }
    return {side: table["customer_id"].to_pylist() for side, table in rows.items()}
