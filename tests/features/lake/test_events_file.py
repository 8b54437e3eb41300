from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa

from features.lake import write_events


def test_equal_events_make_equal_files_however_they_are_divided(tmp_path: Path) -> None:
    events = pa.table({"event_id": [f"e{n:060}" for n in range(30_000)], "time": range(30_000)})  # pages of 1 MB
    divided = pa.concat_tables([events.slice(0, 5), events.slice(5, 7001), events.slice(7006)])
    write_events(events, tmp_path / "whole")
    write_events(divided, tmp_path / "divided")
    assert (tmp_path / "divided").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_column_in_which_nothing_is_stands_in_no_file(tmp_path: Path) -> None:
    events = pa.table({"value": [None, 3], "time": [1, 2], "cost": pa.array([None, None], pa.int64())})
    write_events(events, tmp_path / "events")
    assert pl.read_parquet(tmp_path / "events").to_dicts() == [{"time": 1, "value": None}, {"time": 2, "value": 3}]


def test_no_events_make_no_file(tmp_path: Path) -> None:
    write_events(pa.table({"time": pa.array([], pa.int64())}), tmp_path / "events")
    assert not list(tmp_path.iterdir())
