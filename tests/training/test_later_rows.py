"""What comes after ``as_of`` changes nothing, from the sources to the models' files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.config.settings import Settings
from features.lake import Lake
from features.profiles.build import build
from features.profiles.pairs.features import PAIR_FEATURES
from tests.training.campaigns import AS_OF, event, events, offers
from training.targets import targets_of
from training.trainer import train
from training.walk.dataset import Dataset, training_datasets

Row = dict[str, object]
ITEMS = {"i0": "Drinks", "i1": "Drinks", "i2": "Sweets", "i3": "Sweets", "i4": "Fruit", "i5": "Fruit", "new": "Toys"}
SAME = ("event_id", "time", "kind", "channel", "order_id", "item_id", "value", "currency", "campaign_id")
COLUMNS: dict[str, dict[str, str]] = {
    "events": {"id": "customer_id"} | {name: name for name in SAME},
    "items": {name: name for name in ("item_id", "category")},
    "offers": {name: name for name in ("offer_id", "campaign_id", "starts", "ends", "item_ids")},
}
CUSTOMERS = 60
PARTS = ("x", "y", "as_of", "known_at", "customers", "fresh")


def surprises() -> list[Row]:
    """Later rows unlike any before: an order a moment later, and a kind, a channel, items and customers never seen."""
    newcomers = range(CUSTOMERS, 2 * CUSTOMERS)
    return [
        event(0, "order", 280, value=10_000, item_id="i1") | {"event_id": "next", "time": AS_OF + 1},
        *(event(customer, "visit", 290 + n / 9) for customer in range(CUSTOMERS) for n in range(60)),  # the commonest
        *(event(customer, "order", 300, value=5_000, item_id="new", channel="web") for customer in newcomers),
        *(event(customer, "contact", 305, campaign_id="k255") for customer in newcomers),
        *(event(customer, "redeem", 306, campaign_id="k255") for customer in newcomers),
    ]


def opened(folder: Path, rows: Sequence[Row]) -> Settings:
    """A shop with these events in its files."""
    folder.mkdir()
    tables: dict[str, list[Row]] = {
        "events": [{"channel": "store"} | row for row in rows],
        "items": [{"item_id": item, "category": category} for item, category in ITEMS.items()],
        "offers": offers(),
    }
    for table, its_rows in tables.items():
        frame = pl.DataFrame(its_rows, infer_schema_length=None)
        times = [name for name in ("time", "starts", "ends") if name in frame.columns]
        frame.with_columns(pl.from_epoch(name, "us") for name in times).write_parquet(folder / f"{table}.parquet")
    document = {
        "name": "Corner shop", "home": str(folder / "home"), "currency": "EUR", "gate": {"outcomes": 20},
        "sources": {t: {"table": t, "from": f"{t}.parquet", "columns": COLUMNS[t]} for t in tables},
        "targets": {name: {"type": name} for name in ("lapse", "spend", "redemption")},
    }  # fmt: skip
    return Settings.model_validate(document, context={"folder": folder})


def made(folder: Path, rows: Sequence[Row]) -> Iterator[tuple[str, bytes]]:
    """Everything that is made of these events as of the moment, by name."""
    settings = opened(folder, rows)
    built = build(settings, as_of=AS_OF)
    assert built.report.rejected == 0
    yield "features", settings.feature_set.read_bytes()
    yield "profiles", built.profiles.select(built.feature_set.names).to_numpy().tobytes()
    yield "customers", "\n".join(built.profiles["customer_id"]).encode()
    targets = list(targets_of(settings).values())
    tables = training_datasets(Lake(settings.lake), built.feature_set, targets, as_of=AS_OF, minor_units=2)
    for name, table in tables.items():
        assert_holds_all_that_models_learn_from(table, name)
        yield from ((f"{name} table, {part}", getattr(table, part).tobytes()) for part in PARTS)
    for report in train(settings, as_of=AS_OF):
        assert report.model is not None
        report.model.save(folder / report.target.name)
        for file in sorted((folder / report.target.name).iterdir()):
            yield f"{report.target.name} model, {file.name}", file.read_bytes()


def assert_holds_all_that_models_learn_from(table: Dataset, name: str) -> None:
    """Either outcome (everybody spends something) and open ones, at many moments; of pairs, what tells them apart."""
    assert {1.0} | ({0.0} if name != "spend" else set()) <= set(np.minimum(table.y, 1.0).tolist())
    assert 10 < np.isnan(table.y).sum() < len(table) / 2
    assert len(np.unique(table.customers)) > 50
    assert len(np.unique(table.as_of)) > 20
    if name == "redemption":
        pairs = dict(zip(PAIR_FEATURES, table.x[:, -len(PAIR_FEATURES) :].T, strict=True))
        constant = {feature for feature, values in pairs.items() if len(np.unique(values)) == 1}
        assert constant == {"campaign_offers", "campaign_items", "campaign_days"}


@pytest.mark.usefixtures("sketch")
@pytest.mark.slow
def test_with_and_without_later_rows_the_same_bytes_are_made(tmp_path: Path) -> None:
    coupons = (event(c, "coupon_applied", day, item_id="i1") for c in range(0, CUSTOMERS, 2) for day in (100, 285))
    everything = [*events(CUSTOMERS), *coupons, *surprises()]
    before = [row for row in everything if int(str(row["time"])) <= AS_OF]
    assert len(before) < len(everything) - 3600
    one, two = (dict(made(tmp_path / name, rows)) for name, rows in (("all", everything), ("before", before)))
    assert [name for name in one if one[name] != two[name]] == []
    assert len(one) == len(two) == 3 + 3 * len(PARTS) + 3 * 2 + 4  # the four of the ranges of an amount
