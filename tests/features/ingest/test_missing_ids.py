from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.ingest.ingest import ingest
from features.lake import Lake
from tests.features.sourcing import ingested, rejects_of, settings_of

VISIT: dict[str, Any] = {"kind": "visit", "columns": {"id": "who", "time": "at"}}


def test_what_stands_for_nobody_is_no_customer(tmp_path: Path) -> None:
    names = (
        "c1",
        "nan",
        "None",
        " NULL ",
        "<NA>",
        "undefined",
        "[object Object]",
        "-1",
        "-1.0",
        "\N{NO-BREAK SPACE}",
        "00",
        "true",
        "distinct_id",
    )
    text = "who,at\n" + "".join(f"{name},2024-01-01\n" for name in names)
    report, events = ingested(tmp_path, text, **VISIT)
    assert report.rejected == {"missing_id": 11}
    assert sorted(events["id"]) == ["00", "c1"]
    reasons = rejects_of(report)["reason"].to_list()
    assert reasons[0] == "the id nan stands for nobody; the setting missing_ids lists what does"


def test_the_list_is_a_setting_and_a_change_reads_all_again(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("who,at\nguest,2024-01-01\n-1,2024-01-01\n", encoding="utf-8")
    settings = settings_of(tmp_path, rows={"from": "rows.csv", **VISIT})
    assert ingest(settings).sources[0].rejected == {"missing_id": 1}
    settings = settings.model_copy(update={"missing_ids": ("Guest",)})
    report = ingest(settings)
    assert report.sources[0].rejected == {"missing_id": 1}
    assert report.full_read_reason
    assert Lake(settings.lake).scan("events").collect()["id"].to_list() == ["-1"]


def test_customers_have_the_same_rule(tmp_path: Path) -> None:
    text = "who,plan\nc1,a\nunknown,b\n"
    report, customers = ingested(tmp_path, text, table="customers", columns={"customer_id": "who", "plan": "plan"})
    assert report.rejected == {"missing_customer_id": 1}
    assert customers["customer_id"].to_list() == ["c1"]


@pytest.mark.parametrize("type_", [pl.Float64, pl.Float32])
def test_numbers_that_lost_digits_are_refused(tmp_path: Path, type_: type[pl.DataType]) -> None:
    pl.DataFrame({"who": pl.Series([1e17, 40213.0, None], dtype=type_), "at": ["2024-01-01"] * 3}).write_parquet(
        tmp_path / "rows.parquet"
    )
    report, events = ingested(tmp_path, "", **(VISIT | {"from": "rows.parquet"}))
    assert report.rejected == {"bad_text": 1, "missing_id": 1}
    assert events["id"].to_list() == ["40213"]
    assert "give it as text" in rejects_of(report).sort("code")["reason"][0]


def test_ids_of_many_digits_keep_them(tmp_path: Path) -> None:
    text = "who,at,order\n99999999999999999991,2024-01-01,40213.0\n1.5E+19,2024-01-01,1\n"
    columns = VISIT["columns"] | {"order_id": "order"}
    report, events = ingested(tmp_path, text, kind="visit", columns=columns)
    assert report.rejected == {"bad_text": 1}
    assert events.select("id", "order_id").rows() == [("99999999999999999991", "40213")]
