"""A build reads everything where new rows alone do not make the lake right, and says why; or refuses a broken lake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.lake import FORMAT, Lake
from tests.features.shops import UNCHANGED, Shop, order_row, scopes
from tests.features.sourcing import settings_of


def rewrite(shop: Shop) -> Settings:
    shop.touch("plain", "0")
    return shop.settings()


def remove(shop: Shop) -> Settings:
    (shop.folder / "plain" / "1.csv").unlink()
    return shop.settings()


def widen(shop: Shop) -> Settings:
    (shop.folder / "plain" / "2.csv").write_text("id,time,kind,basket,item,amount,seen,more\n1,2017-01-01,visit,,,,,\n")
    return shop.settings()


def repeat(shop: Shop) -> Settings:
    shop.write("plain", "00", order_row(item="y"))
    return shop.settings()


def regroup(shop: Shop) -> Settings:
    shop.write("items", "1", ("y", "Bread"))
    return shop.settings()


def without(shop: Shop) -> Settings:
    config = shop.settings()
    return config.model_copy(update={"sources": {n: s for n, s in config.sources.items() if n != "plain"}})


def reorder(shop: Shop) -> Settings:
    config = shop.settings()
    return config.model_copy(update={"sources": dict(reversed(config.sources.items()))})


def remap(shop: Shop) -> Settings:
    config = shop.settings()
    other = config.sources["plain"].model_copy(update={"timezone": "Europe/Stockholm"})
    return config.model_copy(update={"sources": {**config.sources, "plain": other}})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (rewrite, "plain/0.csv changed"),
        (remove, "plain/1.csv is gone"),
        (widen, "the columns of plain changed"),
        (repeat, "new files of plain repeat rows of files that come after them by name"),
        (regroup, "1 items of earlier events have another category now"),
        (without, "the source plain was taken away"),
        (reorder, "the sources stand in another order"),
        (remap, "the settings of plain changed"),
        (lambda shop: shop.settings(currency="EUR"), "the currency, its minor units or the columns of the lake"),
    ],
)
def test_what_new_rows_cannot_make_good_is_read_anew_and_said(
    tmp_path: Path, change: Callable[[Shop], Settings], why: str
) -> None:
    shop = Shop.open(tmp_path)
    shop.write("plain", "1", order_row(item="y"))
    shop.receive("m1", id="2", time=1_485_860_400_000_000)
    shop.ingest()
    changed = change(shop)
    report = ingest(changed, log=shop.log_after, accept=["missing_file"])
    assert why in (report.full_read_reason or "")
    assert report.fragments is None
    full = ingest(changed.model_copy(update={"home": tmp_path / "anew"}), log=shop.log_after)
    assert (full.full_read_reason, full.version) == (None, report.version)


def test_values_that_make_another_type_of_a_column_are_read_with_all_others(tmp_path: Path) -> None:
    (tmp_path / "paid").mkdir()
    (tmp_path / "paid" / "0.csv").write_text("id,time,paid\n1,2017-01-01,1\n")
    columns = {"id": "id", "time": "time", "value": "paid / 2"}
    config = settings_of(tmp_path, paid={"from": "paid", "kind": "order", "columns": columns})
    ingest(config)
    (tmp_path / "paid" / "1.csv").write_text("id,time,paid\n2,2017-01-01,2.5\n")
    assert ingest(config).full_read_reason == "most values of paid in paid are of another type now"
    assert Lake(config.lake).scan("events").collect()["value"].to_list() == [50, 125]


def test_sources_may_use_the_same_ids(tmp_path: Path) -> None:
    columns = {"event_id": "e", "id": "id", "time": "time"}
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.csv").write_text(f"e,id,time\n{name},1,2017-01-01\n")
    sources: dict[str, dict[str, object]] = {n: {"from": n, "kind": "visit", "columns": columns} for n in "ab"}
    config = settings_of(tmp_path, **sources)
    ingest(config)
    (tmp_path / "b" / "1.csv").write_text("e,id,time\na,1,2017-01-01\nb,3,2017-01-01\n")
    (tmp_path / "a" / "1.csv").write_text("e,id,time\nb,1,2017-01-01\n")
    report = ingest(config)
    assert (report.full_read_reason, [source.rejected for source in report.sources]) == (
        None,
        [{}, {"duplicate_event_id": 1}],
    )
    events = Lake(config.lake).scan("events").collect()
    assert events.select("event_id", "source").rows() == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert ingest(config.model_copy(update={"home": tmp_path / "anew"})).version == report.version


def test_a_lake_that_does_not_say_what_it_was_read_from_is_built_anew(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.ingest()
    shop.lake().write({"events": shop.events()})
    assert shop.ingest().full_read_reason == "the lake does not say what it was read from"
    assert shop.ingest().full_read_reason is None


KEYS = ("part", "file", "sha256", "rows")


def remanifest(shop: Shop, **changes: object) -> None:
    """The shop's manifest with other values under some keys."""
    file = shop.lake().path / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def entries(shop: Shop, *keys: str) -> dict[str, list[dict[str, object]]]:
    """The tables of the shop's manifest, with only these keys of each file."""
    tables = json.loads((shop.lake().path / "manifest.json").read_text())["tables"]
    return {table: [{key: entry[key] for key in keys} for entry in tables[table]] for table in tables}


