"""The order book: what is known at a moment, of whom, and which targets ask it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.training.orders.test_fit import AS_OF, lake_of, order
from training.orders.book import order_books
from training.orders.moments import order_moments
from training.targets.event import Event
from training.targets.lapse import Lapse
from training.targets.spend import Spend

FEATURES = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
LAPSE = Lapse("lapse", event="order", horizon_us=28 * DAY, active_us=56 * DAY)
SPEND = Spend("spend", event="order", horizon_us=84 * DAY, active_us=84 * DAY)
VISITS = Lapse("visits", event="visit", horizon_us=28 * DAY, active_us=56 * DAY)
TEA = Event("tea", "order", 28 * DAY, "everyone", "order", 56 * DAY, {})


def shoppers(count: int = 150) -> list[dict[str, object]]:
    """Customers with a pace, a mean and a chance to leave of their own."""
    rng = np.random.default_rng(2)
    found = []
    for who in range(count):
        day, gap, mean = float(rng.uniform(0, 200)), float(rng.uniform(5, 60)), float(rng.gamma(3, 20))
        leaves = float(rng.beta(0.5, 2))
        while day < 400:
            found.append(order(f"c{who}", 400 - day, int(rng.gamma(4, 25 * mean))))
            day = 400 if rng.random() < leaves else day + float(rng.exponential(gap))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


def test_a_book_is_of_targets_that_orders_tell(folder: Path) -> None:
    lake = lake_of(folder, shoppers())
    books = order_books(lake, FEATURES, [LAPSE, SPEND, VISITS, TEA], as_of=AS_OF, scale=100)
    assert {name: (book.asked, book.horizon) for name, book in books.items()} == {
        "lapse": ("none", 28.0),
        "spend": ("worth", 84.0),
    }
    names = [FEATURES.names[place] for place in books["spend"].columns]
    assert names == ["order_days_all", "days_since_first_order", "days_since_last_order", "spend_all"]
    assert order_books(lake, FeatureSet((), fitted_at=0), [LAPSE], as_of=AS_OF, scale=100) == {}


def test_what_is_told_at_a_moment_comes_from_orders_up_to_it(tmp_path: Path) -> None:
    moment, events = AS_OF - 100 * DAY, shoppers()
    earlier = [event for event in events if event["time"] <= moment]  # type: ignore[operator]
    one, two = (
        order_books(lake_of(tmp_path / name, told), FEATURES, [SPEND], as_of=AS_OF, scale=100)["spend"].at(moment)
        for name, told in (("all", events), ("earlier", earlier))
    )
    assert one is not None
    assert one == two


def test_too_few_orders_tell_nothing(tmp_path: Path) -> None:
    book = order_books(lake_of(tmp_path, shoppers(10)), FEATURES, [LAPSE], as_of=AS_OF, scale=100)["lapse"]
    assert book.at(AS_OF) is None


def test_of_many_customers_so_many_are_drawn_with_all_their_orders(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, shoppers())
    every = order_moments(lake, "UTC", as_of=AS_OF)
    some = order_moments(lake, "UTC", as_of=AS_OF, most=30)
    assert some["customer_id"].n_unique() == 30
    whole = every.filter(pl.col("customer_id").is_in(some["customer_id"].unique().implode()))
    assert some.sort("customer_id", "time").equals(whole.sort("customer_id", "time"))
