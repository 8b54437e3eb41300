from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features import FeatureSet, Lake, profile_frame
from features.evaluate.offline import scan_tables
from features.identity.people import customer_events_at
from features.language.attributes import Attribute
from features.language.defaults import Vocabulary, default_features
from features.language.feature import of_attribute
from features.profiles.everybody import everybody

VISITS, AGE = default_features(Vocabulary(("visit",), (), ())), of_attribute(Attribute("age", reading="number"))
FEATURES = FeatureSet((*VISITS, AGE), fitted_at=0)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Customers 0 to 6 come at the time of their number; of 1, 8 and 9 the age is known."""
    visits = {"event_id": [f"e{n}" for n in range(7)], "customer_id": [str(n) for n in range(7)], "time": range(7)}
    lake = Lake(tmp_path)
    ages = pl.DataFrame({"customer_id": ["1", "8", "9"], "age": [30, 40, 50]})
    lake.write({"events": pl.DataFrame(visits).with_columns(kind=pl.lit("visit")), "customers": ages})
    return lake


def test_everybody_comes_some_at_a_time_and_who_has_no_event_comes_last(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_tables, "BLOCK_CUSTOMERS", 3)
    some = list(everybody(lake, FEATURES, as_of=4))
    assert [(each.profiles["customer_id"].to_list(), each.silent, each.done, each.total) for each in some] == [
        (["0", "1", "2"], False, 3, 5),
        (["3", "4"], False, 5, 5),
        (["8", "9"], True, 5, 5),
    ]
    whole = profile_frame(
        customer_events_at(lake, as_of=4), FEATURES, as_of=4, attributes=lake.scan("customers"), without_events=True
    )
    assert pl.concat(each.profiles for each in some).equals(whole, null_equal=True)


def test_of_some_customers_nobody_else_is_told(lake: Lake) -> None:
    some = list(everybody(lake, FEATURES, as_of=9, customers=["2", "9", "nobody"]))
    assert [each.profiles["customer_id"].to_list() for each in some] == [["2"], ["9"]]