@pytest.mark.parametrize(
    ("other", "keys", "step"),
    [
        (1, KEYS[1:], "Run `stamkund build`"),
        (FORMAT - 1, KEYS, "Run `stamkund build`"),
        (FORMAT + 1, KEYS, "Update Stamkund"),
    ],
)
def test_a_lake_of_another_format_is_read_anew_and_keeps_what_only_it_held(
    tmp_path: Path, other: int, keys: tuple[str, ...], step: str
) -> None:
    shop = Shop.open(tmp_path)
    shop.visit("h0", "h1")
    first = shop.ingest()
    remanifest(shop, format=other, tables=entries(shop, *keys))
    with pytest.raises(StamkundError, match=f"is of format {other}; this version reads format {FORMAT}. {step}") as no:
        shop.events()
    assert no.value.code == "other_lake_format"
    shop.switch_log("second")
    shop.visit("h1", "h2")
    report = shop.ingest()
    assert report.full_read_reason == f"the lake is of format {other}; this version writes format {FORMAT}"
    assert (report.before, report.fragments) == (first.version, None)
    assert report.sources[-1].scope == "read whole, 1 of an earlier log kept"
    assert shop.http_ids() == ["h0", "h1", "h2"]
    assert scopes(shop.ingest()) == UNCHANGED


@pytest.mark.parametrize(
    ("watermarks", "problem"),
    [
        ({}, "watermarks.started_at: Field required"),
        ({"started_at": 1, "basis": "", "log": {}, "sources": []}, "watermarks.sources: Input should be"),
    ],
)
def test_a_build_refuses_watermarks_that_are_none(tmp_path: Path, watermarks: object, problem: str) -> None:
    shop = Shop.open(tmp_path)
    shop.ingest()
    remanifest(shop, watermarks=watermarks)
    with pytest.raises(StamkundError) as caught:
        shop.ingest()
    assert caught.value.code == "lake_corrupt"
    assert problem in str(caught.value)


def test_a_build_refuses_a_lake_with_a_file_that_is_gone_before_it_reads_anything(tmp_path: Path) -> None:
    shop, steps = Shop.open(tmp_path), list[str]()
    shop.ingest()
    for table in ("events", "items"):
        file = shop.lake().files(table)[0]
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(StamkundError, match=f"it names {file.name}, which is not there") as caught:
            ingest(shop.settings(), log=shop.log_after, progress=lambda step, *_: steps.append(step))
        assert (caught.value.code, steps) == ("lake_corrupt", [])
        file.write_bytes(content)
    assert scopes(shop.ingest()) == UNCHANGED
