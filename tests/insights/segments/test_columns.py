"""Segments of a built shop: whom they hold at moments, who moved between them, and nobody who does not allow it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.config.settings import Settings
from features.lake import Lake
from features.language.rules.evaluate import Cell, compile_rule
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.records import records
from insights.segments import history
from insights.segments.customers import Columns
from insights.segments.files import open_columns
from insights.segments.reading import columns_at
from insights.segments.refresh import forget_in_segments, refresh_segments
from insights.segments.rules import folder_of, rules_of
from insights.tables import Tables
from tests.insights.segments.homes import day, tea_shop


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return tea_shop(tmp_path_factory.mktemp("tea"))


def members(settings: Settings, columns: Columns, name: str) -> list[str]:
    rules = rules_of(settings)
    return [str(each) for each in np.array(columns.ids.to_pylist())[columns.members(rules[name], rules)]]


def test_segments_hold_whom_their_rules_hold_for(settings: Settings) -> None:
    columns = columns_at(settings, as_of=settings.now())
    assert columns.ids.to_pylist() == ["ann", "bo", "cy", "eve", "fay"]  # di has withdrawn
    assert members(settings, columns, "big") == ["ann", "cy"]  # of eve, who allows no profile, nothing is known
    assert members(settings, columns, "lund") == ["ann", "bo", "cy", "fay"]  # ann has said so, her row says Oslo
    assert members(settings, columns, "big_in_lund") == ["ann", "cy"]
    assert members(settings, columns, "others") == ["bo", "fay"]
    assert members(settings, columns, "settled") == ["ann", "fay"]  # cy has three
    assert members(settings, columns, "readers") == ["ann"]
    assert members(settings, columns, "upper") == [
        "ann",
        "cy",
    ]  # fay spent 0: half of four have less than ann
    assert members(settings, columns, "silent") == ["ann", "bo"]  # the 28 days of cy's order end tonight
    assert not columns.one(3, {})("journeys.again.order").known  # of eve, as of her features
    assert columns.one(0, {})("journeys.again.days_since_order").value == pytest.approx(29 - 1)  # from the day's end on


def test_members_of_the_past_are_those_of_then(settings: Settings) -> None:
    columns = columns_at(settings, as_of=day("2024-05-15"))
    assert members(settings, columns, "lund") == ["bo", "cy", "fay"]
    assert members(settings, columns, "big") == []
    assert members(settings, columns, "silent") == ["ann"]  # the time of bo's order is not over yet
    some = columns_at(settings, as_of=day("2024-06-02"), names={"features.spent_90d"})
    assert members(settings, some, "big") == ["ann"]
    assert [name for name in some.columns if not name.startswith("consent.")] == ["features.spent_90d"]


def test_columns_tell_of_each_customer_what_their_record_tells(settings: Settings) -> None:
    lake, now = Lake(settings.lake), settings.now()
    columns, features = columns_at(settings, as_of=now), FeatureSet.load(settings.feature_set)
    for customer, record in records(lake, as_of=now):
        place = columns.place(customer)
        if place is None or customer == "eve":
            continue
        read, row = columns.one(place, {}), features.online.vector(record, as_of=now)
        told = {f.name: f.display(float(value)) for f, value in zip(features.features, row, strict=True)}
        found = {name: read(f"features.{name}") for name in told}
        assert {name: cell.value if cell.known else None for name, cell in found.items()} == told
        city = record.traits_at(now).get("city")
        assert read("traits.city") == (Cell(city) if city else Cell(value=False, known=False))


def test_a_refresh_writes_what_counting_reads_and_who_moved(settings: Settings) -> None:
    folder, rules = folder_of(settings), rules_of(settings)
    refresh_segments(settings, as_of=day("2024-05-15"))
    refresh_segments(settings, as_of=settings.now())
    columns = open_columns(folder)
    assert columns.count(rules["big"], rules).members == 2
    for name in rules:  # what was built, and what is counted, are the same
        built = columns.columns[f"segments.{name}"].cell(slice(None)).value
        assert built.tolist() == columns.members(rules[name], rules).tolist()
    stays = history.read(folder / "stays.parquet", history.STAYS)
    moved = stays.filter(segment="big").select("customer_id", "entered", "entered_by", "left").rows()
    assert moved == [("ann", settings.now(), "customer", None), ("cy", settings.now(), "customer", None)]
    sizes = history.read(folder / "sizes.parquet", history.SIZES).filter(segment="others")
    assert sizes.select("members", "entered", "left").rows() == [(4, 4, 0), (2, 0, 2)]
    files = [folder / name for name in ("stays.parquet", "sizes.parquet", "current.json")]
    before = [file.read_bytes() for file in files]
    refresh_segments(settings, as_of=settings.now())
    assert [file.read_bytes() for file in files] == before


def test_a_report_reads_how_big_segments_were_by_month(settings: Settings) -> None:
    tables = Tables(settings.insights)
    for at in ("2024-05-15", "2024-06-01", "2024-06-30"):  # the first moment of June is the end of May
        with tables.writing(as_of=day(at), build="b") as draft:
            refresh_segments(settings, as_of=day(at), draft=draft)
    rows = tables.read("segments", filters=[("segment", "=", "big")]).to_pylist()
    told = [[row[name] for name in ("month", "day", "members", "entered", "left")] for row in rows]
    assert told == [["2024-05", "2024-06-01", 0, 0, 0], ["2024-06", "2024-06-30", 2, 2, 0]]
    assert tables.read("segment_traits").num_rows == 0  # of fewer than five customers nothing is told


def test_whoever_is_erased_is_in_no_column_and_no_history(settings: Settings) -> None:
    refresh_segments(settings, as_of=settings.now())
    forget_in_segments(settings, ["ann"])
    folder = folder_of(settings)
    assert open_columns(folder).ids.to_pylist() == ["bo", "cy", "eve", "fay"]
    assert members(settings, open_columns(folder), "big") == ["cy"]
    assert not [path for path in Path(folder).rglob("*") if path.is_file() and b"ann" in path.read_bytes()]
    assert "ann" not in history.read(folder / "stays.parquet", history.STAYS)["customer_id"].to_list()


def test_a_rule_alone_tells_of_one_person_what_the_columns_tell_of_all(settings: Settings) -> None:
    columns, rules = columns_at(settings, as_of=settings.now()), rules_of(settings)
    for name, rule in rules.items():
        alone = compile_rule(rule.node, lambda _: Cell(None), timezone=settings.timezone)
        each = [bool(alone(columns.one(place, rules)).value) for place in range(columns.customers)]
        assert each == columns.members(rule, rules).tolist(), name
