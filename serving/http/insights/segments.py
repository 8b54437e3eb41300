"""Answers about segments: counted from what the last refresh wrote, listed, and why somebody is not in one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from features.arrays import Mask
from features.config.sections.insights.segments import SegmentSettings, segment_names, segment_rules
from features.errors import StamkundError
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from features.moments import iso
from features.reading.iso import parse
from insights.segments.comparison import compared, sensitive_names, shared
from insights.segments.customers import Columns
from insights.segments.files import open_columns, version_of
from insights.segments.funnel import Audience
from insights.segments.rules import folder_of
from insights.segments.telling import counted, known_segment, moves, outs_of, page, sizes, steps_of, why
from serving.audiences.reach import reached
from serving.http.answers.customers import customers_of, moment_of, no_consent, unknown_customer
from serving.http.answers.profiles import profile_of
from serving.http.answers.requests import Profile
from serving.http.answers.segments import values_of
from serving.http.current.state import State
from serving.http.insights.requests import CountRequest
from serving.store.engine import outages_as_errors
from serving.store.hidden import pending_nodes

Json = dict[str, object]


@lru_cache(maxsize=2)
def _columns(folder: Path, version: str | None, erased: frozenset[str]) -> Columns:  # noqa: ARG001  (it tells others)
    """The columns of a version, without those who were erased since."""
    return open_columns(folder).without(erased)


@dataclass(frozen=True)
class Segments:
    """The columns of the last refresh, the segments as they are declared now, and the names that rules may use."""

    state: State
    columns: Columns
    names: Names
    rules: Mapping[str, Rule]

    @classmethod
    def of(cls, state: State) -> Segments:
        """As they are for a state, without whoever was erased since."""
        folder = folder_of(state.settings)
        columns = _columns(folder, version_of(folder), frozenset(pending_nodes(state.store)))
        state.required_lineup()
        names = segment_names(state.setup.rules.names, state.settings.segments)
        return cls(state, columns, names, segment_rules(state.settings.segments, state.setup.rules.names))

    @property
    def head(self) -> Json:
        """What every answer begins with."""
        return {"as_of": iso(self.columns.as_of), "build": self.columns.build, "customers": self.columns.customers}

    def told(self, name: str) -> Json:
        """A segment with how many it holds."""
        text = self.state.settings.segments[name].told(self.state.settings.language)
        return {"name": name, "text": text, **counted(self.columns, known_segment(name, self.rules), self.rules)}

    def members(self, name: str) -> Mask:
        """``[customer]``: whether each is in a segment."""
        return self.columns.members(known_segment(name, self.rules), self.rules)

    def reached(self, members: Mask, channel: str) -> Audience:
        """Whom a channel reaches of these."""
        return reached(self.state.settings, self.state.store, self.columns, members, channel)


@outages_as_errors()
def answer_segments(state: State) -> Json:
    """All segments, each with how many it holds."""
    segments = Segments.of(state)
    return {**segments.head, "segments": [segments.told(name) for name in state.settings.segments]}


@outages_as_errors()
def answer_count(state: State, body: CountRequest) -> Json:
    """How many a rule, or conditions, hold for while they are written."""
    segments = Segments.of(state)
    text = SegmentSettings(when=body.rule, conditions=body.conditions).rule(segments.names)
    if not text:
        raise StamkundError("no_condition", field="rule")
    rule = Rule.of(text, segments.names)
    told = counted(segments.columns, rule, segments.rules)
    if body.channel is not None:
        told["audience"] = steps_of(segments.reached(segments.columns.members(rule, segments.rules), body.channel))
    return {**segments.head, **told}


@outages_as_errors()
def answer_segment(state: State, name: str, channel: str | None) -> Json:
    """One segment: how many it holds, what keeps the others out, and how big it was at each refresh."""
    segments = Segments.of(state)
    known_segment(name, segments.rules)
    told = {**segments.head, **segments.told(name), "history": list(sizes(state.settings, name))}
    told["overlap"] = shared(segments.columns, name, segments.rules)
    if channel is not None:
        told["audience"] = steps_of(segments.reached(segments.members(name), channel))
    return told


@outages_as_errors()
def answer_comparison(state: State, name: str, versus: str) -> Json:
    """What the customers of a segment differ in from those of another one."""
    segments = Segments.of(state)
    one, other = segments.members(name), segments.members(versus)
    rows = compared(segments.columns, one, other, without=sensitive_names(state.settings))
    counts = {"members": int(one.sum()), "other_members": int(other.sum()), "both": int((one & other).sum())}
    return {**segments.head, "segment": name, "versus": versus, **counts, "differences": rows}


@outages_as_errors()
def answer_members(state: State, name: str, after: str | None, limit: int, channel: str | None) -> Json:
    """A page of a segment's members, of those who allow it now, and why some cannot be reached on a channel."""
    segments = Segments.of(state)
    members = segments.members(name)
    ids = page(segments.columns, members, after=after, limit=limit + 1)
    shown, following = _allowed(state, ids[:limit]), ids[limit - 1] if len(ids) > limit else None
    out = {} if channel is None else {"out": outs_of(segments.columns, segments.reached(members, channel), shown)}
    return {**segments.head, "segment": name, "members": shown, "next": following, **out}


@outages_as_errors()
def answer_moves(state: State, name: str, at: str | None) -> Json:
    """Who entered a segment and who left it at a refresh, of those who allow it now."""
    segments = Segments.of(state)
    known_segment(name, segments.rules)
    as_of = segments.columns.as_of if at is None else parse(at, code="bad_date", field="at")
    moved = moves(state.settings, name, as_of=as_of)
    return {"as_of": iso(as_of), "segment": name, **{side: _allowed(state, ids) for side, ids in moved.items()}}


@outages_as_errors()
def answer_why(state: State, name: str, key: str) -> Json:
    """Whether a customer is in a segment now, by their record, and what would have to change."""
    names = segment_names(state.setup.rules.names, state.settings.segments)
    rules = segment_rules(state.settings.segments, state.setup.rules.names)
    rule, profile, moment = known_segment(name, rules), profile_of(key), moment_of(state, None)
    customer = customers_of(state, [profile], moment).get(profile)
    if customer is None:
        raise unknown_customer(profile)
    if not customer.passes("insights"):
        raise no_consent(profile)
    read = values_of(state, state.required_lineup(), customer, moment.as_of)
    told = why(rule, names, read, state.settings, rules)
    return {"as_of": iso(moment.as_of), "segment": name, "customer_id": customer.customer_id, **told}


def _allowed(state: State, ids: list[str]) -> list[str]:
    """Those who allow insights at this moment, whatever the refresh found."""
    if state.rules is None:
        return ids
    profiles = {Profile(id_type="user_id", id=id_): id_ for id_ in ids}
    found = customers_of(state, list(profiles), moment_of(state, None))
    return [id_ for profile, id_ in profiles.items() if profile not in found or found[profile].passes("insights")]
