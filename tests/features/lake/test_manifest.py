"""A manifest that cannot be used ends in one coded error, wherever the lake is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from features.errors import StamkundError
from features.lake import FORMAT, Lake
from features.lake.manifest import Entry, Manifest

ENTRY = {"part": "all", "file": "items-all-ab.parquet", "sha256": "ab", "rows": 1}
GOOD = {"format": FORMAT, "version": "ab", "tables": {"items": [ENTRY]}}
READERS: list[Callable[[Lake], object]] = [
    lambda lake: lake.version,
    lambda lake: lake.scan("items"),
    lambda lake: lake.files("events"),
    lambda lake: lake.parts("events"),
    lambda lake: lake.verified_manifest(),
    lambda lake: lake.write({}),
]


def lake_with(folder: Path, manifest: str) -> Lake:
    (folder / "manifest.json").write_text(manifest)
    return Lake(folder)


def without(key: str) -> str:
    return json.dumps({**GOOD, "tables": {"items": [{k: v for k, v in ENTRY.items() if k != key}]}})


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        ("", "Invalid JSON: EOF"),
        ("no JSON", "Invalid JSON: expected"),
        (json.dumps(GOOD)[:-9], "Invalid JSON: EOF"),
        ("[]", "Input should be an object"),
        ("{}", "format: Field required"),
        (json.dumps({**GOOD, "format": "4"}), "format: Input should be a valid integer"),
        (json.dumps({**GOOD, "tables": []}), "tables: Input should be"),
        (json.dumps({**GOOD, "tables": {"items": ["items.parquet"]}}), "tables.items.0: Input should be"),
        (without("file"), "tables.items.0.file: Field required"),
        (without("part"), f"a file has no `part`, which format {FORMAT} needs"),
    ],
)
def test_a_file_that_is_no_manifest_is_told_with_its_place_problem_and_remedy(
    tmp_path: Path, manifest: str, problem: str
) -> None:
    lake = lake_with(tmp_path, manifest)
    for read in READERS:
        with pytest.raises(StamkundError) as caught:
            read(lake)
        assert caught.value.code == "lake_corrupt"
        for text in (str(tmp_path / "manifest.json"), problem, "`stamkund build`"):
            assert text in str(caught.value)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    lake = lake_with(tmp_path, json.dumps(GOOD))
    for read in (lake.verified_manifest, lambda: lake.scan("items"), lambda: lake.parts("items")):
        with pytest.raises(StamkundError, match=r"it names items-all-ab\.parquet, which is not there") as caught:
            read()
        assert caught.value.code == "lake_corrupt"
    lake.write({"items": pl.DataFrame({"item_id": ["1"]})})  # what replaces everything needs nothing of it
    assert lake.scan("items").collect()["item_id"].to_list() == ["1"]


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    entry = Entry(part="2017-12", file="events-2017-12-ab.parquet", sha256="ab", rows=3)
    manifest = Manifest.of({"events": [entry], "items": []}, {"started_at": 5})
    manifest.save(tmp_path)
    assert Manifest.load(tmp_path) == manifest
    assert json.loads((tmp_path / "manifest.json").read_text())["format"] == FORMAT
