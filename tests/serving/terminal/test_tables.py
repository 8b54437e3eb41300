from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pytest
from rich.console import Console, RenderableType

from features.config.sections.decisions.control import Arm
from features.doctor import Diagnosis, Finding
from features.ingest.report import IngestReport, SourceReport
from features.units import DAY
from serving.decisions.control.arms import Arms
from serving.terminal.decisions.decision import exclusions_table, offers_table
from serving.terminal.decisions.effects import effects_tables
from serving.terminal.diagnosis import doctor_table
from serving.terminal.notable import IN_ARM, notable_customers
from serving.terminal.tables import (
    models_table,
    mostly_rejected,
    rejection_lines,
    sources_table,
    training_table,
)
from training.registry.versions import ModelVersion
from training.targets.lapse import Lapse
from training.verdict.gate import Refusal, Verdict
from training.verdict.report import TrainingReport

NAME = "[old] tea[/] :cup:"
FALLBACK = {"name": NAME, "is_fallback": True, "reasons": [{"code": "x"}], "propensity": None, "uplift": None}


def printed(table: RenderableType) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


@pytest.mark.parametrize(
    "table",
    [
        offers_table([FALLBACK], "USD"),
        exclusions_table([{"reason": "expired", "count": 1, "offers": [{"name": NAME, "detail": "Over."}]}]),
        doctor_table(Diagnosis("Shop", 0, 1, "", "", (), (), (Finding(NAME, "ok", NAME),))),
    ],
)
def test_names_are_printed_as_they_are(table: RenderableType) -> None:
    assert NAME in printed(table)


def test_what_showing_offers_changes_is_a_column_where_it_is_told_of_any() -> None:
    chosen = {"is_fallback": False, "value": "10.00", "cost": "0.00"}
    tea = {"name": "Tea", "propensity": 0.3, "uplift": None, "expected_value": 3.0} | chosen
    mail = {"name": "Mail", "propensity": None, "uplift": 0.0125, "expected_value": 0.125} | chosen
    assert "uplift" not in printed(offers_table([tea], "USD"))
    head, one, other = printed(offers_table([tea, mail], "USD")).splitlines()
    assert head.split() == ["offer", "propensity", "uplift", "value", "USD", "cost", "USD", "expected", "USD"]
    assert (one.split(), other.split()) == (
        ["Tea", "30.00%", "–", "10.00", "0.00", "3.00"],
        ["Mail", "–", "1.25%", "10.00", "0.00", "0.12"],
    )


def test_what_an_arm_shows_is_a_table_of_its_own() -> None:
    told = {"arm": "off", "gets": "nothing", "campaign": "spring", "customers": 2419, "arm_customers": 581, "open": 3}
    shares = {"outcome": "ordered", "figure": 0.329, "arm_figure": 0.255, "effect": 0.074, "low": 0.033, "high": 0.113}
    none = dict.fromkeys(("figure", "arm_figure", "effect", "low", "high"), None) | {"outcome": "value"}
    frame = pl.DataFrame([told | shares, told | none], infer_schema_length=None)
    head, table = effects_tables(frame, "USD")
    assert head == "off (gets nothing of spring): 2,419 in no arm, 581 in it; 3 are followed still"
    assert [line.split() for line in printed(table).splitlines()[1:]] == [
        ["ordered", "32.9%", "25.5%", "7.4%", "3.3%", "11.3%"],
        ["net", "value", "USD", *"–––––"],
    ]


LONG = "transactions_of_the_loyalty_programme"
REFUSALS = ("too_few_outcomes", "not_better_than_rule", "not_calibrated", "older_than_champion")
TARGET = Lapse("will_order_nothing_more", event="order", horizon_us=28 * DAY, active_us=56 * DAY)


def narrow(*parts: RenderableType) -> str:
    """What is printed where output goes to a file, 80 columns wide."""
    console = Console(width=80)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return capture.get()


def test_tables_fit_eighty_columns_and_cut_no_name_and_no_code() -> None:
    rejected = {"duplicate_event_id": 1_234_567, "rating_out_of_scale": 8, "unknown_offer_type": 1}
    source = SourceReport(LONG, "events", "since 2024-05-01 09:00", 12_345_678, rejected)
    report = IngestReport((source,), "")
    verdict = Verdict(tuple(Refusal(code, "") for code in REFUSALS))
    figures = {"auc": 0.123}
    trained = TrainingReport(
        TARGET, 0, 1, 1, 1, 12_345, None, figures, "-days_since_last_survey_answer", figures, verdict=verdict
    )
    version = ModelVersion(TARGET.name, 12, ("champion", "previous"), 0, ", ".join(REFUSALS))
    tables = narrow(sources_table(report), training_table([trained]), models_table([version]))
    assert max(map(len, tables.splitlines())) <= 80
    text = tables + narrow(*rejection_lines(report))
    for word in (*rejected, *REFUSALS, "-days_since_last_survey_answer", "12,345,678", "champion", "previous"):
        assert word in text
    assert "transactions_of_the" in text  # a long name is folded


@pytest.mark.parametrize(
    ("promoted", "unchanged", "codes", "standing"),
    [
        (True, False, [], "champion"),
        (True, True, [], "champion, unchanged"),
        (False, True, [], "kept, unchanged"),
        (False, False, ["not_calibrated"], "refused"),
        (False, True, ["not_calibrated"], "refused, unchanged"),
        (False, False, ["not_better_than_champion"], "challenger"),
    ],
)
def test_a_training_says_what_became_of_each_model(
    codes: list[str], standing: str, *, promoted: bool, unchanged: bool
) -> None:
    verdict = Verdict(tuple(Refusal(code, "") for code in codes))
    report = TrainingReport(TARGET, 0, 1, 1, 1, verdict=verdict, promoted=promoted, unchanged=unchanged)
    (line,) = (line for line in narrow(training_table([report])).splitlines() if "none" in line)
    assert f"none, {standing}" in line


def test_only_codes_that_are_most_of_a_source_make_a_build_end_otherwise() -> None:
    sources = [SourceReport(str(n), "events", "", 10, {"bad_time": n}, left_out=2) for n in (3, 4, 5)]
    assert mostly_rejected(IngestReport(tuple(sources), "")) == ["5"]  # 3 of 8 accepted; 4 and 4 are as many


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


def test_the_demo_shows_somebody_in_an_arm_that_gets_offers() -> None:
    customers, declared = [str(n) for n in range(20)], {"off": Arm(share=0.3), "chance": Arm(share=0.3, gets="random")}
    *others, (why, shown) = notable_customers(scored(customers), Arms(declared))
    assert (len(others), why, Arms(declared).of(shown).gets) == (3, IN_ARM, "random")
    assert len(notable_customers(scored(customers), Arms({"off": Arm(share=0.3)}))) == 3
