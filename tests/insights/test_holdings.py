"""A person is taken out of the tables of insights, whatever state these are in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from insights.holdings import forget, holdings
from insights.segments.refresh import forget_in_segments
from insights.tables import Tables


def written(home: Path) -> Settings:
    settings = Settings.model_validate({"name": "Shop", "home": str(home), "sources": {}})
    for people in (["ann", "bo"], ["ann", "cy"]):
        with Tables(settings.insights).writing(as_of=1, build="b") as draft:
            draft.write("behind", pa.table({"customer_id": people, "start": [0, 0]}))
    return settings


def names_in(folder: Path) -> set[str]:
    return {who for file in folder.glob("*.parquet") for who in pq.read_table(file)["customer_id"].to_pylist()}


def test_the_lists_of_the_refresh_before_lose_a_person_too(tmp_path: Path) -> None:
    settings = written(tmp_path)
    assert names_in(settings.insights) == {"ann", "bo", "cy"}
    forget(settings, ["ann"])
    assert names_in(settings.insights) == {"bo", "cy"}
    assert Tables(settings.insights).read("behind")["customer_id"].to_pylist() == ["cy"]


def of_another_format(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps({"format": 0, "files": {"behind": "behind.parquet"}}))


def without_a_readable_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")


def with_a_broken_table(folder: Path) -> None:
    (folder / "other.parquet").write_bytes(b"PAR1 and no more")


@pytest.mark.parametrize("broken", [of_another_format, without_a_readable_manifest, with_a_broken_table])
def test_tables_that_cannot_be_read_are_removed(tmp_path: Path, broken: Callable[[Path], None]) -> None:
    settings = written(tmp_path)
    broken(settings.insights)
    told = [holding.rows(["ann"]) for holding in holdings(settings) if holding.rows]  # is no error either
    forget(settings, ["ann"])
    assert names_in(settings.insights) == set()
    assert len(told) == 1
    with pytest.raises(StamkundError) as none:
        Tables(settings.insights).read("behind")
    assert none.value.code == "no_insights"
    with Tables(settings.insights).writing(as_of=2, build="c") as draft:
        draft.write("behind", pa.table({"customer_id": ["bo"], "start": [0]}))
    assert names_in(settings.insights) == {"bo"}


def test_columns_of_segments_that_cannot_be_read_are_removed(tmp_path: Path) -> None:
    settings = Settings.model_validate({"name": "Shop", "home": str(tmp_path), "sources": {}})
    folder = settings.insights / "segments"
    (folder / "columns-1-abc").mkdir(parents=True)
    (folder / "current.json").write_text(json.dumps({"columns": "columns-1-abc"}))
    forget_in_segments(settings, ["ann"])
    assert list(folder.glob("c*")) == []
