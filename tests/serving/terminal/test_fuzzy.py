"""The command that proposes customers who are probably one person."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from features.config.sections.identity import IdentitySettings
from features.config.settings import read_settings
from features.identity.links import links_of
from features.identity.resolve import resolve
from features.identity.rulings import Ruling
from features.lake import Lake
from serving.store.engine import open_store
from serving.store.people.rulings import add_ruling, all_rulings
from stamkund import app
from tests.features.identity.fuzzy.twins import SETTINGS, twins

YAML = f"""
name: Shop
sources: {{}}
identity: {{fuzzy: {{accept: 0.99, columns: {json.dumps(SETTINGS.columns)}}}}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "stamkund.yaml").write_text(YAML)
    Lake(read_settings(tmp_path / "stamkund.yaml").lake).write({"customers": twins()[0]})
    return tmp_path / "stamkund.yaml"


def test_doubtful_links_are_shown_and_all_are_written(config: Path) -> None:
    links = config.with_name("links.parquet")
    shown = CliRunner().invoke(
        app, ["identity", "propose", "-c", str(config), "--json", "--count", "3", "--out", str(links)]
    )
    assert shown.exit_code == 0
    told, written = json.loads(shown.stdout), pl.read_parquet(links)
    assert len(told["links"]) == 3
    assert told["doubtful"] + told["sure"] == written.height
    assert told["sure"] == (written["probability"] >= 0.99).sum()
    first = told["links"][0]
    assert first["evidence"].keys() == {"first, last", "born", "zip", "city"}
    assert 0.05 <= first["probability"] < 0.99
    store = open_store(read_settings(config).store_url)
    assert all_rulings(store) == []
    store.dispose()


def test_only_links_above_the_stated_probability_are_made_and_none_of_which_people_said_no(config: Path) -> None:
    store = open_store(read_settings(config).store_url)
    add_ruling(store, no := Ruling(1, "split", ("p1-1", "p1-2")))  # a sure link
    arguments = ["identity", "propose", "-c", str(config), "--json", "--merge"]
    made = json.loads(CliRunner().invoke(app, arguments).stdout)
    rulings = all_rulings(store)
    assert made["merged"]
    assert len(rulings) == made["sure"] + 1
    assert [ruling for ruling in rulings if set(ruling.nodes) == set(no.nodes)] == [no]
    assert {ruling.kind for ruling in rulings if ruling != no} == {"merge"}
    resolution = resolve(
        links_of(Lake(read_settings(config).lake).scan("events"), IdentitySettings()), IdentitySettings(), rulings
    )
    assert resolution.refused.is_empty()  # who lost their name once does not lose it twice
    assert resolution.merges.height == made["sure"]
    again = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert (again["sure"], again["doubtful"], len(all_rulings(store))) == (0, made["doubtful"], len(rulings))
    store.dispose()


def test_nothing_is_merged_without_a_stated_probability(config: Path) -> None:
    config.write_text(YAML.replace("accept: 0.99, ", ""))
    told = CliRunner().invoke(app, ["identity", "propose", "-c", str(config), "--json", "--merge"])
    assert json.loads(told.stdout)["error"]["field"] == "identity.fuzzy.accept"


def test_without_the_setting_the_remedy_is_told(tmp_path: Path) -> None:
    (tmp_path / "stamkund.yaml").write_text("name: Shop\nsources: {}\n")
    told = CliRunner().invoke(app, ["identity", "propose", "-c", str(tmp_path / "stamkund.yaml"), "--json"])
    assert (told.exit_code, json.loads(told.stdout)["error"]["code"]) == (1, "missing_setting")
