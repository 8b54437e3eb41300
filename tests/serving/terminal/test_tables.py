from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pytest
from rich.console import Console, RenderableType

from features.doctor import Diagnosis, Finding
from serving.terminal.demo import notable_customers
from serving.terminal.diagnosis import doctor_table
from serving.terminal.tables import exclusions_table, offers_table

NAME = "[old] tea[/] :cup:"


def printed(table: RenderableType) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


@pytest.mark.parametrize(
    "table",
    [
        offers_table([{"name": NAME, "is_fallback": True, "reasons": [{"code": "x"}]}], "USD"),
        exclusions_table([{"reason": "expired", "offer_id": NAME, "detail": "Over."}]),
        doctor_table(Diagnosis("Shop", 0, 1, "", "", (), (), (Finding(NAME, "ok", NAME),))),
    ],
)
def test_names_are_printed_as_they_are(table: RenderableType) -> None:
    assert NAME in printed(table)


def scored(customers: Iterable[str]) -> pl.DataFrame:
    rows = [
        {"customer_id": c, "churn_probability": 0.1, "predicted_clv": 1.0, "propensities": [{"probability": 0.2}]}
        for c in customers
    ]
    propensities = pl.List(pl.Struct({"probability": pl.Float64}))
    figures = {"churn_probability": pl.Float64, "predicted_clv": pl.Float64}
    return pl.DataFrame(rows, schema={"customer_id": pl.String, **figures, "propensities": propensities})


@pytest.mark.parametrize(("customers", "shown"), [("", 0), ("a", 1), ("ab", 2), ("abcd", 3)])
def test_the_demo_shows_as_many_customers_as_there_are(customers: str, shown: int) -> None:
    assert len({customer for _, customer in notable_customers(scored(customers))}) == shown
