"""The model of orders: what it learns from, whom it leaves out, when it is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.privacy.gatekeeper import Pass
from features.units import DAY, HOUR
from training.btyd import BetaGeometric
from training.orders import OrdersModel, keep_orders
from training.orders.moments import customers_of, next_orders, order_moments
from training.orders.shares import SHARES

AS_OF = 17_100 * DAY


def order(who: str, day: float, value: int = 100, *, line: int = 1, kind: str = "order") -> dict[str, object]:
    """A line of an order so many days before :data:`AS_OF`."""
    time = AS_OF - round(day * DAY)
    return {
        "customer_id": who, "id": who, "id_type": "user_id", "source": "shop", "kind": kind, "time": time,
        "event_id": f"{who}-{time}-{line}-{kind}", "order_id": f"{who}-{time}", "order_line": line, "value": value,
        "currency": "EUR",
    }  # fmt: skip


def settings_at(home: Path) -> Settings:
    return Settings(name="shop", home=home, sources={}, currency="EUR")


def lake_of(folder: Path, events: list[dict[str, object]]) -> Lake:
    lake = Lake(folder / "lake")
    lake.write({"events": pl.DataFrame(events, infer_schema_length=None)})
    return lake


def test_what_one_day_brings_is_one_order_and_what_comes_back_comes_off(tmp_path: Path) -> None:
    events = [
        order("anna", 30, 500), order("anna", 30, 250, line=2),  # one order of two lines
        order("anna", 29.9, 100),  # a second one on the same day
        order("anna", 20, 400), order("anna", 19, 150, kind="refund"),
        order("anna", -1, 900),  # tomorrow
        order("bo", 5, kind="refund"),  # never ordered, as far as is known
    ]  # fmt: skip
    moments = order_moments(lake_of(tmp_path, events), "UTC", as_of=AS_OF)
    (anna,) = customers_of(moments, as_of=AS_OF).to_dicts()
    assert anna == {
        "customer_id": "anna", "orders": 3, "order_days": 2, "first": AS_OF - 30 * DAY, "last": AS_OF - 20 * DAY,
        "net_value": 1100, "log_gaps": pytest.approx(np.log(10)),
    }  # fmt: skip


def test_days_are_those_of_the_companys_clock(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, [order("anna", 30), order("anna", 30 - HOUR / DAY * 23)])  # 0 h and 23 h of one day in UTC
    days = [
        customers_of(order_moments(lake, zone, as_of=AS_OF), as_of=AS_OF)["order_days"].item()
        for zone in ("UTC", "Europe/Berlin")
    ]
    assert days == [1, 2]


def test_who_does_not_allow_it_and_who_is_erased_is_not_learnt_from(tmp_path: Path) -> None:
    class Keeper:
        def passes(self, gate: str, *, as_of: int) -> Pass:
            assert (gate, as_of) == ("training", AS_OF)
            return Pass(pl.DataFrame({"customer_id": ["bo"], "allowed": [False]}), others=True)

    lake = lake_of(tmp_path, [order(who, 10) for who in ("anna", "bo", "cy")])
    moments = order_moments(lake, "UTC", as_of=AS_OF, keeper=Keeper(), without=["cy"])  # type: ignore[arg-type]
    assert moments["customer_id"].to_list() == ["anna"]


def test_the_next_order_is_the_first_after_the_moment_or_still_to_come() -> None:
    days = [-9, 0, 4, 7]  # of anna; bo ordered once
    moments = pl.DataFrame({
        "customer_id": ["anna"] * 4 + ["bo"], "time": [AS_OF + day * DAY for day in (*days, -3)], "ordered": [True] * 5,
    })  # fmt: skip
    customers = pl.DataFrame({"customer_id": ["anna", "bo"]})
    for until, expected in ((10, ([4, 10], [True, False])), (3, ([3, 3], [False, False]))):
        ahead, came = next_orders(customers, moments, as_of=AS_OF, until=AS_OF + until * DAY)
        assert (ahead.tolist(), came.tolist()) == expected


def customers_like(truth: BetaGeometric, customers: int) -> list[dict[str, object]]:
    """What customers of a model order within 300 days, for about 20 a time, each about a mean of her own."""
    draw, events = np.random.default_rng(3), []
    for who in range(customers):
        rate, leaves, day = draw.gamma(truth.r) / truth.alpha, draw.beta(truth.a, truth.b), draw.uniform(100, 300)
        mean = 2000 * 3 / draw.gamma(4)
        while day > 0:
            events.append(order(str(who), float(day), int(draw.gamma(5) / 5 * mean)))
            day = -1.0 if draw.random() < leaves else day - draw.gamma(truth.k) / rate
    return events


TRUTH = BetaGeometric(2.0, 10.0, 1.0, 9.0, 2)


def test_a_model_is_kept_until_a_later_one_takes_its_place(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings, lake = settings_at(tmp_path), lake_of(tmp_path, customers_like(TRUTH, 300))
    for as_of in (AS_OF - 10 * DAY, AS_OF):
        model = keep_orders(settings, lake, as_of=as_of, used_at=9)
        assert model is not None
        assert OrdersModel.load(settings.orders) == model
    assert model is not None
    assert (model.as_of, model.used_at, model.customers) == (AS_OF, 9, 300)
    assert model.timing.k == 2
    assert model.shares == pytest.approx(SHARES, abs=0.06)  # of a world as the model says,
    assert model.shares != SHARES  # and by what came
    assert model.value is not None
    assert model.value.mean == pytest.approx(20, rel=0.1)  # 2,000 in minor units
    assert model.orders_a_day > 1
    assert not caplog.records
    keep_orders(settings, lake, as_of=AS_OF - 30 * DAY, used_at=9)
    assert "of a later moment" in caplog.text
    assert OrdersModel.load(settings.orders) == model


def test_too_few_customers_are_a_warning_and_what_answered_before_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_at(tmp_path)
    assert keep_orders(settings, lake_of(tmp_path, customers_like(TRUTH, 20)), as_of=AS_OF, used_at=9) is None
    assert caplog.text.count("too_few_customers: The next order is told as before") == 1
    assert OrdersModel.load(settings.orders) is None


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("{", "orders_corrupt", "Run `stamkund train`"),
        ('{"as_of": 1}', "orders_corrupt", "used_at: Field required"),
    ],
)
def test_a_file_that_holds_no_model_is_refused(tmp_path: Path, text: str, code: str, says: str) -> None:
    file = tmp_path / "orders.json"
    file.write_text(text)
    with pytest.raises(StamkundError, match=says) as refused:
        OrdersModel.load(file)
    assert refused.value.code == code
