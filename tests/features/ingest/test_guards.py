"""What is not as it was at the last build stops the next one, which leaves everything as it was, unless accepted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.ingest.ingest import ingest
from tests.features.shops import UNCHANGED, Shop, order_row, scopes
from tests.features.sourcing import settings_of

COLUMNS = {"id": "who", "time": "at", "value": "paid", "item_id": "item"}


def orders(folder: Path, rows: Sequence[str], *, name: str = "1", head: str = "who,at,paid,item") -> Settings:
    """Settings of a folder of orders, with one more file in it."""
    file = folder / "orders" / f"{name}.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join([head, *rows]) + "\n")
    os.utime(file, ns=(len(rows), len(rows)))  # written at another time: another file
    return settings_of(folder, orders={"from": "orders", "kind": "order", "columns": COLUMNS})


def good(count: int, start: int = 0) -> list[str]:
    return [f"c{n},2024-01-01T10:00:{n % 60:02},5.00,tea" for n in range(start, start + count)]


def bad(count: int) -> list[str]:
    return [f"c{n},soon,5.00,tea" for n in range(count)]


def content(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


def refusal(settings: Settings, *accept: str) -> StamkundError:
    """The error of a build, which has changed nothing."""
    before = content(settings.home)
    with pytest.raises(StamkundError) as stopped:
        ingest(settings, accept=accept)
    assert content(settings.home) == before
    return stopped.value


# Ten orders were read, and a row without a time was rejected. Then the file is another one, or a second one is there.
AFTER: dict[str, tuple[Callable[[Path], Settings], str, str]] = {
    "half": (lambda at: orders(at, good(5)), "fewer_rows", "5 rows, less than half of the 11 before"),
    "rejected": (lambda at: orders(at, bad(12)), "more_rejected", "12 of 12 new rows are rejected, and 9% were before"),
    "most": (lambda at: orders(at, good(3) + bad(8)), "more_rejected", "8 of 11 new rows"),
    "added": (lambda at: orders(at, bad(3), name="2"), "more_rejected", "3 of 3 new rows are rejected"),
    "renamed": (
        lambda at: orders(at, good(3, 20), name="2", head="who,at,price,item"),
        "empty_column",
        "`value` is empty in all 3 new rows, and was filled in 10 of 10 before",
    ),
    "emptied": (lambda at: orders(at, [r.replace("tea", "") for r in good(11)]), "empty_column", "`item_id` is empty"),
}


@pytest.mark.parametrize("case", AFTER)
def test_what_is_not_as_it_was_stops_the_build_and_can_be_accepted(case: str, tmp_path: Path) -> None:
    ingest(orders(tmp_path, good(10) + bad(1)))
    change, code, told = AFTER[case]
    settings = change(tmp_path)
    error = refusal(settings)
    assert (error.code, error.field) == (code, "sources.orders")
    assert told in str(error)
    assert f"`stamkund build --accept {code}`" in str(error)
    assert ingest(settings, accept=[code]).version
    ingest(settings)  # what was accepted is what is usual from then on


@pytest.mark.parametrize(
    "change",
    [
        lambda at: orders(at, good(6)),  # more than half of 11
        lambda at: orders(at, good(5) + bad(5)),  # no more than half rejected
        lambda at: orders(at, good(2, 20), name="2", head="who,at,price,item"),  # two rows may lack it by chance
        lambda at: orders(at, bad(2), name="2"),  # so few may be so by chance
        lambda at: orders(at, [*good(10), *good(10)]),
    ],
)
def test_what_is_usual_passes(change: Callable[[Path], Settings], tmp_path: Path) -> None:
    ingest(orders(tmp_path, good(10) + bad(1)))
    assert ingest(change(tmp_path)).version


def test_every_surprise_is_told_at_once_with_the_codes_that_accept_them_all(tmp_path: Path) -> None:
    ingest(orders(tmp_path, good(10)))
    settings = orders(tmp_path, bad(4))
    error = refusal(settings)
    assert str(error).splitlines() == [
        "orders: 4 rows, less than half of the 10 before.",
        "orders: 4 of 4 new rows are rejected, and 0% were before. `stamkund doctor` shows one of them.",
        "Nothing was changed. Mend it, or if it is right: `stamkund build --accept fewer_rows,more_rejected`.",
    ]
    assert refusal(settings, "fewer_rows").code == "more_rejected"
    assert "--accept fewer_rows,more_rejected`" in str(refusal(settings, "fewer_rows"))
    with pytest.raises(StamkundError, match="did you mean 'fewer_rows'") as unknown:
        ingest(settings, accept=["fewer_row"])
    assert unknown.value.code == "unknown_code"


def test_a_file_that_is_gone_stops_the_build(tmp_path: Path) -> None:
    orders(tmp_path, good(1, 20), name="0")
    settings = orders(tmp_path, good(10))
    ingest(settings)
    (tmp_path / "orders" / "0.csv").unlink()
    error = refusal(settings)
    assert error.code == "missing_file"
    assert "1 of the 2 files read before are gone, and their rows with them: orders/0.csv." in str(error)
    assert ingest(settings, accept=["missing_file"]).sources[0].accepted == 10


def test_a_column_of_another_type_stops_the_build_and_wider_numbers_do_not(tmp_path: Path) -> None:
    frame = pl.DataFrame({"who": ["a", "b"], "seconds": [0, 1], "paid": [5, 6], "other": [1, 2]})
    columns = {"id": "who", "time": "to_timestamp(seconds)", "value": "paid"}
    settings = settings_of(tmp_path, orders={"from": "o.parquet", "kind": "order", "columns": columns})

    def write(**types: pl.DataType | type[pl.DataType]) -> Settings:
        frame.cast(dict(types)).write_parquet(tmp_path / "o.parquet")  # type: ignore[arg-type]
        return settings

    ingest(write())
    ingest(write(paid=pl.Float64, other=pl.String))
    error = refusal(write(paid=pl.String, seconds=pl.Int32))
    assert (error.code, "the column paid is VARCHAR now, and was DOUBLE" in str(error)) == ("changed_type", True)


def test_where_the_settings_of_a_source_changed_nothing_is_usual(tmp_path: Path) -> None:
    ingest(orders(tmp_path, good(10)))
    settings = orders(tmp_path, good(2) + bad(2))
    other = settings.sources["orders"].model_copy(update={"timezone": "Europe/Stockholm"})
    assert ingest(settings.model_copy(update={"sources": {"orders": other}})).version


def test_rows_that_repeat_others_are_no_surprise(tmp_path: Path) -> None:
    columns = {"event_id": "item", **COLUMNS}
    rows = [f"c{n},2024-01-01,5.00,e{n}" for n in range(10)]
    orders(tmp_path, rows)
    settings = settings_of(tmp_path, orders={"from": "orders", "kind": "order", "columns": columns})
    ingest(settings)
    orders(tmp_path, rows, name="2")
    assert ingest(settings).sources[0].rejected == {"duplicate_event_id": 10}


def test_anew_reads_everything_and_comes_to_the_same(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.write("plain", "1", order_row(item="y"))
    shop.visit("h0")
    first = shop.ingest()
    again = ingest(shop.settings(), log=shop.log_after, anew=True)
    assert (again.full_read_reason, again.version) == ("that was asked for", first.version)
    assert set(scopes(again).values()) == {"read whole"}
    (shop.folder / "plain" / "1.csv").unlink()
    with pytest.raises(StamkundError, match="files read before are gone"):
        ingest(shop.settings(), log=shop.log_after, anew=True)


def test_a_company_whose_folder_moved_is_read_on_from_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    shop = Shop.open(tmp_path / "old")
    shop.ingest()
    shutil.move(tmp_path / "old", tmp_path / "new")
    moved = Shop(tmp_path / "new")
    report = moved.ingest()
    assert (scopes(report), report.full_read_reason) == (UNCHANGED, None)
    moved.write("plain", "1", order_row(item="y"))
    assert scopes(moved.ingest())["plain"] == "1 new file"
