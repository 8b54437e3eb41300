"""What was folded need not be read again: profiles from a checkpoint and what came after are those from all events."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from benchmarks.company import synthetic
from features.evaluate.offline import blocks, scan_tables
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.checkpoint_writer import checkpoint_for, write_checkpoint
from features.evaluate.scans import scans
from features.identity.people import customer_events_at, events_at
from features.lake import Lake
from features.language.declare import declare
from features.profiles.fit import fit_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from features.profiles.parquet_file import write_profiles
from features.units import DAY
from tests.features.one_customer import NOW, SHOP, attributes, event, frame

OWN = (
    *declare("web", take="sum", of="value", kind="order", where={"channel": "web"}, windows=[28, None]),
    *declare("items", take="distinct", of="item_id", kind="order", windows=[28, None]),
)


def from_checkpoint(lake: Lake, features: FeatureSet, home: Path, *, until: int, as_of: int) -> pl.DataFrame:
    """The profiles from a checkpoint and from events after it alone, the earlier ones gone."""
    checkpoint = write_checkpoint(
        customer_events_at(lake, as_of=until), features.plan, home / "checkpoint", until=until, basis=""
    )
    left = Lake(home / "left")
    after = lake.scan("events").filter(pl.col("time") > until).collect()
    left.write({"events": after, "customers": lake.scan("customers").collect()})
    write_profiles(left, features, home / "profiles.parquet", as_of=as_of, checkpoint=checkpoint)
    return pl.read_parquet(home / "profiles.parquet")


def test_gaps_and_different_values_reach_over_the_checkpoint(tmp_path: Path) -> None:
    lake, features = Lake(tmp_path / "lake"), SHOP.adding(OWN)
    rows = [
        event(200, value=500, item_id="a", channel="web"),
        event(190, value=300, item_id="b", channel="shop"),
        event(30, value=100, item_id="a", channel="web"),
        event(5, value=200, item_id="c", channel="web"),
        event(195, "contact", customer="c2"),
    ]
    lake.write({"events": frame(rows).collect(), "customers": attributes(c1="old")})
    told = from_checkpoint(lake, features, tmp_path, until=NOW - 180 * DAY, as_of=NOW)
    row = told.row(by_predicate=pl.col("customer_id") == "c1", named=True)
    assert told["customer_id"].to_list() == ["c1", "c2"]
    assert (row["orders_all"], row["web_all"], row["web_28d"], row["items_all"], row["items_28d"]) == (
        4,
        8.0,
        2.0,
        3,
        1,
    )
    assert row["order_gap_mean_all"] == (10 + 160 + 25) / 3
    assert row["days_since_first_order"] == 200


@pytest.mark.parametrize("days", [366, 500, 900])
def test_a_world_with_a_checkpoint_at_any_moment_has_the_same_profiles(tmp_path: Path, days: int) -> None:
    lake = synthetic.write(tmp_path / "lake", 3_000, seed=7)
    features = fit_features(lake, as_of=synthetic.END - 200 * DAY).adding(OWN)
    as_of = synthetic.END - DAY
    until = as_of - max(days * DAY, int(features.plan.offsets[0]))
    told = from_checkpoint(lake, features, tmp_path, until=until, as_of=as_of)
    assert told.equals(profiles_at(lake, features, as_of=as_of))


def test_without_a_folder_there_is_no_checkpoint(tmp_path: Path) -> None:
    assert Checkpoint.load(tmp_path / "checkpoint") is None


def test_a_checkpoint_stays_while_it_holds_these_events_and_is_made_anew_when_they_change(tmp_path: Path) -> None:
    lake, features = synthetic.write(tmp_path / "lake", 1_000, seed=7), SHOP
    path, as_of = tmp_path / "checkpoint", synthetic.END
    first = checkpoint_for(lake, customer_events_at(lake, as_of=as_of), features.plan, path, as_of=as_of)
    assert first is not None
    assert (
        checkpoint_for(lake, customer_events_at(lake, as_of=as_of + DAY), features.plan, path, as_of=as_of + DAY)
        == first
    )
    events = events_at(lake, as_of=as_of).collect()
    late = pl.DataFrame([event(0, "contact", id="late") | {"time": synthetic.END - 600 * DAY}], schema=events.schema)
    lake.write({"events": pl.concat([events, late]), "customers": lake.scan("customers").collect()})
    again = checkpoint_for(lake, customer_events_at(lake, as_of=as_of), features.plan, path, as_of=as_of)
    assert again is not None
    assert again.until == first.until
    assert again.basis != first.basis
    assert "c1" in again.census(pa.schema({"customer_id": pa.string()}))["customer_id"].to_pylist()


def test_a_history_no_longer_than_the_windows_has_no_checkpoint(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write({"events": frame([event(20), event(3)]).collect()})
    assert (
        checkpoint_for(lake, customer_events_at(lake, as_of=NOW), SHOP.plan, tmp_path / "checkpoint", as_of=NOW) is None
    )
    assert not (tmp_path / "checkpoint").exists()


def test_a_checkpoint_that_reaches_into_a_window_or_is_of_other_features_is_refused(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write({"events": frame([event(200), event(20), event(3)]).collect(), "customers": attributes(c1="old")})
    for until, features in ((NOW - 20 * DAY, SHOP), (NOW - 190 * DAY, SHOP.adding(OWN))):
        checkpoint = write_checkpoint(
            customer_events_at(lake, as_of=until), features.plan, tmp_path / "checkpoint", until=until, basis=""
        )
        with pytest.raises(ValueError, match="does not serve"):
            write_profiles(lake, SHOP, tmp_path / "profiles.parquet", as_of=NOW, checkpoint=checkpoint)
        assert list(tmp_path.glob("*.part*")) == []


def test_tables_are_found_by_what_they_hold_whatever_the_order_of_scans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written with the scans in one order, read with them in the other."""
    lake = synthetic.write(tmp_path / "lake", 1_000, seed=7)
    until = synthetic.END - 400 * DAY
    checkpoint = write_checkpoint(
        customer_events_at(lake, as_of=until), SHOP.plan, tmp_path / "checkpoint", until=until, basis=""
    )
    usual = scans(SHOP.plan)
    for module in (blocks, scan_tables):
        monkeypatch.setattr(module, "scans", lambda _: usual[::-1])
    write_profiles(lake, SHOP, tmp_path / "p.parquet", as_of=synthetic.END, checkpoint=checkpoint)
    assert pl.read_parquet(tmp_path / "p.parquet").equals(profiles_at(lake, SHOP, as_of=synthetic.END))


