"""The companies that the service is measured on: built once in a folder, then served with a copy of their store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import yaml

from benchmarks.company import synthetic
from benchmarks.company.happenings import offer_starts
from features.arrays import Floats
from features.config.settings import Settings, read_settings
from features.identity.people import events_at
from features.lake import Lake
from features.profiles.fit import fit_features
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.records import records
from features.units import DAY
from serving.jobs.build import build_all
from serving.scoring.champions import CARRIED, save_lineup
from serving.scoring.lineup import Lineup
from serving.store.engine import open_store
from serving.store.records import replace_records
from training.learners.blend import Blend
from training.learners.calibration import Platt
from training.learners.model import Model, quantiles
from training.learners.trees import Trees, fit_trees
from training.targets import Target, targets_of
from training.targets.frame.target import ScoreKind
from training.trainer import train
from training.walk.dataset import Dataset, feature_names, training_datasets

Fit = Callable[[Floats, Floats, ScoreKind], Trees]
EXAMPLE = Path(__file__).parents[2] / "examples" / "completejourney" / "stamkund.yaml"
SEED, NOW, HISTORY = 7, synthetic.END - 28 * DAY, 182 * DAY  # enough to learn from, and no more past moments to look at
SMALL = """
name: Small shop
clock: 2024-12-04T00:00:00
currency: USD
sources: {}
targets: {lapse: {type: lapse, horizon: 28d, active: 56d}, spend: {type: spend, horizon: 84d, active: 84d},
  redemption: {type: redemption, horizon: 56d}}
offers: {margin: 0.25, window: 84d, fallback: {offer_id: flyer, name: "This week's flyer"}}
serving: {models: carried}
"""


@dataclass(frozen=True)
class World:
    """What is served, and whom and what can be asked about: customers whom a campaign reached, and items."""

    config: Path
    customers: tuple[str, ...]
    items: tuple[str, ...]


def journey(folder: Path) -> Path:
    """The Complete Journey, built and trained as anyone would; the path of its settings."""
    config = folder / "stamkund.yaml"
    if not config.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / "draft.yaml"
        draft.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
        settings = read_settings(draft)
        build_all(settings, as_of=settings.now())
        train(settings, as_of=settings.now())
        draft.rename(config)
    return config


def small(folder: Path, events: int) -> Path:
    """Synthetic customers with about so many events, their models not judged; the path of the settings."""
    config = folder / "stamkund.yaml"
    if not config.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / "draft.yaml"
        draft.write_text(SMALL, encoding="utf-8")
        build(read_settings(draft), folder, history(events), _offers(), fit_trees)
        draft.rename(config)
    return config


@contextmanager
def open_world(config: Path, **serving: object) -> Iterator[World]:
    """A world whose store is a copy, so that it forgets what it was sent; ``serving`` changes how it is served."""
    settings = read_settings(config)
    with TemporaryDirectory(dir=config.parent) as scratch:
        store, file = Path(scratch) / "store.db", config.with_name("served.yaml")
        with closing(sqlite3.connect(settings.home / "store.db")) as original, closing(sqlite3.connect(store)) as copy:
            original.backup(copy)
        document = yaml.safe_load(config.read_text(encoding="utf-8")) | {"store": f"sqlite:///{store}"}
        document["serving"] = {**document.get("serving", {}), **serving}
        file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
        past = events_at(Lake(settings.lake), as_of=settings.now()).filter(pl.col("time") <= settings.now())
        reached = past.filter(pl.col("kind") == "contact").select(pl.col("customer_id").unique().sort()).collect()
        items = Lake(settings.lake).scan("items").select(pl.col("item_id").sort().head(1000)).collect()
        yield World(file, tuple(reached.to_series()), tuple(items.to_series()))


def build(settings: Settings, folder: Path, told: pl.DataFrame, offers: pl.DataFrame, fit: Fit) -> None:
    """A shop of synthetic customers with these events and offers, and models of what ``fit`` grows, not judged."""
    lake = Lake(settings.lake)
    attributes = synthetic.customers(len(told), seed=SEED).select("customer_id", "age", "region")
    attributes = attributes.join(told, on="customer_id", how="semi")
    lake.write({"events": told, "items": synthetic.items(), "customers": attributes, "offers": offers})
    feature_set = fit_features(lake, as_of=NOW - HISTORY // 2)
    feature_set.save(settings.feature_set)
    store = open_store(settings.store_url)
    replace_records(store, records(lake, as_of=NOW), as_of=NOW, log_seq=0, lake=lake.version)
    store.dispose()
    targets = targets_of(settings)
    tables = training_datasets(lake, feature_set, list(targets.values()), as_of=NOW, minor_units=settings.minor_units)
    models = {target.name: _model(target, tables[target.name], feature_set, fit) for target in targets.values()}
    save_lineup(Lineup.of(feature_set, models), folder / CARRIED)


def history(count: int) -> pl.DataFrame:
    """The last months of about so many events; all contacts of a campaign at one moment, as a mailing goes out."""
    told, is_mailing = synthetic.events(count, seed=SEED), pl.col("kind") == "contact"
    told = told.with_columns(time=pl.when(is_mailing).then(pl.col("time") // DAY * DAY).otherwise("time"))
    return told.filter(pl.col("time").is_between(NOW - HISTORY, NOW, closed="right"))


def _model(target: Target, table: Dataset, feature_set: FeatureSet, fit: Fit) -> Model:
    rows, names = table.known_by(NOW), feature_names(feature_set, target)
    scorer = Blend({"trees": fit(rows.x, rows.y, target.score_kind)})
    bare = Model(target.name, 1, target, scorer, Platt(), names, feature_set.hash, (), NOW)
    return Model(**{**vars(bare), "percentiles": quantiles(bare.predict(rows.x))})


def _offers() -> pl.DataFrame:
    """The campaigns' own offers, and of the one that runs a coupon for each category, good for all its items."""
    running = int(np.flatnonzero(offer_starts() <= NOW)[-1]) + 1
    items = synthetic.items().group_by("category", maintain_order=True).agg(item_ids="item_id")
    coupons = items.with_row_index("number").select(
        "item_ids",
        offer_id=pl.format("coupon-{}", "number"),
        name=pl.format("{} coupon", "category"),
        campaign_id=pl.lit(f"campaign-{running}"),
        type=pl.lit("offer"),
        starts=pl.lit(NOW - 14 * DAY),
        ends=pl.lit(NOW + 14 * DAY),
    )
    return pl.concat([synthetic.offers(), coupons], how="diagonal")
