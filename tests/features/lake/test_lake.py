from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from features.errors import StamkundError
from features.events.tables import TABLES, schema
from features.lake import ROW_GROUP, Lake
from features.units import DAY

ANN = {"event_id": "a", "customer_id": "ann", "id": "ann", "time": 1, "kind": "order", "value": 100}
BO = ANN | {"event_id": "b", "customer_id": "bo", "id": "bo"}


def frame(*events: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(events)


def test_a_lake_that_was_never_written_is_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    assert (lake.exists, lake.version) == (False, "")
    for table in TABLES:
        assert lake.scan(table).collect_schema() == schema(table)
        assert lake.scan(table).collect().is_empty()


def test_what_is_written_is_read_in_order_with_every_column(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write({"events": frame(BO, ANN), "customers": pl.DataFrame({"customer_id": ["bo"], "age": ["44"]})})
    events = lake.scan("events").collect()
    assert events.schema == schema("events")
    assert events["event_id"].to_list() == ["a", "b"]
    assert lake.scan("customers").collect().to_dicts() == [{"customer_id": "bo", "age": "44"}]
    assert lake.scan("offers").collect().is_empty()


def test_equal_data_has_an_equal_version(tmp_path: Path) -> None:
    first, second = Lake(tmp_path / "1"), Lake(tmp_path / "2")
    first.write({"events": frame(ANN, BO)})
    second.write({"events": frame(BO, ANN)})
    assert first.version == second.version
    second.write({"events": frame(ANN)})
    assert first.version != second.version


def test_who_reads_while_the_lake_is_replaced_may_finish(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write({"events": frame(ANN), "items": pl.DataFrame({"item_id": ["1"]})})
    reading = lake.scan("events")
    lake.write({"events": frame(BO)})
    assert reading.collect()["id"].to_list() == ["ann"]
    assert lake.scan("items").collect().is_empty()


def test_only_the_last_two_lakes_files_are_kept(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    for customer in (ANN, BO, ANN | {"id": "cy"}):
        lake.write({"events": frame(customer)})
    assert len(list(lake.path.glob("*.parquet"))) == 2


def test_an_interrupted_write_leaves_the_last_good_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write({"events": frame(ANN)})
    version = lake.version

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("features.lake.manifest.write_text", fail)
    with pytest.raises(KeyboardInterrupt):
        lake.write({"events": frame(BO)})
    assert lake.version == version
    assert lake.scan("events").collect()["id"].to_list() == ["ann"]
    monkeypatch.undo()
    lake.write({"events": frame(BO)})
    assert lake.scan("events").collect()["id"].to_list() == ["bo"]
    assert len(list(lake.path.glob("*.parquet"))) == 2


def test_what_a_killed_writer_left_is_swept_away(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    left = lake.path / ".writing-dead"
    left.mkdir(parents=True)
    lake.write({"events": frame(ANN)})
    assert not left.exists()


def test_only_one_writes_at_a_time(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with lake.writing(), pytest.raises(StamkundError, match="Another build") as caught:
        lake.write({"events": frame(ANN)})
    assert caught.value.code == "lake_busy"


def test_the_manifest_counts_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write({"events": frame(ANN, BO)})
    manifest = json.loads((lake.path / "manifest.json").read_text())
    assert [entry["rows"] for entry in manifest["tables"]["events"]] == [2]


def test_one_customer_is_read_without_reading_all(tmp_path: Path) -> None:
    count = 2 * ROW_GROUP
    events = pl.DataFrame({"event_id": [f"{n:06}" for n in range(count)], "time": [0] * count}).with_columns(
        fragment=pl.col("event_id")
    )
    lake = Lake(tmp_path / "lake")
    lake.write({"events": events})
    one = lake.scan("events").filter(pl.col("fragment") == "000007")
    assert one.collect().height == 1
    assert "SELECTION" in one.explain()  # the filter reaches the file, which skips its other row groups


def test_events_lie_in_a_file_a_month_each_in_order(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    february = 31 * DAY
    lake.write({"events": frame(BO | {"time": february - 1}, ANN | {"time": february}, ANN | {"event_id": "c"}, BO)})
    assert {label: pl.read_parquet(file)["event_id"].to_list() for label, file in lake.parts("events").items()} == {
        "1970-01": ["c", "b", "b"],
        "1970-02": ["a"],
    }
    assert lake.scan("events").collect().schema == schema("events")


def test_parts_that_hold_other_columns_are_one_table(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    with lake.writing() as draft:
        frame(ANN).drop("customer_id").write_parquet(draft.part("events", "1970-01"))
        frame({"event_id": "b", "channel": "web"}).write_parquet(draft.part("events", "1970-02"))
    events = lake.scan("events").collect()
    assert events.schema == schema("events")
    assert events.select("event_id", "value", "channel").rows() == [("a", 100, None), ("b", None, "web")]


def test_parts_are_kept_and_others_replaced(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.write({"events": frame(ANN, BO | {"time": 31 * DAY}), "items": pl.DataFrame({"item_id": ["1"]})})
    before = lake.parts("events")
    with lake.writing() as draft:
        draft.keep("events", ["1970-01"])
        frame(BO | {"id": "cy"}).drop("customer_id").write_parquet(draft.part("events", "1970-02"))
        draft.watermarks = {"started_at": 1}
    assert lake.parts("events")["1970-01"] == before["1970-01"]
    assert lake.scan("events").collect()["id"].to_list() == ["ann", "cy"]
    assert (lake.manifest.watermarks, lake.files("items")) == ({"started_at": 1}, [])


def test_a_lake_of_the_oldest_format_is_not_read_but_its_files_are_known(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.path.mkdir()
    for n, event in enumerate((ANN, BO)):
        frame(event).write_parquet(lake.path / f"events-{n}-ab.parquet")
    entries = [{"file": f"events-{n}-ab.parquet", "sha256": "ab", "rows": 1} for n in range(2)]
    (lake.path / "manifest.json").write_text(
        json.dumps({"format": 1, "version": "ab", "tables": {"events": entries}, "read": {"started_at": 1}})
    )
    with pytest.raises(StamkundError) as caught:
        lake.scan("events")
    assert caught.value.code == "other_lake_format"
    assert [file.name for file in lake.files("events")] == ["events-0-ab.parquet", "events-1-ab.parquet"]
    assert lake.manifest.watermarks is None
