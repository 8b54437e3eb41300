"""Files give traits: rows of the kind ``identify``, whose properties are a JSON object."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.ingest.ingest import ingest
from features.lake import Lake
from tests.features.sourcing import ingested, rejects_of, settings_of

COLUMNS = {"id": "id", "time": "time", "properties": "traits"}
IDENTIFY: dict[str, Any] = {"kind": "identify", "columns": COLUMNS}


def test_traits_come_from_a_file_into_the_lake_as_they_are_written(tmp_path: Path) -> None:
    gold, none = '"{""plan"": ""gold"", ""age"": 44}"', '"{""plan"": null}"'
    text = f"id,time,traits\n1,2017-01-01,{gold}\n1,2017-02-01,{none}\n2,2017-02-02,\n"
    report, events = ingested(tmp_path, text, **IDENTIFY)
    assert (report.accepted, report.rejected) == (3, {})
    assert events.select("fragment", "kind", "properties").rows() == [
        ("1", "identify", '{"plan": "gold", "age": 44}'),
        ("1", "identify", '{"plan": null}'),
        ("2", "identify", None),  # who identifies without traits says only that the customer was there
    ]


@pytest.mark.parametrize("traits", ["[1]", "7", "null", '"gold"', "plan=gold", '{"plan": ', "{'plan': 'gold'}"])
def test_traits_that_are_no_json_object_are_rejected(tmp_path: Path, traits: str) -> None:
    quoted = traits.replace('"', '""')
    report, events = ingested(tmp_path, f'id,time,traits\n1,2017-01-01,"{quoted}"\n', **IDENTIFY)
    assert (report.rejected, events.height) == ({"bad_properties": 1}, 0)
    assert rejects_of(report)["reason"][0] == f"properties {traits} is not a JSON object"


@pytest.mark.parametrize(
    ("traits", "stored"), [({"plan": "gold", "age": 44}, {"plan": "gold", "age": 44}), ([1, 2], None), (7, None)]
)
def test_typed_traits_are_objects_too_or_rejected(tmp_path: Path, traits: object, stored: object) -> None:
    frame = pl.DataFrame({"id": ["1"], "time": ["2017-01-01"], "traits": [traits]})
    frame.write_parquet(tmp_path / "traits.parquet")
    settings = settings_of(tmp_path, people={"from": "traits.parquet", **IDENTIFY})
    report = ingest(settings)
    properties = Lake(settings.lake).scan("events").collect()["properties"].to_list()
    assert [json.loads(text) for text in properties] == ([stored] if stored else [])
    assert report.sources[0].rejected == ({} if stored else {"bad_properties": 1})
