"""What rules say, of one person and of many candidates at once, and what they say of values that are missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.language.rules.evaluate import MISSING, Cell, Read, compile_rule
from features.language.rules.parse import parse
from features.units import DAY

MAY = 1_714_521_600_000_000  # 2024-05-01T00:00:00Z
KNOWN: dict[str, Any] = {
    "features.orders": 3.0,
    "features.stage": "loyal",
    "traits.vip": True,
    "traits.likes": frozenset({"tea", "cake"}),
    "time.now": MAY,
    "context.channel": "web",
}


def read(name: str) -> Cell:
    return Cell(KNOWN[name]) if name in KNOWN else MISSING


def value(text: str, read: Read = read, timezone: str = "UTC") -> object:
    """True, False, or None where a missing value leaves it open."""
    cell = compile_rule(parse(text), read, timezone=timezone)(read)
    return cell.value if cell.known else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("features.orders >= 3", True),
        ("features.orders > 3", False),
        ("3 <= features.orders", True),
        ("features.orders * 2 - 1 == 5", True),
        ("features.orders / 2 == 1.5", True),
        ("-features.orders < 0", True),
        ("2 + 3 * 4 == 14 && (2 + 3) * 4 == 20", True),
        ("10 - 3 - 2 == 5", True),
        ("!traits.vip", False),
        ("traits.vip == true", True),
        ('features.stage in ["new", "loyal"]', True),
        ('features.stage != "new"', True),
        ("features.stage == 'loyal' && features.orders in [1, 2]", False),
        ('"tea" in traits.likes && !("wine" in traits.likes)', True),
        ("size(traits.likes) == 2 && size(features.stage) == 5", True),
        ('features.stage.startsWith("lo") && features.stage.endsWith("al") && features.stage.contains("oy")', True),
        ("'LÅyal'.lowerAscii() == 'lÅyal' && features.stage.lowerAscii().startsWith('lo')", True),
        ('time.now >= timestamp("2024-05-01T00:00:00Z")', True),
        ('time.now - duration("1d") == timestamp("2024-04-30")', True),
        ('time.now - timestamp("2024-04-01") == duration("30d")', True),
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("has(features.orders) && !has(features.spend)", True),
        ("features.stage.matches('oy')", True),
        ("features.stage.matches('^oy')", False),
        (r"features.stage.matches(r'^l\w{3}l$') && !features.stage.matches('^L')", True),
        ("'Åsa'.matches('(?i)^åsa$') && 'a\"b'.matches(r'a\"b')", True),
        ("traits.vip ? features.orders > 2 : features.orders > 9", True),
        ("(features.orders > 5 ? 1 : features.orders > 2 ? 2 : 3) == 2", True),
        ("(features.orders > 2 || false ? 'a' : 'b') == 'a'", True),
    ],
)
def test_a_rule_is_true_or_false(text: str, wanted: bool) -> None:  # noqa: FBT001
    assert value(text) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("features.spend > 1", None),
        ("!(features.spend > 1)", None),
        ("features.spend > 1 && false", False),
        ("false && features.spend > 1", False),
        ("features.spend > 1 && true", None),
        ("features.spend > 1 || true", True),
        ("true || features.spend > 1", True),
        ("features.spend > 1 || false", None),
        ("!has(features.spend) || features.spend > 1", True),
        ("features.spend + 1 == features.spend + 1", None),
        ("features.stage.startsWith(traits.name)", None),
        ("traits.name.matches('a')", None),
        ("features.spend > 1 ? true : true", None),
        ("traits.vip ? true : features.spend > 1", True),
        ("traits.vip ? features.spend > 1 : true", None),
        ("traits.name in ['a']", None),
        ("features.orders / (features.orders - 3) > 0", None),  # a ratio to zero is no number
    ],
)
def test_what_is_made_of_a_missing_value_is_missing_unless_the_rest_decides(text: str, wanted: bool | None) -> None:  # noqa: FBT001
    assert value(text) is wanted


def test_a_time_without_an_offset_is_that_of_the_company() -> None:
    two_hours_behind = 'time.now == timestamp("2024-05-01T02:00")'
    assert (value(two_hours_behind), value(two_hours_behind, timezone="Europe/Stockholm")) == (False, True)
    assert value(f'duration("{MAY // DAY}d") == time.now - timestamp("1970-01-01")') is True


NUMBERS = st.one_of(st.none(), st.integers(-3, 3).map(float))
ATOMS = st.sampled_from(
    [
        "candidate.value > features.spend", "candidate.value == 1", "features.spend <= 2", "candidate.group == 'tea'",
        "candidate.group in ['tea', 'cake']", "'x' in candidate.tags", "has(candidate.value)", "candidate.new",
        "candidate.value / features.spend > 1", "candidate.value + features.spend > 0", "traits.vip",
        "candidate.group.startsWith('t')", "candidate.group.lowerAscii() == 'tea'",
        "candidate.value * candidate.value > candidate.value", "candidate.group.matches('^t.a')",
        "(candidate.new ? candidate.group : 'tea') == 'tea'", "(traits.vip ? candidate.value : features.spend) > 0",
        "(candidate.value > 0 ? 'tea' : 'TEA').startsWith('t')",
    ]
)  # fmt: skip
RULES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda part: f"!({part})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(inner, inner, inner).map(lambda parts: "({} ? {} : {})".format(*parts)),
    ),
    max_leaves=6,
)
CANDIDATE = st.fixed_dictionaries(
    {
        "candidate.value": NUMBERS,
        "candidate.group": st.sampled_from([None, "tea", "TEA", "cake"]),
        "candidate.tags": st.sampled_from([None, frozenset(), frozenset({"x", "y"})]),
        "candidate.new": st.sampled_from([None, True, False]),
    }
)
NOTHING: dict[str, Any] = {
    "candidate.value": np.nan, "candidate.group": "", "candidate.tags": frozenset(), "candidate.new": False,
}  # fmt: skip


def columns(candidates: list[dict[str, Any]]) -> dict[str, Cell]:
    """Arrays with an entry a candidate."""
    cells = {}
    for name, nothing in NOTHING.items():
        values = [each[name] for each in candidates]
        array = np.empty(len(values), dtype=object)
        array[:] = [nothing if each is None else each for each in values]
        types = {"candidate.value": np.float64, "candidate.new": np.bool_}
        known = np.array([each is not None for each in values], dtype=np.bool_)
        cells[name] = Cell(array.astype(types[name]) if name in types else array, known)
    return cells


@given(RULES, st.lists(CANDIDATE, min_size=1, max_size=4), NUMBERS, st.sampled_from([None, True, False]))
def test_a_rule_says_of_all_candidates_at_once_what_it_says_of_each(
    text: str,
    candidates: list[dict[str, Any]],
    spend: float | None,
    vip: bool | None,  # noqa: FBT001
) -> None:
    person = {"features.spend": spend, "traits.vip": vip}

    def cell(found: object) -> Cell:
        return MISSING if found is None else Cell(found)

    fixed = columns(candidates)
    rule = compile_rule(parse(text), fixed.__getitem__, timezone="UTC")
    together = rule(lambda name: fixed[name] if name in fixed else cell(person[name]))
    size = len(candidates)
    known, values = (np.broadcast_to(part, size).tolist() for part in (together.known, together.value))
    single = [value(text, lambda name, each=each: cell({**person, **each}[name])) for each in candidates]  # type: ignore[misc]
    assert [value if is_known else None for value, is_known in zip(values, known, strict=True)] == single
    assert not any(value for value, is_known in zip(values, known, strict=True) if not is_known)


def test_texts_of_candidates_are_lowered_where_they_are_known() -> None:
    names = [None, "TEA", "tea", "Åre", "cake"]
    cells = columns([{**dict.fromkeys(NOTHING), "candidate.group": name} for name in names])
    rule = compile_rule(parse("candidate.group.lowerAscii() in ['tea', 'Åre']"), cells.__getitem__, timezone="UTC")
    found = rule(cells.__getitem__)
    assert (found.value.tolist(), found.known.tolist()) == ([False, True, True, True, False], [False] + [True] * 4)


def test_of_a_condition_that_is_not_known_neither_value_is_told() -> None:
    cells = columns([{**dict.fromkeys(NOTHING), "candidate.new": new} for new in (None, True, False)])
    found = compile_rule(parse("candidate.new ? false : true"), cells.__getitem__, timezone="UTC")(cells.__getitem__)
    assert (found.value.tolist(), found.known.tolist()) == ([False, False, True], [False, True, True])
