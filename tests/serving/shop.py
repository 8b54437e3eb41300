"""A small shop with everything a service needs: a lake, a feature set, a store with records, three models."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import polars as pl

from features.config.settings import Settings, read_settings
from features.lake import Lake
from features.profiles.fit import fit_features
from features.profiles.records import records
from features.units import DAY
from serving.http.current.state import CurrentState, State, load_state
from serving.scoring.champions import CARRIED, save_lineup
from serving.scoring.lineup import Lineup
from serving.store.engine import open_store
from serving.store.records import replace_records
from tests.serving.models import tiny_models

NOW = 17_503 * DAY  # 2017-12-03T00:00:00Z
CUSTOMERS = 80
YAML = """
name: Corner shop
clock: 2017-12-03T00:00:00
currency: USD
sources: {{}}
targets:
  lapse: {{type: lapse, horizon: 28d, active: 56d}}
  spend: {{type: spend, horizon: 84d, active: 84d}}
  redemption: {{type: redemption, horizon: 56d}}
offers: {{margin: 0.25, window: 84d, fallback: {{offer_id: flyer, name: "This week's flyer"}}}}
serving: {{models: {models}, body_limit: 100kB}}
"""
ITEMS = ["tea", "cake", "cup", "jam"]


def events() -> Iterator[dict[str, object]]:
    """Two years of some customers, drawn with a fixed seed; customer 0 stopped long ago."""
    draw = random.Random(7)  # noqa: S311
    for customer in range(CUSTOMERS):
        rate, until = draw.uniform(4, 40), 300 if customer == 0 else 0
        day = draw.uniform(350, 700)
        while day > until:
            yield from _order(draw, str(customer), day)
            day -= draw.expovariate(1 / rate)
        for campaign, start in (("old", 200), ("now", 20), ("side", 10)):
            if draw.random() < 0.7:
                yield _event(str(customer), "contact", start, campaign_id=campaign)
                if draw.random() < 0.5:
                    offer = draw.choice(["drinks", "sweets"])
                    yield _event(
                        str(customer), "redeem", start - 5, campaign_id=campaign, offer_id=f"{campaign}-{offer}"
                    )


def _order(draw: random.Random, customer: str, day: float) -> Iterator[dict[str, object]]:
    for line in range(1, draw.randint(2, 5)):
        item = draw.choice(ITEMS)
        yield _event(
            customer,
            "order",
            day,
            line,
            order_id=f"{customer}-{day}",
            order_line=line,
            item_id=item,
            category="Drinks" if item == "tea" else "Other",
            value=draw.randint(100, 5000),
            discount=draw.randint(0, 50),
            currency="USD",
        )


def _event(customer: str, kind: str, day: float, line: int = 1, **columns: object) -> dict[str, object]:
    who: dict[str, object] = {"customer_id": customer, "id": customer, "id_type": "user_id", "source": "shop"}
    time = NOW - round(day * DAY)
    name = f"{customer}-{kind}-{columns.get('campaign_id', time)}-{line}"
    return {"event_id": name, "time": time, "kind": kind} | who | columns


def offers() -> pl.DataFrame:
    """Two offers for each of three campaigns; the old one is over."""
    rows = [
        {
            "offer_id": f"{campaign}-{name}",
            "type": "offer",
            "name": f"{name.title()} coupon",
            "campaign_id": campaign,
            "starts": NOW - start * DAY,
            "ends": NOW - end * DAY,
            "value": None if name == "drinks" else 900,
            "cost": None if name == "drinks" else 100,
            "item_ids": items,
        }
        for campaign, start, end in (("old", 200, 150), ("now", 20, -20), ("side", 10, -20))
        for name, items in (("drinks", ["tea", "cup"]), ("sweets", ["cake", "jam"]))
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def open_shop(home: Path, *, models: str = "registry") -> tuple[Settings, Lineup]:
    """Write the shop's settings, lake, store and feature set under a folder."""
    config = home / "stamkund.yaml"
    config.write_text(YAML.format(models=models))
    settings = read_settings(config)
    settings.home.mkdir(parents=True, exist_ok=True)
    lake = Lake(settings.lake)
    items = pl.DataFrame({"item_id": ITEMS, "category": ["Drinks", "Other", "Other", "Other"]})
    attributes = pl.DataFrame(
        {"customer_id": [str(i) for i in range(CUSTOMERS)], "age": ["old", "young"] * (CUSTOMERS // 2)}
    )
    rows = pl.DataFrame(list(events()), infer_schema_length=None)
    lake.write({"events": rows, "items": items, "customers": attributes, "offers": offers()})
    feature_set = fit_features(lake, as_of=NOW - 200 * DAY)
    feature_set.save(settings.feature_set)
    keep_records(lake, settings)
    return settings, Lineup.of(feature_set, tiny_models(lake, feature_set, settings, as_of=NOW - 84 * DAY))


def carried_shop(home: Path) -> Path:
    """A shop whose folder carries its champions; returns that folder."""
    _, lineup = open_shop(home, models="carried")
    save_lineup(lineup, home / CARRIED)
    return home


def keep_records(lake: Lake, settings: Settings, *, log_seq: int = 0) -> None:
    """Build every customer's record from the lake."""
    engine = open_store(settings.store_url)
    replace_records(engine, records(lake, as_of=NOW), as_of=NOW, log_seq=log_seq, lake=lake.version)
    engine.dispose()


def current_state_of(settings: Settings, lineup: Lineup | None, home: Path) -> CurrentState:
    """A current state with these models, whatever the registry holds."""
    state = load_state(settings, folder=home)
    with_models = State(**{name: getattr(state, name) for name in State.__dataclass_fields__} | {"lineup": lineup})
    return CurrentState(with_models, partial(load_state, settings, folder=home), lambda: None)
