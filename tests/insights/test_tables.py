from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from features.errors import StamkundError
from insights.tables import Tables


def test_tables_of_another_format_are_not_read_and_give_way_to_new_ones(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    with pytest.raises(StamkundError) as none:
        tables.read("cells")
    (tmp_path / "old.parquet").touch()
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 0, "files": {"cells": "old.parquet"}}))
    with pytest.raises(StamkundError) as other:
        tables.read("cells")
    with tables.writing(as_of=7, build="b") as draft:
        draft.write("cells", pa.table({"value": [2.0]}))
    assert (none.value.code, other.value.code) == ("no_insights", "other_insights_format")
    assert tables.read("cells")["value"].to_pylist() == [2.0]
