"""Training tables of two customers, small enough to be told row by row; moments are told in days."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.lake import Lake
from features.language.defaults import Vocabulary, default_features
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.prospects import known_outcomes
from training.targets import Target
from training.targets.lapse import Lapse
from training.targets.redemption import Redemption
from training.targets.spend import Spend
from training.walk.dataset import Dataset, training_datasets
from training.walk.walk_forward import outcome_count

LAPSE = Lapse("lapse", event="order", horizon_us=14 * DAY, active_us=28 * DAY)
SPEND = Spend("spend", event="order", horizon_us=14 * DAY, active_us=28 * DAY)
OFFER = Redemption("offer", event="mail", response="reply", horizon_us=56 * DAY)
AS_OF = 70
EVENTS = (
    ("ann", "order", 0, 100, None), ("ann", "order", 40, 250, None), ("ann", "order", 70, 400, None),
    ("bob", "order", 1, 100, None), ("bob", "order", 35, 300, None), ("bob", "order", 49, 150, None),
    ("ann", "mail", 27, None, "early"), ("ann", "mail", 40, None, "short"), ("ann", "reply", 49, None, "short"),
    ("bob", "mail", 65, None, "long"), ("bob", "reply", 66, None, "long"),
)  # fmt: skip
LATER = (
    ("ann", "order", 71, 999, None), ("bob", "order", 76, 999, None), ("bob", "reply", 80, None, "long"),
    ("ann", "mail", 75, None, "long"), ("cat", "order", 72, 100, None),
    *(("cat", "visit", day, None, None) for day in range(71, 81)),  # the commonest kind, in the end
)  # fmt: skip
LATE = {EVENTS[1]: 50, EVENTS[7]: 45, EVENTS[8]: 69}
CAMPAIGNS = {"early": 28, "short": 60, "long": 100}  # and the day that each ends
NOBODY: Mapping[int, int] = {}
Told = tuple[int, str, int, float | None, bool]


def shop(folder: Path, *events: tuple[str, str, int, int | None, str | None], late: Mapping[int, int] = NOBODY) -> Lake:
    """A lake of these events; ``late`` is the day that the nth of them became known."""
    names = {"customer_id": pl.String, "kind": pl.String, "time": pl.Int64, "value": pl.Int64, "campaign_id": pl.String}
    known = pl.Series("known_at", [late.get(n) for n in range(len(events))], dtype=pl.Int64)
    rows = (
        pl.DataFrame(events, schema=names, orient="row")
        .with_columns(known)
        .with_columns(pl.col("time", "known_at") * DAY)
    )
    offers = [
        {"offer_id": campaign, "campaign_id": campaign, "starts": 0, "ends": end * DAY, "item_ids": ["tea"]}
        for campaign, end in CAMPAIGNS.items()
    ]
    lake = Lake(folder)
    lake.write({
        "events": rows.with_row_index("n").with_columns(event_id=pl.col("n").cast(pl.String)).drop("n"),
        "offers": pl.DataFrame(offers),
    })  # fmt: skip
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return shop(tmp_path_factory.mktemp("shop"), *EVENTS, *LATER)


def tables(lake: Lake, most: int = 200_000) -> dict[str, Dataset]:
    feature_set = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
    return training_datasets(lake, feature_set, [LAPSE, SPEND, OFFER], as_of=AS_OF * DAY, minor_units=2, most=most)


def test_a_sample_of_the_rows_has_the_levels_of_all(lake: Lake) -> None:
    feature_set = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
    whole = tables(lake)["spend"]
    few = training_datasets(lake, feature_set, [SPEND], as_of=AS_OF * DAY, minor_units=2, most=3)["spend"]
    assert len(few.known_by(AS_OF * DAY)) == len(few) - len(few.known_by(AS_OF * DAY)) == 3
    assert few.found == whole.found == len(whole.known_by(AS_OF * DAY)) == 8
    assert set(told(few)) < set(told(whole))
    assert few.history is not None
    moments = few.history.whole.moments
    assert (moments // DAY).tolist() == [28, 35, 42, 56]  # of 49 nobody spent anything
    levels = [whole.y[whole.as_of == moment].mean() for moment in moments]
    assert np.exp(few.history.whole.values) == pytest.approx(levels)


def told(table: Dataset) -> list[Told]:
    """The rows as ``(as_of, customer, known, y, fresh)``; no label is None."""
    days = (table.as_of // DAY, table.customers, table.known_at // DAY)
    labels = [None if np.isnan(y) else y for y in table.y.tolist()]
    return list(zip(*(column.tolist() for column in days), labels, table.fresh.tolist(), strict=True))


def test_lapse_is_learnt_at_origins_and_between_them_once_the_horizon_is_over(lake: Lake) -> None:
    """Origins are 56, 42 and 28 (28 days after the first order), and 70 to be scored; a week before each is a look."""
    table = tables(lake)["lapse"]
    assert table.absence
    assert told(table) == [
        (28, "bob", 42, 0, True),  # who ordered on day 1, not on 0; and again on 35
        (35, "bob", 49, 0, False),  # on 35, the moment itself, and again on 49
        (42, "ann", 56, 1, True),  # on 40, and not until 57
        (42, "bob", 56, 0, True),
        (49, "ann", 63, 1, False),
        (49, "bob", 63, 1, False),  # on 49, the moment itself, and not again
        (56, "ann", 70, 0, True),  # on 70: known at this very moment
        (56, "bob", 70, 1, True),
        (63, "ann", 77, None, False),  # ordered on 70, and is not said to have: 77 is not over
        (63, "bob", 77, None, False),
        (70, "ann", 84, None, True),
        (70, "bob", 84, None, True),
    ]
    known = table.known_by(AS_OF * DAY)
    assert told(known) == told(table)[:8]
    assert outcome_count(known, "probability") == 2  # days 42 and 56: a look is no outcome more


def test_spend_is_told_in_the_currency_and_is_not_known_in_part(lake: Lake) -> None:
    found = {(day, customer): y for day, customer, _, y, _ in told(tables(lake)["spend"])}
    assert found[42, "bob"] == 1.5
    assert found[42, "ann"] == 0
    assert found[56, "ann"] == 4
    assert [found[63, customer] for customer in ("ann", "bob")] == [None, None]


def test_redemption_is_learnt_at_the_contact_and_every_week_until_its_campaign_is_over(lake: Lake) -> None:
    assert told(tables(lake)["offer"]) == [
        (40, "ann", 60, 1, True),
        (42, "ann", 60, 1, False),
        (49, "ann", 60, 0, False),  # answered on 49: nothing comes after it
        (56, "ann", 60, 0, False),
        (65, "bob", 100, None, True),  # answered already, and may again: a label only once it is complete
        (70, "bob", 100, None, False),
    ]  # the contact of day 27 came when there was too little history


def test_features_are_those_of_the_rows_customer_and_moment(lake: Lake) -> None:
    table = tables(lake)["offer"]
    names = [*(f.name for f in default_features(Vocabulary(("order",), (), ())))]
    orders, days = table.x[:, names.index("orders_all")], table.x[:, names.index("days_since_last_order")]
    assert orders.tolist() == [2, 2, 2, 2, 3, 3]  # ann's of day 70 is still to come, bob had three
    assert days.tolist() == [0, 2, 9, 16, 16, 21]
    assert table.x[:, -1].tolist() == [0, 0, 1, 1, 0, 1]  # redeemed_in_campaign
    assert table.x[:, -2].tolist() == [20, 18, 11, 4, 35, 30]  # days_left


def test_later_rows_change_no_table(lake: Lake, tmp_path: Path) -> None:
    with_later, without = tables(lake), tables(shop(tmp_path, *EVENTS))
    for name, table in with_later.items():
        assert told(table) == told(without[name])
        assert table.x.tobytes() == without[name].x.tobytes()


def test_a_label_is_known_when_its_horizon_is_over(lake: Lake) -> None:
    found = LAPSE.labels(lake, moments=[50 * DAY, 42 * DAY])
    assert found.select("customer_id", pl.col("as_of") // DAY, pl.col("known_at") // DAY, "y").rows() == [
        ("ann", 42, 56, 1),
        ("bob", 42, 56, 0),
        ("ann", 50, 64, 1),
        ("bob", 50, 64, 1),
    ]


def test_what_teaches_was_known_at_the_moment_or_before(lake: Lake) -> None:
    table = tables(lake)["lapse"]
    for moment, rows in ((70, 8), (69, 6), (42, 1), (41, 0)):
        assert told(table.known_by(moment * DAY)) == told(table)[:rows]


def test_what_became_known_later_is_in_no_row_before_and_in_the_labels_told_after(tmp_path: Path) -> None:
    """Ann's order of day 40 became known on day 50, the mail of that day on 45, and its answer of day 49 on 69."""
    late = {EVENTS.index(each): day for each, day in LATE.items()}
    found = tables(shop(tmp_path, *EVENTS, *LATER, late=late))
    names = [*(f.name for f in default_features(Vocabulary(("order",), (), ())))]
    lapse, offer = found["lapse"], found["offer"]
    rows = zip(told(lapse), lapse.x[:, names.index("orders_all")], strict=True)
    # Not on days 42 and 49: that she was active was not known.
    assert [(day, count) for (day, who, *_), count in rows if who == "ann"] == [(56, 2), (63, 2), (70, 3)]
    answers = zip(told(offer), offer.x[:, -1], strict=True)  # redeemed_in_campaign
    assert [(day, y, count) for (day, who, _, y, _), count in answers if who == "ann"] == [
        (45, 1, 0),
        (49, 1, 0),
        (56, 0, 0),
    ]


@pytest.mark.parametrize("most", [200_000, 6, 3])
@pytest.mark.parametrize("target", [LAPSE, OFFER], ids=lambda target: target.name)
def test_a_prospect_counts_the_outcomes_that_training_counts(lake: Lake, target: Target, most: int) -> None:
    table = tables(lake, most)[target.name].known_by(AS_OF * DAY)
    counted = known_outcomes(lake, target, first=0, as_of=AS_OF * DAY, most=most)
    assert told(counted) == told(table.where(table.fresh))


def test_customers_are_compared_with_those_of_their_moment_but_for_those_whom_a_campaign_chose(lake: Lake) -> None:
    found = tables(lake)
    assert found["lapse"].aligned == found["spend"].aligned == tuple(range(found["lapse"].x.shape[1]))
    assert found["offer"].aligned == ()
