"""The synthetic world is what it says it is: each truth is found again in the events, within four standard errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.company import synthetic
from benchmarks.company.block import CATEGORIES
from benchmarks.company.happenings import REACH, offer_starts
from benchmarks.company.season import HOURS, WEEKDAYS, season_days
from benchmarks.company.shopping import LINES, NEAR, SPREAD
from features.arrays import Floats
from features.events.tables import RATING_SCALES
from features.identity.people import SCHEMA, events_at
from features.units import DAY, HOUR

N = 4_000


@pytest.fixture(scope="module")
def truth() -> pl.DataFrame:
    return synthetic.customers(N, seed=7)


@pytest.fixture(scope="module")
def told(truth: pl.DataFrame) -> pl.DataFrame:
    events = pl.concat(synthetic.happenings(N, seed=7))
    return events.join(truth, on="customer_id", how="left", maintain_order="left")


def orders_of(told: pl.DataFrame) -> pl.DataFrame:
    return told.filter(pl.col("kind") == "order", pl.col("order_line") == 1)


def close(found: float, expected: float, error: float) -> bool:
    return abs(found - expected) < 4 * error


def test_a_seed_gives_one_world_and_a_larger_world_begins_with_the_smaller() -> None:
    some = synthetic.events(20_000, seed=3)
    assert some.equals(synthetic.events(20_000, seed=3))
    assert not some.equals(synthetic.events(20_000, seed=4))
    more = pl.concat(synthetic.happenings(2_100, seed=3))
    assert more.filter(pl.col("customer_id") <= some["customer_id"][-1]).equals(some)


def test_events_are_canonical_in_order_and_about_as_many_as_asked_for() -> None:
    events = synthetic.events(200_000, seed=3)
    assert events.schema == SCHEMA
    assert events.equals(events.sort("customer_id", "time", "event_id"))
    assert events["event_id"].is_unique().all()
    assert events["time"].is_between(synthetic.START, synthetic.END).all()
    assert abs(events.height / 200_000 - 1) < 0.1
    order = pl.col("order_id").cum_count().over("order_id", order_by=["time", "event_id"])
    lines = events.filter(pl.col("kind") == "order").with_columns(nth=order)
    assert (lines["nth"] == lines["order_line"]).all()
    per_order = lines.group_by("order_id").len()["len"].to_numpy()
    assert close(float(per_order.mean()), LINES, np.sqrt((LINES - 1) / len(per_order)))


def test_orders_come_at_the_rate_until_the_lapse(truth: pl.DataFrame, told: pl.DataFrame) -> None:
    joined, lapsed = truth["joined"].to_numpy(), truth["lapsed"].to_numpy()
    lived = season_days(np.minimum(lapsed, synthetic.END)) - season_days(joined)
    active = told.filter(pl.col("kind") == "contact", pl.col("time") <= pl.col("lapsed"))
    brought = float(active["uplift"].to_numpy().sum())
    expected = N + float((truth["rate"].to_numpy() * lived).sum()) + brought  # the first, those of the rate, uplift
    orders = orders_of(told)
    assert close(orders.height, expected, np.sqrt(expected))
    assert orders.filter(pl.col("time") > pl.col("lapsed") + 7 * DAY).is_empty()


def test_lapse_times_are_a_gamma_mixture_of_exponentials(truth: pl.DataFrame) -> None:
    lasting = float((truth["lapsed"] - truth["joined"] > 365 * DAY).mean() or 0)  # type: ignore[arg-type]
    expected = (1 + 365 / 600) ** -2.0  # Laplace transform of Gamma(2, 1/600) at 365 days
    assert close(lasting, expected, np.sqrt(expected * (1 - expected) / N))


def test_values_are_lognormal_by_customer(told: pl.DataFrame) -> None:
    lines = told.filter(pl.col("kind") == "order")
    away = np.log(lines["value"].to_numpy()) - lines["spend_log_mean"].to_numpy()
    assert close(float(away.mean()), 0, SPREAD / np.sqrt(len(away)))
    assert close(float(away.std()), SPREAD, SPREAD / np.sqrt(2 * len(away)))


def test_categories_follow_affinities(told: pl.DataFrame) -> None:
    lines = told.filter(pl.col("kind") == "order")
    affinity: Floats = lines["affinity"].to_numpy()
    for place, category in enumerate(CATEGORIES):
        expected = float(affinity[:, place].sum())
        assert close(int((lines["category"] == category).sum()), expected, np.sqrt(expected)), category


def test_contacts_are_drawn_at_random_and_answered_with_the_true_probability(
    truth: pl.DataFrame, told: pl.DataFrame
) -> None:
    contacts = told.filter(pl.col("kind") == "contact")
    due = sum(float((truth["joined"] < start).sum()) for start in offer_starts())
    assert close(contacts.height, due * REACH, np.sqrt(due * REACH * (1 - REACH)) + N * 26 / 731 / 4)  # joined that day
    active = contacts.filter(pl.col("time") <= pl.col("lapsed"))
    answered, expected = told.filter(pl.col("kind") == "redeem").height, float(active["redeem"].sum())
    assert close(answered, expected, np.sqrt(expected))


def test_the_difference_between_contacted_and_not_is_the_uplift(truth: pl.DataFrame, told: pl.DataFrame) -> None:
    """Orders in the week from each campaign's start, by customers active all that week."""
    orders = orders_of(told).select("customer_id", "time")
    differences, errors, uplifts = [], [], []
    for number, start in enumerate(offer_starts(), 1):
        active = truth.filter(pl.col("joined") < start, pl.col("lapsed") > start + 7 * DAY)
        within = orders.filter(pl.col("time").is_between(start, start + 7 * DAY, closed="right"))
        reached = told.filter(pl.col("campaign_id") == f"campaign-{number}", pl.col("kind") == "contact")
        counts = active.join(within.group_by("customer_id").len("orders"), on="customer_id", how="left")
        mine = counts["orders"].fill_null(0).to_numpy()
        contacted = counts["customer_id"].is_in(reached["customer_id"].implode()).to_numpy()
        a, b = mine[contacted], mine[~contacted]
        differences.append(a.mean() - b.mean())
        errors.append(a.var() / len(a) + b.var() / len(b))
        uplifts.append(counts["uplift"].to_numpy().mean())
    weight = 1 / np.array(errors)
    found, expected = (float(np.average(x, weights=weight)) for x in (differences, uplifts))
    assert close(found, expected, float(np.sqrt(1 / weight.sum())))
    assert found > 5 * np.sqrt(1 / weight.sum())  # there is one to be found


