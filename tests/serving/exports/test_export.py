"""The log of decisions in the columns that pdstools reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from features.config.sections.consent import ConsentSettings
from features.privacy.rules import ConsentRules
from serving.exports.decisions import Export
from serving.exports.outcomes import with_outcomes
from serving.http.current.state import CurrentState, State
from tests.postgres import absent
from tests.serving.http.answers.test_declared_decisions import declared, http
from tests.serving.http.answers.test_policy import offers
from tests.serving.http.errors import Json
from tests.serving.shop import NOW

LIBRARIES = Path(__file__).parents[2] / "libraries"
DECISIONS: Json = {
    "candidates": {"campaigns": {"side": "anyone"}},
    "arbitration": {
        "weights": {"double": {"when": 'candidate.offer_id == "side-sweets"', "weight": 2}},
        "uplift": {"lapse": {"offer": "side-sweets"}},  # as if that model told what showing it changes
    },
    "control": {"nothing_at_all": {"share": 0.3}},
}


@dataclass(frozen=True)
class Shop:
    """A shop with decisions that were made, and what each showed."""

    state: State
    shown: dict[str, list[str]]


@pytest.fixture
def shop(own: CurrentState) -> Shop:
    state = declared(own.state, DECISIONS)
    web, shown = http(state), {}
    for number in range(12):
        asked = {"profile": {"id": str(number)}, "placements": [{"id": "home", "count": 2}]}
        answer = web.post(
            "/v1/decisions", json=asked | {"context": {"channel": "email" if number % 2 else "web"}}
        ).json()
        shown[answer["decision_id"]] = offers(answer["placements"][0])
    return Shop(state, shown)


def exported(shop: Shop, path: Path) -> pl.DataFrame:
    Export(shop.state, 0, NOW + 1).write(path, "")
    return pl.read_parquet(path)


def test_every_candidate_that_could_be_chosen_is_a_row_with_what_it_was_ranked_by(shop: Shop, tmp_path: Path) -> None:
    told = exported(shop, tmp_path / "rows.parquet")
    assert set(told["pxInteractionID"]) == set(shop.shown)
    product = pl.col("FinalPropensity") * pl.col("Value") * pl.col("ContextWeight") * pl.col("Weight")
    assert told.select(((product - pl.col("Priority")).abs() < 1e-9).all()).item()
    assert set(told.filter(pyName="side-sweets")["ContextWeight"]) == {2.0}
    by_uplift = told.filter(pl.col("pyPropensity") != pl.col("FinalPropensity"))
    assert set(by_uplift["pyName"]) == {"side-sweets"}
    assert set(told.filter(pl.col("pyName") != "side-sweets")["ContextWeight"]) == {1.0}
    for decision, shown in shop.shown.items():
        rows = told.filter(pxInteractionID=decision).sort("rank")
        assert rows["Priority"].is_sorted(descending=True)
        assert rows.filter(pl.col("position").is_not_null()).sort("position")["pyName"].to_list() == shown
        assert bool(shown) == (rows["ModelControlGroup"][0] == "Test")
    assert set(told.select("pyChannel", "pyDirection").unique().rows()) == {("email", "Outbound"), ("web", "Inbound")}


def test_who_does_not_allow_exports_is_left_out(shop: Shop, tmp_path: Path) -> None:
    rules = ConsentRules(ConsentSettings.model_validate({"purposes": {"ads": {"gates": ["exports"]}}}))
    export = Export(replace(shop.state, rules=rules), 0, NOW + 1)
    export.write(tmp_path / "none.parquet", "")
    assert (export.decisions, export.left_out, len(pl.read_parquet(tmp_path / "none.parquet"))) == (0, 12, 0)
    later = Export(shop.state, NOW + 1, NOW + 2)
    later.write(tmp_path / "later.parquet", "")
    assert (later.decisions, later.left_out) == (0, 0)


@pytest.fixture
def outcome_rows(shop: Shop, tmp_path: Path) -> Iterator[pl.DataFrame]:
    """Everything shown was seen, what is sweet was clicked."""
    chosen = exported(shop, tmp_path / "rows.parquet").filter(pl.col("position").is_not_null())
    seen = chosen.select(
        "placement", "position", decision_id="pxInteractionID", exposed=NOW + 1,
        clicked=pl.when(pl.col("pyName").str.ends_with("sweets")).then(NOW + 2), redeemed=pl.lit(None, dtype=pl.Int64),
    )  # fmt: skip
    yield with_outcomes(chosen, seen)


@pytest.mark.slow
def test_pdstools_reads_what_is_exported(outcome_rows: pl.DataFrame, tmp_path: Path) -> None:
    python = LIBRARIES / ".venv" / "bin" / "python"
    if not python.is_file():
        absent("libraries", "`make libraries` brings pdstools")
    outcome_rows.write_parquet(tmp_path / "outcomes.parquet")
    told = pl.read_parquet(tmp_path / "rows.parquet")
    script = LIBRARIES / "interactions.py"
    ran = subprocess.run(
        [python, script, tmp_path / "rows.parquet", tmp_path / "outcomes.parquet"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    assert (read["kind"], read["interactions"], read["rows"]) == (
        "explainability_extract", told["pxInteractionID"].n_unique(), len(told)
    )  # fmt: skip
    assert read["winners"] == sorted(told.filter(rank=1)["pyName"])  # it ranks by its own reckoning
    for rate in read["rates"]:
        rows = outcome_rows.filter(pyChannel=rate["Channel"])
        interactions = rows["pxInteractionID"].n_unique()
        clicked = rows.filter(pyOutcome="Clicked")["pxInteractionID"].n_unique()
        assert (rate["Interactions"], rate["Positives_Engagement"]) == (interactions, clicked)
