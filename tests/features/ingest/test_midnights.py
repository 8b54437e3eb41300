from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.lake import Lake
from features.moments import iso, micros
from tests.features.sourcing import ingested, settings_of

VISIT: dict[str, Any] = {"kind": "visit", "columns": {"id": "id", "time": "seen"}}


def times(folder: Path, *texts: str, **source: object) -> list[str]:
    """The times that the lake has of events at these times of a source."""
    rows = "".join(f'c{n},"{text}"\n' for n, text in enumerate(texts))
    report, events = ingested(folder, "id,seen\n" + rows, **(VISIT | source))
    assert report.rejected == {}
    return [iso(time) for time in events.sort("id")["time"]]


@pytest.mark.parametrize(
    ("texts", "timezone", "ends"),
    [
        (("2024-05-01 00:00:00", "2024-05-02"), "UTC", ["2024-05-01T23:59:59.999999Z", "2024-05-02T23:59:59.999999Z"]),
        (("2024-05-01T00:00:00Z",), "UTC", ["2024-05-01T23:59:59.999999Z"]),
        (("2024-05-01 00:00",), "Europe/Berlin", ["2024-05-01T21:59:59.999999Z"]),
        (("2024-03-31 00:00",), "Europe/Berlin", ["2024-03-31T21:59:59.999999Z"]),  # a day of 23 hours
        (("2024-04-30T22:00:00Z",), "Europe/Berlin", ["2024-05-01T21:59:59.999999Z"]),
        (("2024-05-01T00:00:00+02:00",), "UTC", ["2024-05-01T21:59:59.999999Z"]),
        (("2024-05-01 12:00:00 AM",), "UTC", ["2024-05-01T23:59:59.999999Z"]),
        (("2024-05-01 12:00:00 PM",), "UTC", ["2024-05-01T12:00:00Z"]),
        (("2024-05-01 00:00:00", "2024-05-02 00:00:01"), "UTC", ["2024-05-01T00:00:00Z", "2024-05-02T00:00:01Z"]),
        (("2024-05-01 00:00:00", "2024-05-02 10:00", "2024-05-03"), "UTC",
         ["2024-05-01T00:00:00Z", "2024-05-02T10:00:00Z", "2024-05-03T23:59:59.999999Z"]),
    ],
)  # fmt: skip
def test_where_all_are_midnights_they_are_days(
    tmp_path: Path, texts: tuple[str, ...], timezone: str, ends: list[str]
) -> None:
    assert times(tmp_path, *texts, timezone=timezone) == ends


def test_a_setting_says_it_outright(tmp_path: Path) -> None:
    mixed = ("2024-05-01 00:00:00", "2024-05-02 10:00:00")
    assert times(tmp_path, *mixed, times="days") == ["2024-05-01T23:59:59.999999Z", "2024-05-02T10:00:00Z"]
    assert times(tmp_path, mixed[0], times="moments") == ["2024-05-01T00:00:00Z"]


def test_times_by_a_format_have_the_same_rule(tmp_path: Path) -> None:
    day = "2024-05-01T23:59:59.999999Z"
    assert times(tmp_path, "1/5/24 00:00", formats={"seen": "%d/%m/%y %H:%M"}) == [day]
    assert times(tmp_path, "1/5/24 12:00 AM", formats={"seen": "%d/%m/%y %I:%M %p"}) == [day]
    assert times(tmp_path, "1714521600", formats={"seen": "seconds"}) == [day]


@pytest.mark.parametrize("type_", [pl.Date(), pl.Datetime("us"), pl.Datetime("us", "UTC")])
def test_typed_times_have_the_same_rule(tmp_path: Path, type_: pl.DataType) -> None:
    rows = {"id": ["1"], "seen": pl.Series([datetime(2024, 5, 1)]).cast(type_)}  # noqa: DTZ001
    pl.DataFrame(rows).write_parquet(tmp_path / "rows.parquet")
    assert times(tmp_path, **(VISIT | {"from": "rows.parquet"})) == ["2024-05-01T23:59:59.999999Z"]


def test_an_offer_ends_with_its_last_day(tmp_path: Path) -> None:
    columns = {name: name for name in ("offer_id", "starts", "ends")}
    text = "offer_id,starts,ends\na,2024-05-01 00:00,2024-05-31 00:00\n"
    _, offers = ingested(tmp_path, text, table="offers", columns=columns)
    starts, ends = micros(datetime(2024, 5, 1, tzinfo=UTC)), micros(datetime(2024, 6, 1, tzinfo=UTC)) - 1
    assert offers.select("starts", "ends").rows() == [(starts, ends)]


def _build(folder: Path, **files: str) -> tuple[IngestReport, list[str]]:
    for name, text in files.items():
        (folder / "rows" / f"{name}.csv").write_text("id,seen\n" + text, encoding="utf-8")
    settings = settings_of(folder, rows={"from": "rows", **VISIT})
    report = ingest(settings)
    return report, [iso(time) for time in Lake(settings.lake).scan("events").collect().sort("id")["time"]]


def test_where_all_were_days_an_hour_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    _build(tmp_path, a="1,2024-05-01\n")
    report, seen = _build(tmp_path, b="2,2024-05-02 00:00\n3,2024-05-03 09:00\n")
    assert report.full_read_reason is None
    assert seen == ["2024-05-01T23:59:59.999999Z", "2024-05-02T00:00:00Z", "2024-05-03T09:00:00Z"]
    report, seen = _build(tmp_path, c="4,2024-05-04 00:00\n")
    assert (report.full_read_reason, seen[3]) == (None, "2024-05-04T00:00:00Z")


def test_builds_of_new_files_give_what_reading_all_does(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    report, seen = _build(tmp_path, a="1,2024-05-01 00:00:00\n")
    assert seen == ["2024-05-01T23:59:59.999999Z"]
    report, seen = _build(tmp_path, b="2,2024-05-02 00:00:00\n")
    assert (report.full_read_reason, seen[1]) == (None, "2024-05-02T23:59:59.999999Z")
    report, seen = _build(tmp_path, c="3,2024-05-03 09:00:00\n")
    assert report.full_read_reason == "not every time of rows is a midnight any more"
    assert seen == ["2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z", "2024-05-03T09:00:00Z"]
    report, seen = _build(tmp_path, d="4,2024-05-04 00:00:00\n")
    assert (report.full_read_reason, seen[3]) == (None, "2024-05-04T00:00:00Z")