def test_the_season_shows_in_weekdays_and_hours(told: pl.DataFrame) -> None:
    time = told.filter(pl.col("kind") == "view")["time"].to_numpy()
    for weight, part in ((WEEKDAYS, (time // DAY + 3) % 7), (HOURS, time // HOUR % 24)):
        expected = weight / weight.sum()
        found = np.bincount(part, minlength=len(weight)) / len(time)
        assert np.all(np.abs(found - expected) < 4 * np.sqrt(expected / len(time)) + 0.002)


@pytest.mark.parametrize("scale", ["nps", "csat", "stars"])
def test_surveys_ask_the_satisfied_and_the_others(told: pl.DataFrame, scale: str) -> None:
    surveys = told.filter(pl.col("kind") == "survey", pl.col("scale") == scale)
    low, high = RATING_SCALES[scale]
    away = (surveys["rating"] - low - (high - low) * surveys["satisfaction"]).to_numpy()
    assert close(float(away.mean()), 0, float(away.std() / np.sqrt(len(away))))
    assert surveys["rating"].is_between(low, high).all()


def test_customers_shop_online_as_often_as_they_like_to_and_else_near_their_home(told: pl.DataFrame) -> None:
    orders = orders_of(told)
    online, expected = orders.filter(pl.col("channel") != "store"), float(orders["online"].to_numpy().sum())
    assert close(online.height, expected, np.sqrt(expected))
    assert set(orders["channel"]) == {"store", "web", "app"}
    assert online["latitude"].is_null().all()
    shops = orders.filter(pl.col("channel") == "store")
    for column in ("latitude", "longitude"):
        home = pl.when(pl.col("time") > pl.col("moved")).then(f"new_{column}").otherwise(f"{column}_right")
        away = shops.select(pl.col(column) - home)[column].to_numpy()
        assert close(float(away.std()), NEAR, NEAR / np.sqrt(2 * len(away)))
    assert shops.filter(pl.col("time") > pl.col("moved"))["customer_id"].n_unique() > 10


def test_subscriptions_renew_when_they_said_at_a_price_that_rises_once(told: pl.DataFrame) -> None:
    billed = told.filter(pl.col("kind").is_in(["subscription_start", "subscription_renewal"]))
    due = pl.col("renews_at").shift(1).over("customer_id", order_by="time")
    renewed = billed.with_columns(due=due).filter(pl.col("kind") == "subscription_renewal")
    assert (renewed["due"] == renewed["time"]).all()
    assert set(billed["value"]) == {999, 1199}
    assert billed.group_by("customer_id").agg(pl.col("value").n_unique())["value"].max() == 2


def test_a_disguise_hides_who_it_was_but_the_mapping_tells(truth: pl.DataFrame) -> None:
    events = synthetic.events(20_000, seed=7)
    ids = synthetic.identities(truth, seed=7)
    met = synthetic.disguise(events, ids, seed=7)
    assert met.schema == events.schema
    assert (
        met.filter(pl.col("kind") == "order")
        .select("customer_id", "id")
        .equals(events.filter(pl.col("kind") == "order").select("customer_id", "id"))
    )
    assert (met["customer_id"].is_null() == (met["id_type"] != "user_id")).all()
    owners = met.with_columns(owner=events["customer_id"]).join(
        ids, left_on=["owner", "id_type", "id"], right_on=["customer_id", "id_type", "id"], how="anti"
    )
    assert owners.is_empty()
    devices = ids.filter(pl.col("id_type") == "anonymous_id")
    assert close(devices.filter(~pl.col("shared")).height / N, 2 * 0.99, np.sqrt(1 / N))
    assert synthetic.identities(truth, seed=7).equals(ids)


def test_a_lake_in_several_files_holds_the_same_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "BLOCKS_A_FILE", 1)
    lake = synthetic.write(tmp_path, 200_000, seed=3)
    assert len(lake.files("events")) == 2
    assert events_at(lake, as_of=synthetic.END).collect().equals(synthetic.events(200_000, seed=3))
    assert lake.scan("customers").collect().height == synthetic.customers_for(200_000)
    assert set(lake.scan("offers").collect()["campaign_id"]) >= set(
        lake.scan("events").select(pl.col("campaign_id").drop_nulls().unique()).collect()["campaign_id"]
    )
