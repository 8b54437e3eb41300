"""Rules over columns mean of many customers what the rules' evaluator makes of each by themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.language.rules.evaluate import MISSING, Cell, compile_rule
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from insights.segments.columns.column import Column, Constant, Source
from insights.segments.counting.evaluate import BLOCK, Membership

NAMES = Names({
    "features": {"orders": "number", "spend": "number", "stage": "text"},
    "traits": {"city": "text", "born": "moment", "tags": "list"},
    "consent": {"ads": "boolean", "news": "boolean"},
    "time": {"now": "moment"},
})  # fmt: skip
NOW = 1_000_000_000
DAY = 86_400_000_000

numbers = st.sampled_from([
    "features.orders", "features.spend", "3", "0", "-1", "2.5", "features.orders - features.spend",
    "features.spend / features.orders", "-features.orders",
])  # fmt: skip
texts = st.sampled_from(["features.stage", "traits.city", '"new"', '"loyal"'])
atoms = st.one_of(
    st.builds("{} {} {}".format, numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers),
    st.builds("{} {} {}".format, texts, st.sampled_from(["==", "!="]), texts),
    st.builds("{} in {}".format, texts, st.sampled_from(['["new", "loyal"]', '["x"]', "traits.tags"])),
    st.builds("features.orders in {}".format, st.sampled_from(["[1, 2]", "[0]"])),
    st.builds("{}.{}({})".format, texts, st.sampled_from(["contains", "startsWith", "endsWith"]), texts),
    st.builds("has({})".format, st.sampled_from(["features.spend", "traits.city", "consent.ads", "traits.tags"])),
    st.sampled_from(["consent.ads", "consent.news", "consent.ads == consent.news", "true", "false"]),
    st.sampled_from(["size(traits.city) > 3", "size(traits.tags) == 1"]),
    st.sampled_from(['time.now - traits.born > duration("1d")', "traits.born <= time.now"]),
)
rules = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner), st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=6,
)  # fmt: skip
maybe_number = st.sampled_from([math.nan, -1.0, 0.0, 1.0, 2.0, 2.5, 300.0, 1e300])
people = st.lists(
    st.fixed_dictionaries({
        "features.orders": maybe_number, "features.spend": maybe_number,
        "features.stage": st.sampled_from([None, "new", "loyal"]),
        "traits.city": st.sampled_from([None, "newark", "new"]),
        "traits.born": st.sampled_from([None, 0, NOW, -2 * DAY]),
        "traits.tags": st.sampled_from([None, frozenset(), frozenset({"new"}), frozenset({"x", "y"})]),
        "consent.ads": st.sampled_from([None, True, False]), "consent.news": st.sampled_from([True, False]),
    }), min_size=1, max_size=5,
)  # fmt: skip


def column_of(name: str, values: list[object]) -> Column:
    space, _, own = name.partition(".")
    match NAMES.spaces[space][own]:
        case "number":
            return Column.of_numbers(np.array(values, dtype=np.float64))
        case "moment":
            return Column.of_moments(values)  # type: ignore[arg-type]
        case kind:
            return Column.of_words(values, kind)


def own_cell(value: object) -> Cell:
    return MISSING if value is None or value != value else Cell(value)  # noqa: PLR0124


@given(rules, people)
def test_a_rule_over_columns_holds_for_those_for_whom_it_holds_by_themselves(
    text: str, persons: list[dict[str, object]]
) -> None:
    rule = Rule.of(text, NAMES).node
    sources: dict[str, Source] = {name: column_of(name, [p[name] for p in persons]) for name in persons[0]}
    holds, known = Membership.of(rule, sources | {"time.now": Constant(NOW)}, timezone="UTC").answers(len(persons))
    alone = compile_rule(rule, lambda _: MISSING, timezone="UTC")
    for place, person in enumerate(persons):
        own = alone(lambda name, of=person: Cell(NOW) if name == "time.now" else own_cell(of[name]))  # type: ignore[misc]
        assert (bool(holds[place]), bool(known[place])) == (bool(own.value), bool(own.known)), text


@given(st.lists(st.one_of(maybe_number, st.floats(), st.integers(-40_000, 40_000).map(float)), max_size=8))
def test_every_number_comes_back_bit_for_bit(values: list[float]) -> None:
    column = Column.of_numbers(np.array(values, dtype=np.float64))
    again = [column.at(place) for place in range(len(values))]
    assert [c.value.hex() for c in again if c.known] == [v.hex() for v in values if not math.isnan(v)]


def test_numbers_among_several_and_zeros_of_both_signs() -> None:
    orders = {"features.orders": column_of("features.orders", [1.0, 2.0, 3.0, math.nan])}
    among = Rule.of("features.orders in [1, 3]", NAMES).node
    assert Membership.of(among, orders, timezone="UTC").answers(4)[0].tolist() == [True, False, True, False]
    zeros = Column.of_numbers(np.array([0.0, -0.0]))
    assert [math.copysign(1, zeros.at(place).value) for place in (0, 1)] == [1, -1]


@pytest.mark.parametrize("count", [1, BLOCK - 1, BLOCK, 2 * BLOCK + 1])
def test_blocks_leave_nobody_out(count: int) -> None:
    column = Column.of_numbers(np.arange(count, dtype=np.float64))
    rule = Rule.of("features.orders >= 1", NAMES).node
    assert Membership.of(rule, {"features.orders": column}, timezone="UTC").answers(count)[0].sum() == count - 1


def test_whom_a_rule_tells_nothing_of_is_not_in_and_in_the_opposite_of_a_segment_alone() -> None:
    spend = {"features.spend": column_of("features.spend", [math.nan, 5.0, 50.0])}
    inner = Membership.of(Rule.of("features.spend > 9", NAMES).node, spend, timezone="UTC")
    assert inner.answers(3)[0].tolist() == [False, False, True]
    opposite = Membership.of(Rule.of("!(features.spend > 9)", NAMES).node, spend, timezone="UTC")
    assert opposite.answers(3)[0].tolist() == [False, True, False]
    names = Names({"segments": {"rich": "boolean"}})
    outside = Membership.of(Rule.of("!segments.rich", names).node, {"segments.rich": inner}, timezone="UTC")
    assert outside.answers(3)[0].tolist() == [True, True, False]
