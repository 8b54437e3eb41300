from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from insights.refresh import refresh
from insights.tables import Tables
from serving.terminal.insights.metrics import metric_tables
from stamkund import app
from tests.insights.metrics.test_tables import EVENTS, MARCH
from tests.insights.shop import event, shop


@pytest.fixture(scope="module")
def yaml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shop")
    refresh(shop(home, EVENTS), as_of=MARCH)
    file = home / "stamkund.yaml"
    file.write_text(f"name: Shop\nhome: {home}\nsources: {{}}\n", encoding="utf-8")
    return file


def asked(yaml: Path, *words: str) -> Any:
    found = CliRunner().invoke(app, ["insights", "metrics", *words, "--config", str(yaml), "--json"])
    return json.loads(found.stdout or found.stderr)


def test_the_people_behind_a_figure_are_listed(yaml: Path) -> None:
    assert asked(yaml, "buyers", "--list", "--period", "2024-01")["customers"] == list("abcdef")
    web = asked(yaml, "revenue", "--list", "--period", "2024-02", "--by", "channel", "--group", "web", "--limit", "2")
    assert (web["total"], web["customers"], web["next"]) == (5, ["a", "b"], "b")


def test_two_groups_are_compared_in_one_table(yaml: Path) -> None:
    words = ["insights", "metrics", "revenue", "--by", "channel", "--compare", "web", "shop", "--config", str(yaml)]
    shown = CliRunner().invoke(app, words).stdout
    assert "web" in shown
    assert "A customer may be in both groups" in shown
    answer = asked(yaml, "revenue", "--by", "channel", "--compare", "web", "shop")
    assert [(row["group"], row["other"], row["period"]) for row in answer["differences"]][:1] == [
        ("web", "shop", "2024-01")
    ]


@pytest.mark.parametrize(
    ("words", "code", "field"),
    [
        (["--list", "--period", "2024-01"], "figure_needed", "names"),
        (["buyers", "--list"], "figure_needed", "period"),
        (["buyers", "--period", "2024-01"], "bad_option", "period"),
        (["buyers", "--list", "--period", "2024-01", "--group", "web"], "group_of_nothing", "group"),
        (["buyers", "--list", "--period", "2024-01", "--by", "channel", "--group", "wep"], "unknown_group", "group"),
    ],
)
def test_whom_to_list_is_said_whole_or_asked_for(yaml: Path, words: list[str], code: str, field: str) -> None:
    error = asked(yaml, *words)["error"]
    assert (error["code"], error["field"]) == (code, field)


METRIC: dict[str, object] = {"metric": "m", "text": "", "unit": "money", "missing": None, "nobody_has": []}


def cell(value: float, low: float, high: float, change: float | None) -> dict[str, object]:
    return {
        "metric": "m", "dimension": None, "period": "2024-01", "open": False, "suppressed": False, "value": value,
        "low": low, "high": high, "customers": 9, "change": change, "change_stands": True, "compared": 1,
        "target": None, "verdict": None, "unweighted": None, "unheard": None, "refusal": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "cells", "lines"),
    [
        ("money", [cell(28.67, 27.5, 29.81, -0.2192)], ["28.67 27.50 – 29.81 9 −0.22*"]),
        ("money", [cell(0.0, 0.0, 0.0, None)], ["0.00 0.00 – 0.00 9"]),
        ("customers", [cell(12, 9.4, 14.6, 3), cell(9, 8, 10, 0.0)], ["12 9 – 15 9 +3*", "9 8 – 10 9 +0*"]),
        ("share", [cell(0.25, 0.125, 0.5, -0.03125)], ["25.0 % 12.5 – 50.0 % 9 −3.1 pp*"]),
    ],
)
def test_intervals_and_changes_are_told_with_the_decimals_of_the_values(
    unit: str, cells: list[dict[str, object]], lines: list[str]
) -> None:
    answer = {"metrics": [METRIC | {"unit": unit}], "cells": cells, "currency": "EUR"}
    console = Console(width=200)
    with console.capture() as told:
        console.print(*metric_tables(answer, "en"))
    rows = [" ".join(row.replace("│", " ").split()) for row in told.get().splitlines() if "2024-01" in row]
    assert rows == [f"2024-01 {line}" for line in lines]


def test_weighted_figures_are_told_beside_those_without_weights_and_refusals_in_words() -> None:
    refused = {"value": None, "low": None, "high": None, "change": None, "refusal": "weights_too_uneven"}
    cells = [
        {**cell(28.67, 27.5, 29.81, None), "unweighted": 31.0},
        {**cell(0, 0, 0, None), **refused, "unweighted": 30.0},
    ]
    answer = {"metrics": [METRIC | {"unit": "points"}], "cells": cells, "currency": "EUR"}
    console = Console(width=200)
    with console.capture() as told:
        console.print(*metric_tables(answer, "en"))
    words = [line.replace("│", " ").split() for line in told.get().splitlines() if "2024-01" in line]
    assert words[0][-1] == "31.0"
    assert " ".join(words[1]) == "2024-01 weights too uneven 9 30.0"


def test_what_nobody_has_and_whom_the_weights_leave_out_is_told_below_a_metric() -> None:
    nobody_has = [{"name": "channel", "text": "wbe", "near": "web"}, {"name": "kind", "text": "zzz", "near": None}]
    cells = [cell(1, 0, 2, None) | {"unheard": 0.25}, cell(1, 0, 2, None) | {"period": "2024-02"}]
    answer = {"metrics": [METRIC | {"nobody_has": nobody_has}], "cells": cells, "currency": "EUR"}
    told = [" ".join(str(part).split()) for part in metric_tables(answer, "en")][2:]
    assert told == [
        "m: no event has the channel 'wbe'; did you mean 'web'?",
        "m: no event has the kind 'zzz'.",
        "25.0 % of those asked in 2024-01 are of a kind of whom nobody answered.",
    ]


@pytest.mark.parametrize(("metrics", "said"), [([], "no events"), ([METRIC], "no figures")])
def test_where_there_is_nothing_to_tell_it_is_said(metrics: list[dict[str, object]], said: str) -> None:
    (line,) = metric_tables({"metrics": metrics, "cells": [], "currency": "EUR"}, "en")
    assert said in str(line)


def test_a_refresh_tells_by_how_many_people_what_is_over_was_revised(tmp_path: Path) -> None:
    said = [event(who, "2024-01-02", "consent", purpose="analytics", status="denied") for who in "ab"]
    tables = Tables(shop(tmp_path, said).insights)
    file = tmp_path / "stamkund.yaml"
    consent = "consent: {purposes: {analytics: {basis: interest, gates: [insights]}}}"
    file.write_text(f"name: Shop\nhome: {tmp_path}\nsources: {{}}\nlanguage: sv\n{consent}\n", encoding="utf-8")
    words = ["insights", "refresh", "--as-of", "2024-03-01", "--config", str(file)]
    told = " ".join(CliRunner().invoke(app, words).output.split())
    assert "Insikter per 2024-03-01T00:00:00Z" in told
    assert "2 har sagt nej till insikter" in told
    assert tables.manifest.revisions == {"erased": 0, "withdrawn": 2, "ruled_on": 0}
