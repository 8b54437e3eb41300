"""Rules that cannot be read, that name what does not exist, or use something as what it is not."""

from __future__ import annotations

import pytest

from features.errors import StamkundError
from features.language.rules.rule import Rule
from features.language.rules.types import Names

NAMES = Names(
    {
        "candidate": {"value": "number", "tags": "list", "group": "text", "ends": "moment", "fresh": "boolean"},
        "features": {"orders_90d": "number", "stage": "text"},
        "consent": {"email": "boolean"},
    },
    later=frozenset({"traits"}),
)


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("", "bad_rule", "The end stands where a value is expected"),
        ("features.orders_90d >", "bad_rule", "at character 22 of `features.orders_90d >`"),
        ("features.orders_90d > 3 4", "bad_rule", "'4' stands where the end is expected"),
        ("features.orders_90d = 3", "bad_rule", "'=' is no word of rules; write =="),
        ("consent.email and candidate.fresh", "bad_rule", "write &&"),
        ("1 < features.orders_90d < 3", "bad_rule", "put && between two comparisons"),
        ("features.orders_90d == null", "bad_rule", "ask with has(…)"),
        ("orders_90d > 3", "bad_rule", "such as features.orders_90d"),
        ("(features.orders_90d > 3", "bad_rule", "the end stands where ')' is expected"),
        ("'tea", "bad_rule", '"\'" is no word of rules'),
        ("len(candidate.tags) > 1", "bad_rule", "'len' is no function. Known: duration, has, size, timestamp"),
        ("candidate.group.replace('a', 'b') == 'b'", "bad_rule", "'replace' is nothing that can be asked"),
        ("candidate.group.matches('(a')", "bad_rule", "'(a' is no pattern of RE2: missing ): (a."),
        (r"candidate.group.matches(r'(a)\1')", "bad_rule", r"invalid escape sequence: \1. It is at character 25 of"),
        ("candidate.group.matches('^(?=a)')", "bad_rule", "invalid perl operator: (?=. It is at"),
        (r"candidate.group.matches('\d+')", "bad_rule", "or in a text r"),
        ("candidate.grup.matches('a')", "unknown_name", "did you mean 'candidate.group'?"),
        ("candidate.group.matches(candidate.group)", "bad_type", "A pattern is a text in quotes"),
        ("candidate.value.matches('a')", "bad_type", "`candidate.value` is a number, where a text is needed"),
        ("matches(candidate.group, 'a')", "bad_rule", "'matches' is no function. Known: "),
        ("candidate.value ? true : false", "bad_type", "`candidate.value` is a number, where true or false is needed"),
        ("(candidate.fresh ? 1 : 'a') == 1", "bad_type", "of one type, and here a number and a text"),
        ("candidate.fresh ? candidate.vale > 1 : true", "unknown_name", "did you mean 'candidate.value'?"),
        ("candidate.fresh ? true", "bad_rule", "the end stands where ':' is expected: a question mark has"),
        ("true : false", "bad_rule", "':' stands where the end is expected"),
        ("'a' in (candidate.fresh ? candidate.tags : candidate.tags)", "bad_type", "is a list, where a number or"),
        ("true ? 1 : 2", "bad_type", "A rule is true or false, and this is a number"),
        ("true ? true : " * 60 + "true", "bad_rule", "at most 40 brackets"),
        ("[1, 2].map(x, x) == 3", "bad_rule", "'map' is nothing that can be asked"),
        ("(" * 60 + "true" + ")" * 60, "bad_rule", "at most 40 brackets"),
        ("true || " * 400 + "true", "bad_rule", "at most 2,000 characters"),
        ("features.order_90d > 3", "unknown_name", "did you mean 'features.orders_90d'?"),
        ("feature.orders_90d > 3", "unknown_name", "did you mean 'features.orders_90d'?"),
        ("features.orders_90d", "bad_type", "A rule is true or false, and this is a number"),
        ("features.orders_90d > 'three'", "bad_type", "A number is never compared with a text"),
        ("features.stage > 'new'", "bad_type", "Only numbers and times have an order"),
        ("features.stage + 1 > 3", "bad_type", "A text + a number means nothing"),
        ("!features.orders_90d", "bad_type", "`features.orders_90d` is a number, where true or false is needed"),
        ("consent.email && candidate.group", "bad_type", "`candidate.group` is a text"),
        ("candidate.group in candidate.group", "bad_type", "where a list is needed"),
        ("features.orders_90d in ['a']", "bad_type", "where a text is needed"),
        ("candidate.tags == candidate.tags", "bad_type", "ask with `in`"),
        ("candidate.group in [candidate.group]", "bad_type", "A list holds texts, or numbers, as they are"),
        ("has(features.orders_90d > 3)", "bad_type", "has(…) asks of a name"),
        ("candidate.ends > timestamp('tomorrow')", "bad_type", "'tomorrow' is not a moment"),
        ("candidate.ends > timestamp(candidate.group)", "bad_type", "is not a moment"),
        ("duration('3 moons') > duration('1d')", "bad_type", "is not a duration"),
        ("candidate.ends > 3", "bad_type", "A moment is never compared with a number"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(text: str, code: str, part: str) -> None:
    with pytest.raises(StamkundError) as refused:
        Rule.of(text, NAMES)
    assert refused.value.code == code
    assert part in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "candidate.value > 3 || 'wine' in candidate.tags",
        "traits.anything == 'gold' && traits.other > 3 && traits.third in ['x']",  # known after a build
        "candidate.ends - timestamp('2024-01-01') < duration('30d')",
        "features.`orders_90d` >= 1",
        "candidate.group in []",
        "candidate.fresh ? candidate.value > 3 : traits.anything > 3",
        "(candidate.fresh ? traits.floor : 3) < candidate.value",
        "true ? true : " * 39 + "true",
        r"candidate.group.matches(r'^\d{3}\s') && candidate.group.matches('^\\\\d')",
    ],
)
def test_a_rule_that_means_something_is_read(text: str) -> None:
    assert Rule.of(text, NAMES).text == text


def test_after_a_build_every_name_must_exist() -> None:
    whole = Names({**NAMES.spaces, "traits": {"tier": "text"}})
    with pytest.raises(StamkundError, match=r"did you mean 'traits\.tier'"):
        Rule.of("traits.tiers == 'gold'", whole)
