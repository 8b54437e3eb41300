"""Segments as the command line tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from rich.table import Table

from features.arrays import Mask
from features.config.settings import Settings
from features.errors import StamkundError
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from features.moments import iso
from insights.report.audiences import funnel_lines
from insights.segments.comparison import compared, sensitive_names
from insights.segments.customers import Columns
from insights.segments.files import open_columns
from insights.segments.funnel import Audience
from insights.segments.reading import columns_at
from insights.segments.rules import folder_of, names_of, reads, rules_of
from insights.segments.telling import counted, known_segment, outs_of, page, sizes, steps_of, why
from insights.words import Words
from serving.audiences.export import export
from serving.audiences.reach import reached
from serving.scoring.batches.everyone import allowed
from serving.store.engine import opened_store
from serving.terminal.layout import add_row, folded, table_of
from serving.terminal.output import Output

SHOWN = 20  # members that people are shown


@dataclass(frozen=True)
class Asked:
    """What is asked for: a rule (None: all segments), and the columns that it is answered from."""

    settings: Settings
    name: str
    rule: Rule | None
    rules: Mapping[str, Rule]
    names: Names
    columns: Columns
    as_of: int | None  # the moment that is asked for

    @classmethod
    def of(
        cls, settings: Settings, name: str | None, text: str | None, as_of: int | None, *, whole: bool = False
    ) -> Asked:
        """A segment by its name, or a rule, now or at a moment (µs); with the ``whole`` of what is known."""
        names = names_of(settings)
        rules = rules_of(settings, names)
        rule = Rule.of(text, names) if text is not None else None if name is None else known_segment(name, rules)
        if as_of is None:
            columns = open_columns(folder_of(settings))
        else:
            wanted = None if rule is None or whole else reads(rule, rules)
            passing = allowed(settings, ("insights",), as_of=as_of)
            columns = columns_at(settings, as_of=as_of, names=wanted, allowed=passing)
        return cls(settings, name or "", rule, rules, names, columns, as_of)

    @property
    def head(self) -> dict[str, object]:
        """What every answer begins with."""
        return {"as_of": iso(self.columns.as_of), "build": self.columns.build, "customers": self.columns.customers}

    @property
    def words(self) -> Words:
        """The company's language."""
        return Words(self.settings.language)

    def say(self, code: str, **params: object) -> str:
        """A text of segments; it may tell the ``moment`` and the number of ``customers``."""
        told = {"moment": iso(self.columns.as_of), "customers": self.columns.customers, **params}
        return self.words.say(f"segments.{code}", **{
            name: self.words.count(value) if isinstance(value, int) else value for name, value in told.items()
        })  # fmt: skip


def all_segments(out: Output, asked: Asked) -> None:
    """Every segment with how many it holds, and how many moved at the last refresh."""
    moved: dict[object, Mapping[str, Any]] = {row["segment"]: row for row in sizes(asked.settings)}
    rows, words = list[dict[str, Any]](), asked.words
    table = _table(asked, "segment", ">customers", ">share", ">entered", ">left", "rule")
    for name in asked.settings.segments:
        told: Mapping[str, Any] = counted(asked.columns, asked.rules[name], asked.rules)
        last = moved.get(name, {})
        rows.append({"name": name, "text": asked.settings.segments[name].told(asked.settings.language), **told})
        rows[-1] |= {"entered": last.get("entered"), "left": last.get("left")}
        figures = ["–" if last.get(side) is None else words.count(last[side]) for side in ("entered", "left")]
        figures = [words.count(told["members"]), words.number(told["share"], "share"), *figures]
        add_row(table, name, *figures, folded(str(told["rule"]), 28))
    out.say(asked.say("all"), table if asked.rules else asked.say("none"))
    out.answer({**asked.head, "segments": rows})


def one_segment(out: Output, asked: Asked, *, channel: str | None, members: bool) -> None:
    """How many a rule holds for, what keeps the others out, who they are, and how many can be reached."""
    rule = _rule(asked)
    told: dict[str, Any] = counted(asked.columns, rule, asked.rules)
    table = _table(asked, "condition", ">failing", ">unknown", ">alone", ">remain")
    for each in told["conditions"]:
        figures = [asked.words.count(each[key]) for key in ("failing", "unknown", "alone", "left")]
        add_row(table, each["condition"], *figures)
    out.say(asked.say("counted", members=told["members"], rule=rule.text), table)
    for each in told["nobody_has"]:
        case = "nobody_came" if each["text"] is None else "nobody_has.near" if each["near"] else "nobody_has"
        out.warn(StamkundError("nobody_has", asked.say(case, **each)))
    mask = asked.columns.members(rule, asked.rules)
    if channel is not None:
        found = _audience(asked, mask, channel)
        told["audience"] = steps_of(found)
        out.say(_funnel(told["audience"], channel, asked.words))
        if members:
            told["out"] = outs_of(asked.columns, found, page(asked.columns, mask, after=None, limit=len(mask)))
    if members:
        ids = page(asked.columns, mask, after=None, limit=asked.columns.customers)
        out.say(*(f"{id_}  {reason}" if (reason := told.get("out", {}).get(id_)) else id_ for id_ in ids))
        told["list"] = ids
    out.answer({**asked.head, "segment": asked.name or None, **told})