def test_an_event_at_the_checkpoint_is_in_it_and_one_after_it_is_not(tmp_path: Path) -> None:
    lake, until = Lake(tmp_path / "lake"), NOW - 180 * DAY
    # An order 190 days ago, whose second line came an hour later; a letter at the very moment and on both its sides.
    rows = [
        event(190, id="a", order_id="o1", value=100, item_id="a"),
        event(190 - 1 / 24, id="b", order_id="o1", value=200, item_id="b"),
        *(event(180 - n / DAY, "contact", id=f"letter {n}") for n in (-1, 0, 1)),
        event(100, value=400, item_id="a"),
    ]
    lake.write({"events": frame(rows).collect(), "customers": attributes(c1="old")})
    told = from_checkpoint(lake, SHOP.adding(OWN), tmp_path, until=until, as_of=NOW)
    (row,) = told.rows(named=True)
    assert (row["contacts_all"], row["orders_all"], row["spend_all"], row["items_all"]) == (3, 2, 7, 2)
    assert (row["order_gap_mean_all"], row["order_gap_last"]) == (90, 90)  # from the first line on
    checkpoint = write_checkpoint(
        customer_events_at(lake, as_of=until), SHOP.plan, tmp_path / "checkpoint", until=until, basis=""
    )
    write_profiles(lake, SHOP, tmp_path / "whole.parquet", as_of=NOW, checkpoint=checkpoint)
    assert pl.read_parquet(tmp_path / "whole.parquet").equals(told.select("customer_id", "as_of", *SHOP.names))


@pytest.mark.parametrize("hour", [-1, 0])
def test_a_gap_is_counted_from_an_order_at_the_checkpoint(tmp_path: Path, hour: int) -> None:
    lake = Lake(tmp_path / "lake")
    rows = [event(180 - hour / 24, value=100), event(170)]
    lake.write({"events": frame(rows).collect(), "customers": attributes(c1="old")})
    (row,) = from_checkpoint(lake, SHOP.adding(OWN), tmp_path, until=NOW - 180 * DAY, as_of=NOW).rows(named=True)
    assert row["order_gap_last"] == 10 - hour / 24


def test_events_after_the_checkpoint_leave_it_as_it_is(tmp_path: Path) -> None:
    lake, path, events = Lake(tmp_path / "lake"), tmp_path / "checkpoint", synthetic.events(1_000, seed=7)
    lake.write({"events": events})
    first = checkpoint_for(lake, customer_events_at(lake, as_of=synthetic.END), SHOP.plan, path, as_of=synthetic.END)
    assert first is not None
    (path / "mark").touch()
    after = pl.DataFrame([event(0, "contact", id="after") | {"time": first.until + 1}], schema=events.schema)
    lake.write({"events": pl.concat([events, after])})
    assert (
        checkpoint_for(lake, customer_events_at(lake, as_of=synthetic.END), SHOP.plan, path, as_of=synthetic.END)
        == first
    )
    assert (path / "mark").exists()


def test_other_features_or_an_earlier_moment_need_another_checkpoint(tmp_path: Path) -> None:
    lake, path = synthetic.write(tmp_path / "lake", 1_000, seed=7), tmp_path / "checkpoint"
    earlier = synthetic.END - 90 * DAY
    for features, as_of in ((SHOP, synthetic.END), (SHOP, earlier), (SHOP.adding(OWN), earlier)):
        checkpoint = checkpoint_for(lake, customer_events_at(lake, as_of=as_of), features.plan, path, as_of=as_of)
        write_profiles(lake, features, tmp_path / "profiles.parquet", as_of=as_of, checkpoint=checkpoint)
        assert checkpoint is not None
        assert pl.read_parquet(tmp_path / "profiles.parquet").equals(profiles_at(lake, features, as_of=as_of))
