"""Attributes of whom several sources, or several people who are one, tell: which value counts by which rule."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import FeatureSet, Lake, profiles_at
from features.config.sections.preferences import Preference
from features.evaluate.online.record_join import joined
from features.events.tables import schema
from features.identity.attributes.rows import attributes_of
from features.identity.attributes.rules import Rules, written
from features.identity.people import People
from features.language.attributes import Attribute
from features.language.feature import of_attribute
from features.profiles.records import records
from features.units import DAY
from tests.features.identity.test_people import STORY, lake_of

TYPES = {"customer_id": pl.String, "source:": pl.String, "updated_at:": pl.Int64, "city": pl.String, "plan": pl.String}
TOLD = [
    ("u1", "shop", 1, "Lund", "gold"),
    ("u1", "crm", 9, "Umeå", None),
    ("email:a@x.se", "shop", 5, "Umeå", "free"),  # is u1 from the third day on
    ("u2", "crm", None, "Malmö", None),  # undated: older than what the shop says
    ("u2", "shop", 3, "Ystad", None),
]
NEWEST, MOST = Preference(rule="newest"), Preference(rule="most_frequent")
SOURCES = ("crm", "shop", "web")
Row = tuple[str, str, int | None, str | None, str | None]


def trusted(*sources: str) -> Preference:
    return Preference(rule="trusted", sources=sources)


def frame(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, TYPES, orient="row")


def shop(folder: Path, rule: Preference | None) -> Lake:
    """The story with what two sources tell of its people, and a rule for both attributes."""
    lake = lake_of(folder, STORY, customers=frame(TOLD))
    rules = {"city": rule, "plan": rule} if rule else {}
    persons = lake.scan("persons").collect()
    lake.write_people({"persons": persons, "preferences": written(rules)})
    return lake


def about(lake: Lake, *days: int) -> dict[str, tuple[object, ...]]:
    told = People.at(lake, [day * DAY for day in days]).about("customers").collect()
    assert told.columns == ["customer_id", "city", "plan"]
    return {row[0]: row[1:] for row in told.iter_rows()}


@pytest.mark.parametrize(
    ("rule", "apart", "together", "other"),
    [
        (None, ("Lund", "gold"), ("Lund", "gold"), "Malmö"),  # the first source of the own row
        (NEWEST, ("Umeå", "gold"), ("Umeå", "free"), "Ystad"),  # 9 > 5 > 1
        (MOST, ("Lund", "gold"), ("Umeå", "gold"), "Malmö"),  # Umeå is said twice when they are one
        (trusted("crm"), ("Umeå", "gold"), ("Umeå", "gold"), "Malmö"),
        (trusted("shop", "crm"), ("Lund", "gold"), ("Lund", "gold"), "Ystad"),
        (trusted("web"), ("Lund", "gold"), ("Lund", "gold"), "Malmö"),
    ],
)
def test_the_value_that_counts_by_each_rule(
    tmp_path: Path, rule: Preference | None, apart: tuple[str, str], together: tuple[str, str], other: str
) -> None:
    lake = shop(tmp_path, rule)
    assert about(lake, 2) == {"u1": apart, "u2": (other, None), "email:a@x.se": ("Umeå", "free")}
    assert about(lake, 5) == {"u1": together, "u2": (other, None)}
    own = {row[0]: row[1:] for row in attributes_of(lake).collect().iter_rows()}
    assert own == about(lake, 2)


def test_the_own_row_counts_first_at_each_of_many_moments(tmp_path: Path) -> None:
    lake = shop(tmp_path, None)
    features = FeatureSet((of_attribute(Attribute("plan", "customers", "word", ("free", "gold"))),), fitted_at=0)
    moments = [2 * DAY, 5 * DAY]
    each = pl.concat([profiles_at(lake, features, as_of=moment) for moment in moments])
    assert profiles_at(lake, features, as_of=moments).equals(each, null_equal=True)


RULES = st.sampled_from([None, NEWEST, MOST, trusted("crm"), trusted("web", "shop")])
VALUES = st.sampled_from([None, "a", "b", "c"])


@st.composite
def told_rows(draw: st.DrawFn) -> list[Row]:
    """What sources say of three ids, each source once of an id."""
    keys = draw(st.sets(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(SOURCES)), min_size=1))
    at = st.sampled_from([None, 1, 2])
    return [(who, source, draw(at), draw(VALUES), draw(VALUES)) for who, source in sorted(keys)]


def naive(rows: Sequence[Row], own: str, column: int, rule: Preference | None) -> str | None:
    """The value of an attribute of a person by rules in words."""
    said = sorted((row for row in rows if row[column] is not None), key=lambda row: (row[0] != own, row[0]))
    best: Row | None = None
    for row in said:
        if best is None or _beats(row, best, said, column, rule):
            best = row
    return None if best is None else cast(str, best[column])


def _beats(row: Row, best: Row, said: Sequence[Row], column: int, rule: Preference | None) -> bool:
    if rule is None:
        return False
    if rule.rule == "newest":
        return row[2] is not None and (best[2] is None or row[2] > best[2])
    if rule.rule == "most_frequent":
        count = [sum(each[column] == one[column] for each in said) for one in (row, best)]
        return count[0] > count[1]
    place = [rule.sources.index(one[1]) if one[1] in rule.sources else 99 for one in (row, best)]
    return place[0] < place[1]


@given(rows=told_rows(), own=st.sampled_from(["a", "b", "c", "z"]), city=RULES, plan=RULES)
def test_profiles_records_and_records_joined_by_hand_agree_with_the_rules_in_words(
    rows: list[Row], own: str, city: Preference | None, plan: Preference | None
) -> None:
    rules: Rules = {name: rule for name, rule in {"city": city, "plan": plan}.items() if rule}
    joins = [(who, own, 0, 2**62, None) for who in "abc" if who != own]
    expected = {"city": naive(rows, own, 3, city), "plan": naive(rows, own, 4, plan)}
    with tempfile.TemporaryDirectory() as folder:
        one, three = Lake(Path(folder, "one")), Lake(Path(folder, "three"))
        for lake, people in ((one, joins), (three, [])):
            lake.write({"customers": frame(rows)})
            persons = pl.DataFrame(people, schema("persons"), orient="row")
            lake.write_people({"persons": persons, "preferences": written(rules)})
        assert People.at(one, [5]).about("customers").collect().to_dicts() == [{"customer_id": own, **expected}]
        ((_, record),) = records(one, as_of=5)
        apart = dict(records(three, as_of=5))
    assert record.attributes == expected
    first = sorted(apart, key=lambda who: (who != own, who))
    live = joined([apart[who].unpack(apart[who].pack()) for who in first], own)
    assert live.attributes == expected
    later = joined([record], "new")  # who is called otherwise since the build, and of whose new id no row tells
    anew = {"city": naive(rows, "new", 3, city), "plan": naive(rows, "new", 4, plan)}
    assert {name: later.attributes[name] for name in rules} == {name: anew[name] for name in rules}