def _funnel(steps: Sequence[Mapping[str, Any]], channel: str, words: Words) -> Table:
    """Who is in the segment, who falls out for which reason, and who is reached."""
    head = words.say("report.audience", channel=words.name("channel", channel))
    table = table_of(head, f">{words.say('insights.customers')}")
    for line in funnel_lines(steps, words):
        add_row(table, *line)
    return table


def _table(asked: Asked, *heads: str) -> Table:
    """A table with heads of the catalogue; the columns of those after a ``>`` are to the right."""
    return table_of(*(">" * head.startswith(">") + asked.say(head.removeprefix(">")) for head in heads))


def two_segments(out: Output, asked: Asked, versus: str) -> None:
    """What the customers of a rule differ in from those of another segment."""
    one, other = _rule(asked), known_segment(versus, asked.rules)
    masks = [asked.columns.members(rule, asked.rules) for rule in (one, other)]
    both = int((masks[0] & masks[1]).sum())
    rows = compared(asked.columns, *masks, without=sensitive_names(asked.settings))
    sizes_ = [int(mask.sum()) for mask in masks]
    name = asked.name or asked.say("the_rule")
    out.say(asked.say("two", members=sizes_[0], others=sizes_[1], both=both, segment=name, other=versus))
    heads = (asked.say(head) for head in ("difference", "interval"))
    table = table_of(asked.say("what"), *(f">{head}" for head in (name, versus, *heads)))
    stands = [row for row in rows if row["stands"]]
    for row in stands[:SHOWN]:
        is_share = row["word"] is not None
        sides = [row["value"], row["other_value"]]
        figures = asked.words.figures("share" if is_share else "ratio", sides)
        shown = (*map(figures.value, sides), figures.change(row["difference"], short=True))
        add_row(
            table, row["name"] + (f": {row['word']}" if is_share else ""), *shown, figures.ends(row["low"], row["high"])
        )
    count = rows[0]["compared"] if rows else 0
    out.say(table if stands else asked.say("alike"), asked.say("stand", stands=len(stands), compared=count))
    told = {"segment": asked.name or None, "versus": versus, "members": sizes_[0], "other_members": sizes_[1]}
    out.answer({**asked.head, **told, "both": both, "compared": count, "differences": rows})


def overlaps(out: Output, asked: Asked) -> None:
    """How many customers are in each two segments."""
    masks = {name: asked.columns.members(rule, asked.rules) for name, rule in asked.rules.items()}
    table, rows = _table(asked, "segment", ">customers", "other", ">customers", ">both"), list[dict[str, Any]]()
    for one, other in combinations(masks, 2):
        counts = [int(mask.sum()) for mask in (masks[one], masks[other], masks[one] & masks[other])]
        if asked.name in {"", one, other}:
            rows.append({"segment": one, "other": other, "members": counts[0], "other_members": counts[1]})
            rows[-1]["both"] = counts[2]
            figures = [asked.words.count(each) for each in counts]
            add_row(table, one, figures[0], other, *figures[1:])
    out.say(asked.say("all"), table if asked.rules else asked.say("none"))
    out.answer({**asked.head, "overlap": rows})


def _audience(asked: Asked, members: Mask, channel: str) -> Audience:
    with opened_store(asked.settings) as store:
        return reached(asked.settings, store, asked.columns, members, channel, as_of=asked.as_of)


def one_person(out: Output, asked: Asked, customer: str) -> None:
    """Whether somebody is in, and what would have to change."""
    place = asked.columns.place(customer)
    if place is None:
        raise StamkundError("unknown_customer", id_type="user_id", id=customer, field="why")
    read = asked.columns.one(place, asked.rules)
    told: dict[str, Any] = why(_rule(asked), asked.names, read, asked.settings, asked.rules)
    out.say(asked.say("is_in" if told["member"] else "is_out", customer=customer, needs=told["needs"]))
    for name, inner in told["segments"].items():
        out.say(f"  segments.{name}: {inner['needs'] or asked.say('in')}")
    out.answer({**asked.head, "customer_id": customer, **told})


def written(out: Output, asked: Asked, to: str, table: str) -> None:
    """Write the members of those who allow that anything of theirs is written elsewhere."""
    mask = asked.columns.members(_rule(asked), asked.rules)
    count, where = export(asked.settings, asked.columns, mask, segment=asked.name or "rule", to=to, table=table)
    out.say(asked.say("written", members=count, where=where))
    out.answer({**asked.head, "segment": asked.name or None, "members": count, "out": where})


def _rule(asked: Asked) -> Rule:
    assert asked.rule is not None  # noqa: S101  (the command asks for one)
    return asked.rule
