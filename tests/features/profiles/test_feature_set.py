"""The file of a feature set: what is written comes back, and a file that no build wrote is refused with its mistake."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from features.errors import StamkundError
from features.language.feature import Feature, code
from features.language.terms import Condition, Measure, Span, Term
from features.profiles.fitted.feature_set import FeatureSet

TEA = Term(
    Measure("sum", "value", (Condition("category", ("Green", "Tea")), Condition("cost", low=-5, high=7))), Span(28)
)
OLD = Term(Measure("distinct", "item_id"), Span(None))
SET = FeatureSet(
    (
        Feature("tea_share", "ratio", (TEA, OLD), "share", "tea", scale=100),
        Feature("band", "amount", (OLD,), "band", "band", cuts=(0.1, 2.0, 1e300)),
        code("age", ("19-24", "Ärzte")),
        Feature("persona", "nearest", (), "code", "p", parameters=(-math.inf, 1 / 3), inputs=("tea_share", "band")),
    ),
    fitted_at=-(2**62),
    basis="0123456789abcdef",
)


def test_what_is_written_comes_back_as_the_same_tuples_and_numbers() -> None:
    again = FeatureSet.loads(SET.dumps())
    assert (repr(again), hash(again.features), again.hash) == (repr(SET), hash(SET.features), SET.hash)
    assert again.dumps() == SET.dumps()


def edit(change: Callable[[Any], object]) -> str:
    """The set's JSON after a change."""
    data = json.loads(SET.dumps())
    change(data)
    return json.dumps(data)


def measure(data: Any) -> Any:
    """The first measure of the first feature."""
    return data["features"][0]["terms"][0]["measure"]


CORRUPT: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "It is not JSON: EOF"),
    "truncated": (SET.dumps()[:300], "It is not JSON: EOF"),
    "another language": ("format: 4", "It is not JSON: expected"),
    "not text": (b'{"format": 4, "basis": "\xff"}', "It is not JSON: invalid unicode"),
    "deeper than any set": ("[" * 100_000, "It is not JSON: recursion limit"),
    "a list": ("[]", "Input should be an object"),
    "null": ("null", "Input should be an object"),
    "nothing but its format": ('{"format": 5}', "fitted_at: Field required"),
    "no features": (edit(lambda d: d.pop("features")), "features: Field required"),
    "features by name": (edit(lambda d: d.update(features={"a": 1})), "features: Input should be a valid array"),
    "a feature that is null": (edit(lambda d: d["features"].append(None)), "features.4: Input should be an object"),
    "a feature without a name": (edit(lambda d: d["features"][1].pop("name")), "features.1.name: Field required"),
    "a time as text": (edit(lambda d: d.update(fitted_at="0")), "fitted_at: Input should be a valid integer"),
    "a formula that is unknown": (
        edit(lambda d: d["features"][2].update(formula="guess")),
        "features.2.formula: Input should be 'amount', 'ratio'",
    ),
    "a unit that is unknown": (edit(lambda d: d["features"][0].update(unit="kg")), "features.0.unit: Input should be"),
    "an op that is unknown": (
        edit(lambda d: measure(d).update(op="median")),
        "features.0.terms.0.measure.op: Input should be 'sum', 'min', 'max', 'first', 'last' or 'distinct'",
    ),
    "a bound as text": (
        edit(lambda d: measure(d)["where"][1].update(low="-5")),
        "features.0.terms.0.measure.where.1.low: Input should be a valid integer",
    ),
    "a span that ends before it starts": (
        edit(lambda d: d["features"][0]["terms"][0]["span"].update(end=29)),
        "features.0.terms.0.span: Value error, A span reaches from an earlier day to a later one, not from 28 to 29",
    ),
    "a column that is unknown": (
        edit(lambda d: measure(d).update(column="weight")),
        "The feature 'tea_share' reads 'weight', which is no column of events",
    ),
    "a condition on a column that is unknown": (
        edit(lambda d: measure(d)["where"][0].update(column="colour")),
        "The feature 'tea_share' reads 'colour', which is no column of events",
    ),
    "a name twice": (
        edit(lambda d: d["features"].append(d["features"][1])),
        "There are 2 features called 'band'",
    ),
}


@pytest.mark.parametrize(("text", "problem"), CORRUPT.values(), ids=CORRUPT)
def test_a_corrupt_file_is_refused_with_its_name_its_mistake_and_the_remedy(
    tmp_path: Path, text: str | bytes, problem: str
) -> None:
    file = tmp_path / "features.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(StamkundError) as refused:
        FeatureSet.load(file)
    assert refused.value.code == "feature_set_corrupt"
    assert str(refused.value).startswith(f"The feature set {file} is corrupt: {problem}")
    assert "Restore it from a backup, or run `stamkund build --refit`, then `stamkund train`" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "version"),
    [('{"fitted_at": 0, "features": []}', "1"), (edit(lambda d: d.update(format=4)), "4"), ('{"format": 6}', "6")],
)
def test_a_file_of_another_format_says_how_to_renew_it(tmp_path: Path, text: str, version: str) -> None:
    (tmp_path / "features.json").write_text(text)
    with pytest.raises(StamkundError, match=f"has format {version}, and 5 is read here.*--refit") as refused:
        FeatureSet.load(tmp_path / "features.json")
    assert refused.value.code == "old_feature_set"


def test_where_there_is_no_file_a_build_makes_it(tmp_path: Path) -> None:
    for path in (tmp_path / "features.json", tmp_path):
        with pytest.raises(StamkundError, match="Run `stamkund build` first") as refused:
            FeatureSet.load(path)
        assert refused.value.code == "no_feature_set"
