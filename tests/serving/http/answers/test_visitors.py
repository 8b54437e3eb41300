"""Visitors of whom nothing is known, and companies without a model: what they may get, by the usual chance."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
import sqlalchemy as sa

from features.config.settings import Settings
from features.lake import Lake
from serving.decisions.candidates.past import usual_chance
from serving.http.current.state import CurrentState
from serving.store.tables.schema import CHOICES
from tests.serving.decision_rows import saved_decision
from tests.serving.http.answers.test_declared_decisions import declared, http
from tests.serving.http.answers.test_policy import client, offers
from tests.serving.http.errors import Json, reasons_of

# `side` is for anyone, `now` for those whom it has reached, `old` is over.
ANYONE: Json = {"candidates": {"campaigns": {"side": "anyone"}}}
NOBODY: Json = {"id": "nobody"}
VISITOR: Json = {"id_type": "anonymous_id", "id": "f00"}
RATES = {"features": "features.orders_all >= 0", "traits": 'traits.age == "old"', "scores": "scores.redemption >= 0"}


def body(profile: Json | None, *, count: int = 9, **asked: object) -> Json:
    return {"profile": profile, "placements": [{"id": "home", "count": count}], "explain": "full", **asked}


@pytest.mark.parametrize("profile", [None, NOBODY, VISITOR])
def test_somebody_unknown_gets_what_is_for_anyone_at_the_usual_chance(own: CurrentState, profile: Json | None) -> None:
    web = client(own, ANYONE)
    answer = web.post("/v1/decisions", json=body(profile)).json()
    (place,) = answer["placements"]
    assert {*offers(place)} == {"side-drinks", "side-sweets"}
    assert reasons_of(place) == {
        "now-drinks": "not_contacted", "now-sweets": "not_contacted", "old-drinks": "expired", "old-sweets": "expired"
    }  # fmt: skip
    lineup = own.state.required_lineup()
    middle = float(lineup.models["redemption"].percentiles[50])
    assert sum(item["propensity"] for item in place["items"]) == pytest.approx(middle)  # each by its share of all
    assert [[(each["code"], each["value"]) for each in item["reasons"]] for item in place["items"]] == [
        [("usual_chance", middle)]
    ] * 2
    values = [item["expected_value"] for item in place["items"]]
    assert values == sorted(values, reverse=True)
    assert (answer["control_group"], answer["control"]["arm"]) == (False, None)
    kept = saved_decision(own.state.store, answer["decision_id"])
    assert kept is not None
    assert kept.customer_id is None
    read = web.get(f"/v1/decisions/{answer['decision_id']}").json()
    assert [each["offer_id"] for each in read["candidates"] if each["rank"]] == offers(place)
    again = [web.post("/v1/decisions", json=body(profile, request_id="r")).json() for _ in range(2)]
    assert [offers(each["placements"][0]) for each in again] == [offers(place)] * 2


@pytest.mark.parametrize("space", RATES)
def test_what_a_rule_asks_of_a_customer_is_missing_of_somebody_unknown(own: CurrentState, space: str) -> None:
    name = RATES[space].partition(" ")[0]
    for rule, wanted in ((RATES[space], set()), (f"!has({name})", {"side-drinks", "side-sweets"})):
        (place,) = (
            client(own, ANYONE | {"rules": {"r": rule}}).post("/v1/decisions", json=body(NOBODY)).json()["placements"]
        )
        assert {*offers(place)} == wanted
    rules = {"here": 'context.channel == "web" && time.month == 12 && candidate.campaign_id == "side"'}
    asked = body(NOBODY, context={"channel": "web"})
    (place,) = client(own, ANYONE | {"rules": rules}).post("/v1/decisions", json=asked).json()["placements"]
    assert len(offers(place)) == 2


def test_caps_hold_for_a_visitor_who_comes_again_and_for_all_in_total(own: CurrentState) -> None:
    caps: Json = {"once": {"limit": 1}, "all": {"limit": 3, "scope": "total"}}
    web = client(own, ANYONE | {"caps": caps})

    def got(profile: Json | None) -> int:
        (place,) = web.post("/v1/decisions", json=body(profile)).json()["placements"]
        return len(offers(place))

    assert [got(VISITOR), got(VISITOR)] == [1, 0]  # one each
    assert [got(None), got(None), got(None)] == [1, 1, 0]  # nobody can tell them apart; three in total
    with own.state.store.connect() as connection:
        kept = connection.execute(sa.select(CHOICES.c.fragment)).scalars().all()
    assert kept == ["anonymous_id:f00"]  # what was shown to nobody in particular is nobody's history


def test_of_somebody_of_whom_nothing_more_may_be_kept_no_choice_is(own: CurrentState) -> None:
    web = client(own, ANYONE | {"caps": {"once": {"limit": 1}}})
    assert web.delete("/v1/profiles/user_id:3?suppress=true").status_code == 200
    (place,) = web.post("/v1/decisions", json=body({"id": "3"})).json()["placements"]
    assert len(offers(place)) == 1
    with own.state.store.connect() as connection:
        assert connection.execute(sa.select(CHOICES.c.fragment)).scalars().all() == []


@pytest.mark.parametrize(
    ("profile", "codes"), [({"id": "3"}, {"order_lines_of_its_products", "usual_chance"}), (NOBODY, {"usual_chance"})]
)
def test_without_a_model_candidates_are_ranked_by_the_usual_chance(
    own: CurrentState, profile: Json, codes: set[str]
) -> None:
    lineup = own.state.required_lineup()
    bare = replace(own.state, lineup=replace(lineup, models={"lapse": lineup.models["lapse"]}))
    (place,) = http(declared(bare, ANYONE)).post("/v1/decisions", json=body(profile)).json()["placements"]
    reached = {"now-drinks", "now-sweets"} if profile["id"] == "3" else set()
    assert {*offers(place)} == {"side-drinks", "side-sweets"} | reached
    usual = usual_chance(own.state.lake, own.state.settings, as_of=own.state.settings.now())
    side = [item for item in place["items"] if item["campaign_id"] == "side"]
    assert sum(item["propensity"] for item in side) == pytest.approx(usual)
    assert all({each["code"] for each in item["reasons"]} == codes for item in place["items"])
    values = [item["expected_value"] for item in place["items"]]
    assert values == sorted(values, reverse=True)


def test_without_the_block_somebody_unknown_gets_the_fallback(own: CurrentState) -> None:
    (place,) = http(own.state).post("/v1/decisions", json=body(NOBODY)).json()["placements"]
    assert [item["reasons"][0]["code"] for item in place["items"]] == ["unknown_visitor"]


def test_the_usual_chance_is_the_share_of_those_reached_who_took_something(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    lake = Lake(tmp_path_factory.mktemp("usual"))
    told = [("a", "contact", 1), ("a", "redeem", 2), ("a", "redeem", 3), ("b", "contact", 1), ("c", "redeem", 2)]
    told += [(f"d{n}", "contact", 4) for n in range(98)]
    rows = [
        {"event_id": str(n), "source": "s", "kind": kind, "time": time, "customer_id": who, "campaign_id": "spring"}
        for n, (who, kind, time) in enumerate(told)
    ]
    lake.write({"events": pl.DataFrame(rows)})
    settings = Settings.model_validate({"name": "Shop", "sources": {}})
    assert usual_chance(lake, settings, as_of=3) == 2 / 102  # one of two, and one of a hundred
    assert usual_chance(lake, settings, as_of=4) == 2 / 200
