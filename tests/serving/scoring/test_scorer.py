"""Scores worked out by hand: models that say one of their columns, and customers of a few numbers each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import numpy as np
import pytest

from features.arrays import Floats
from features.language.attributes import Attribute
from features.language.defaults.orders import EVER, FIRST_ORDER, GAP, GAPS, LAST_ORDER, ORDERS, SPEND
from features.language.feature import amount, of_attribute, ratio, since
from features.language.terms import Term
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.pairs.features import PAIR_FEATURES
from features.units import DAY
from serving.scoring.batches.frames import frame_of
from serving.scoring.lineup import Lineup
from serving.scoring.rows.pairs import Pairs
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from training.learners.blend import Blend
from training.learners.calibration import Platt
from training.learners.hurdle import Hurdle
from training.learners.model import Model, Reason
from training.targets import Target
from training.targets.lapse import Lapse
from training.targets.orders import Orders
from training.targets.redemption import Redemption
from training.targets.spend import Spend

AS_OF = 17_000 * DAY + DAY // 2  # 2016-07-18T12:00:00Z
FEATURES = FeatureSet(
    (
        amount("orders", ORDERS, EVER, "count", "orders"),
        since("days_since_first_order", FIRST_ORDER, "days since the first order"),
        ratio("order_gap_mean_all", Term(GAP, EVER), Term(GAPS, EVER), "days", "mean days between orders"),
        since("days_since_last_order", LAST_ORDER, "days since the last order"),
        amount("spend", SPEND, EVER, "money", "spend"),
        of_attribute(Attribute("odd", reading="number")),
    ),
    fitted_at=0,
)
CHANCE = "affinity_lines_all"  # the pair feature that redemption models here take for the chance itself


@dataclass(frozen=True)
class Saying(Model):
    """A model that says the last of its columns, and names each of them as a reason."""

    def predict(self, x: Floats, *, num_threads: int = 1) -> Floats:  # noqa: ARG002
        return x[:, -1]

    def reasons(self, x: Floats, top: int = 3, *, num_threads: int = 1) -> list[list[Reason]]:  # noqa: ARG002
        return [[Reason(*pair, 0.0) for pair in zip(self.feature_names, row, strict=True)][-top:] for row in x]


def target(name: str, type_: str, *, horizon: int, active: int) -> Target:
    if type_ == "redemption":
        return Redemption(name, event="contact", response="redeem", horizon_us=horizon * DAY)
    kinds: dict[str, type[Lapse | Spend | Orders]] = {"lapse": Lapse, "spend": Spend, "orders": Orders}
    return kinds[type_](name, event="order", horizon_us=horizon * DAY, active_us=active * DAY)


def saying(name: str, type_: str, *columns: str, horizon: int = 28, active: int = 56) -> Saying:
    predicted = target(name, type_, horizon=horizon, active=active)
    hundredths = tuple(n / 100 for n in range(101))
    return Saying(name, 1, predicted, Blend({}), Platt(1.0, 0.0), columns, "", hundredths, 0)


def scored(models: Sequence[Model], rows: Floats, pairs: Pairs | None = None, top: int = 3) -> Sheet:
    lineup = Lineup.of(FEATURES, {model.name: replace(model, feature_set_hash=FEATURES.hash) for model in models})
    names = [chr(ord("a") + n) for n in range(len(rows))]
    silent = np.zeros(len(rows), dtype=np.bool_)
    return score(lineup, names, rows, pairs or Pairs.none(), silent, as_of=AS_OF, top=top)


def customer(
    *, orders: float = 2, first: float = 100, gap: float = 10, last: float = 5, spend: float = 0, odd: float = 0
) -> list[float]:
    return [orders, first, gap, last, spend, odd]


def rows(*customers: list[float]) -> Floats:
    return np.array(customers)


def pairs(*given: tuple[int, str, float]) -> Pairs:
    values = np.zeros((len(given), len(PAIR_FEATURES)))
    values[:, PAIR_FEATURES.index(CHANCE)] = [chance for *_, chance in given]
    return Pairs(np.array([row for row, *_ in given]), [campaign for _, campaign, _ in given], values)


REACHED = pairs((1, "one", 0.9), (0, "two", 0.7), (0, "three", 0.2), (1, "two", 0.1), (0, "four", 0.7))


# --- campaigns ---


def test_each_customer_has_the_chances_of_their_own_campaigns_and_the_best_of_them() -> None:
    sheet = scored(
        [saying("taking", "redemption", "odd", CHANCE)], rows(*[customer(odd=n) for n in (5, 6, 7)]), REACHED
    )
    assert sheet.propensities == [{"two": 0.7, "three": 0.2, "four": 0.7}, {"one": 0.9, "two": 0.1}, {}]
    best = sheet.models["taking"]
    assert (best.values[:2].tolist(), np.isnan(best.values[2])) == ([0.7, 0.9], True)
    assert best.campaigns == ["two", "one", None]  # of two and four, which are equal, the first
    assert best.percentiles.tolist() == [70, 90, 0]
    reasons = [[(reason.code, reason.value) for reason in why] for why in best.reasons]
    assert reasons == [[("odd", 5.0), (CHANCE, 0.7)], [("odd", 6.0), (CHANCE, 0.9)], []]
    assert sheet.answer(2)["models"] == {
        "taking": dict.fromkeys(("score", "probability", "percentile", "campaign_id"))
        | {"no_score": "not_contacted", "reasons": [], "model": "taking", "version": "1"}
    }


def test_chances_are_told_by_the_first_redemption_model_and_each_model_has_a_best_of_its_own() -> None:
    second = saying("second", "redemption", "days_since_contact")
    given = pairs((0, "one", 0.3), (0, "two", 0.6))
    given.values[:, PAIR_FEATURES.index("days_since_contact")] = [0.8, 0.4]
    sheet = scored([saying("first", "redemption", CHANCE), second], rows(customer()), given)
    assert sheet.propensities == [{"one": 0.3, "two": 0.6}]
    assert {name: said.campaigns for name, said in sheet.models.items()} == {"first": ["two"], "second": ["one"]}
    assert {name: said.values.tolist() for name, said in sheet.models.items()} == {"first": [0.6], "second": [0.8]}


def test_no_reasons_are_given_where_none_are_asked_for() -> None:
    models = [saying("taking", "redemption", CHANCE), saying("lapse", "lapse", "odd")]
    sheet = scored(models, rows(customer(), customer()), REACHED, top=0)
    assert [list(map(len, said.reasons)) for said in sheet.models.values()] == [[0, 0], [0, 0]]


# --- models and the figures that are named after none ---


def test_headline_figures_are_those_of_the_first_model_of_their_type() -> None:
    models = [
        saying("taking", "redemption", CHANCE),
        saying("money", "spend", "spend_all", horizon=70),
        saying("gone", "lapse", "odd"),
        saying("spend", "spend", "orders_all", horizon=7),
        saying("lapse", "lapse", "orders_all"),
    ]
    sheet = scored(models, rows(customer(orders=4, first=40, spend=30, odd=0.25)), pairs((0, "one", 0.9)))
    said = sheet.answer(0)
    assert (said["churn_probability"], said["predicted_clv"], said["horizon_days"]) == (0.25, 30.0, 70)
    assert said["predicted_number_of_orders"] == pytest.approx(4 / 40 * 70)
    assert (said["historic_clv"], said["historic_number_of_orders"]) == (30.0, 4.0)
    assert (said["average_days_between_orders"], said["days_since_last_order"]) == (10.0, 5.0)


def test_without_models_of_a_type_its_figure_is_unknown_and_orders_are_predicted_for_twelve_weeks() -> None:
    said = scored([saying("taking", "redemption", CHANCE)], rows(customer(orders=4, first=40))).answer(0)
    assert (said["churn_probability"], said["predicted_clv"], said["horizon_days"]) == (None, None, 84)
    assert said["predicted_number_of_orders"] == pytest.approx(4 / 40 * 84)


def test_a_model_of_orders_predicts_them_and_the_pace_so_far_where_it_says_nothing() -> None:
    """The second customer was silent too long for the model, the third for both; 4 in 40 days are 2.8 in 28."""
    customers = rows(*[customer(orders=4, first=40, gap=30, last=last, odd=1.5) for last in (5, 60, 95)])
    sheet = scored([saying("count", "orders", "odd", horizon=28)], customers)
    answers = [sheet.answer(place) for place in range(3)]
    assert [said["predicted_number_of_orders"] for said in answers] == [1.5, pytest.approx(2.8), None]
    assert answers[0]["horizon_days"] == 28


def test_the_amounts_of_an_answer_are_of_one_horizon_that_of_spend_before_others() -> None:
    counts = [saying("count", "orders", "odd", horizon=28), saying("far", "orders", "spend_all", horizon=70)]
    money = saying("money", "spend", "spend_all", horizon=70)
    one = rows(customer(orders=4, first=40, spend=9, odd=1.5))
    said = scored([*counts, money], one).answer(0)
    assert (said["predicted_number_of_orders"], said["predicted_clv"], said["horizon_days"]) == (9.0, 9.0, 70)
    paced = scored([counts[0], money], one).answer(0)  # no model of orders looks as far as spend
    assert (paced["predicted_number_of_orders"], paced["horizon_days"]) == (pytest.approx(7.0), 70)
    alone = scored(counts, one).answer(0)
    assert (alone["predicted_number_of_orders"], alone["predicted_clv"], alone["horizon_days"]) == (1.5, None, 28)


def test_a_model_speaks_of_those_who_were_active_and_of_each_by_their_own_row() -> None:
    # Active within 56 days: in (as_of − 56 d, as_of], so that 56 days to the microsecond are too long ago.
    silences = (56.0, 55.9, np.nan, 0.0, 57.0)
    customers = rows(*[customer(last=last, odd=n / 10) for n, last in enumerate(silences)])
    gone = scored([saying("gone", "lapse", "spend_all", "odd")], customers).models["gone"]
    assert np.array_equal(gone.values, [np.nan, 0.1, np.nan, 0.3, np.nan], equal_nan=True)
    assert gone.percentiles.tolist() == [0, 10, 0, 30, 0]
    assert [[reason.value for reason in why] for why in gone.reasons] == [[], [0.0, 0.1], [], [0.0, 0.3], []]


@pytest.mark.parametrize(
    ("type_", "value", "kind", "score", "percentile"),
    [
        ("lapse", 0.376, "probability", 38, 37),
        ("spend", 0.376, "amount", 37, 37),
        ("lapse", 0.371, "probability", 37, 37),
    ],
)
def test_a_score_is_the_chance_in_hundredths_or_the_percentile_of_an_amount(
    type_: str, value: float, kind: str, score: int, percentile: int
) -> None:
    said = scored([saying("m", type_, "odd")], rows(customer(odd=value)), top=1).models["m"].answer(0)
    assert said == {
        "score": score,
        kind: value,
        "percentile": percentile,
        "no_score": None,
        "reasons": [{"code": "odd", "value": value, "usual": None, "contribution": 0.0, "text": f"odd: {value:.2f}"}],
        "model": "m",
        "version": "1",
    }


# --- orders to come ---


@pytest.mark.parametrize(
    ("gap", "silence", "day"),
    [
        (10, 4, "2016-07-24"),  # six days after noon of the 18th
        (10, 9.6, "2016-07-18"),  # 9.6 hours after noon,
        (10, 9.4, "2016-07-19"),  # 14.4 hours after noon
        (10, 10, "2016-07-18"),
        (10, 15, "2016-07-18"),  # five days late: today, never a day that is over
        (10, 30, "2016-07-18"),  # three mean gaps of silence are borne,
        (10, 30.01, None),  # no more
        (np.nan, 1, None),  # a single order
        (10, np.nan, None),
    ],
)
def test_the_next_order_is_a_mean_gap_after_the_last_and_not_in_the_past(
    gap: float, silence: float, day: str | None
) -> None:
    sheet = scored([], rows(customer(gap=gap, last=silence)))
    assert frame_of(sheet, "b1")["expected_date_of_next_order"].to_list() == [
        None if day is None else date.fromisoformat(day)
    ]
    assert sheet.answer(0)["next_order"] == dict.fromkeys(("probability", "low", "high")) | {
        "median": day,
        "basis": "rule",
    }
    assert sheet.answer(0)["expected_date_of_next_order"] == day
    assert (sheet.answer(0)["predicted_number_of_orders"] is None) == (day is None)


@pytest.mark.parametrize(
    ("orders", "tenure", "predicted"),
    [
        (6, 56, 9.0),  # 6 in 56 days are 9 in 84
        (2, 28, 6.0),
        (2, 3, 6.0),  # a customer of three days counts as one of four weeks
        (2, 0, 6.0),
        (2, 29, 2 / 29 * 84),
    ],
)
def test_orders_go_on_at_the_pace_of_so_far(orders: float, tenure: float, predicted: float) -> None:
    said = scored([], rows(customer(orders=orders, first=tenure))).answer(0)
    assert said["predicted_number_of_orders"] == pytest.approx(predicted)


@dataclass(frozen=True)
class Ranging(Saying):
    """A model whose amounts lie between half and twice what it says."""

    def ends(self, x: Floats, *, num_threads: int = 1) -> Floats | None:  # noqa: ARG002
        return np.asarray(x[:, -1:] * np.array([0.5, 0.75, 2.0]))


def test_an_amount_is_told_with_its_range_and_median_for_whom_it_is_told() -> None:
    """The second customer's last order was too long ago; a model without ranges names none."""
    bare = saying("worth", "spend", "odd")
    model = Ranging(**{**vars(bare), "hurdle": cast(Hurdle, ALWAYS)})
    sheet = scored([model, saying("plain", "spend", "odd")], rows(customer(odd=40), customer(last=80)))
    worth = sheet.models["worth"]
    assert [worth.answer(0)[key] for key in ("amount", "low", "median", "high")] == [40.0, 20.0, 30.0, 80.0]
    assert [worth.answer(1)[key] for key in ("low", "median", "high")] == [None, None, None]
    assert "low" not in sheet.models["plain"].answer(0)
    frame = frame_of(sheet, "b1")
    assert frame["worth_high"].to_list() == [80.0, None]
    assert "plain_high" not in frame.columns


ALWAYS = object()  # that there are ranges; what they are Ranging says
