from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from insights import tables
from insights.metrics import questions
from serving.http.current.state import CurrentState
from serving.http.insights import metrics
from serving.jobs.insights import refresh_all


@pytest.fixture(scope="module")
def _tables(current: CurrentState) -> None:
    refresh_all(current.state.settings, as_of=current.state.settings.now())


@pytest.mark.usefixtures("_tables")
def test_metrics_are_answered_from_the_tables(http: TestClient) -> None:
    got = http.get("/v1/insights/metrics", params={"metric": ["revenue", "buyers"], "last": 2, "by": "category"})
    answer = got.json()
    assert answer["as_of"] == "2017-12-03T00:00:00Z"
    assert answer["revisions"] == {"erased": 0, "withdrawn": 0, "ruled_on": 0}
    assert [metric["text"] for metric in answer["metrics"]] == ["customers who bought", "revenue, net of returns"]
    assert {cell["period"] for cell in answer["cells"]} == {"2017-11", "2017-12"}
    assert {cell["dimension"] for cell in answer["cells"]} == {"category"}
    wrong = http.get("/v1/insights/metrics", params={"grain": "mont"}).json()["error"]
    assert (wrong["code"], wrong["field"]) == ("unknown_grain", "grain")


@pytest.mark.usefixtures("_tables")
def test_two_groups_are_compared(http: TestClient) -> None:
    params = {"metric": "revenue", "by": "category", "last": 1000}
    cells = http.get("/v1/insights/metrics", params=params).json()["cells"]
    one, other = sorted({cell["group"] for cell in cells if cell["group"]})[:2]
    answer = http.get("/v1/insights/metrics", params={**params, "compare": [one, other]}).json()
    rows = [row for row in answer["differences"] if row["difference"] is not None]
    assert rows
    assert all(row["difference"] == pytest.approx(row["value"] - row["other_value"]) for row in rows)
    refused = http.get("/v1/insights/metrics", params={**params, "compare": one}).json()["error"]
    assert (refused["code"], refused["field"]) == ("two_groups_needed", "compare")


def test_the_module_that_answers_reads_no_engine() -> None:
    names = {"polars", "duckdb"}
    source = "".join(Path(module.__file__ or "").read_text(encoding="utf-8") for module in (questions, tables, metrics))
    assert not any(f"import {name}" in source for name in names)


@pytest.mark.usefixtures("_tables")
def test_the_people_behind_a_figure_are_paged(http: TestClient) -> None:
    (cell,) = http.get("/v1/insights/metrics", params={"metric": "buyers", "last": 2}).json()["cells"][:1]
    where = "/v1/insights/metrics/buyers/people"
    first = http.get(where, params={"period": cell["period"], "count": 10}).json()
    assert (first["total"], len(first["customers"])) == (cell["customers"], 10)
    rest = http.get(where, params={"period": cell["period"], "after": first["next"]}).json()
    assert (len(rest["customers"]), rest["next"]) == (cell["customers"] - 10, None)
    assert http.get(where, params={"period": "2017-13"}).json()["error"]["code"] == "unknown_period"
