from __future__ import annotations

from ast import literal_eval
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.config.sections.decisions.decisions import DecisionSettings
from features.sentences.phrasebook import Phrasebook
from features.units import DAY
from serving.decisions.candidates.offers import offers_at
from serving.decisions.facts import known
from serving.decisions.setup import Setup
from serving.http.answers.deciding import decisions
from serving.http.answers.requests import DecisionRequest, Profile
from serving.http.current.state import CurrentState
from serving.scoring.pair_scores import pair_reasons
from tests.serving.clients import client_of
from tests.serving.decision_rows import saved_decision
from tests.serving.http.errors import Json, error_of, reasons_of
from training.learners.model import Reason


def test_a_decision_explains_itself_both_ways_and_is_kept(http: TestClient, current: CurrentState) -> None:
    asked = {
        "profile": {"id_type": "user_id", "id": "3"},
        "context": {"channel": "web"},
        "placements": [{"id": "hero", "count": 1}],
        "explain": "full",
    }
    body = http.post("/v1/decisions", json=asked).json()
    assert body["control_group"] is False
    assert body["took_ms"] > 0
    assert "assumed" in body["basis"]
    (hero,) = body["placements"]
    (item,) = hero["items"]
    assert item["expected_value"] == pytest.approx(item["propensity"] * (float(item["value"]) - float(item["cost"])))
    assert item["reasons"]
    others = reasons_of(hero)
    assert len(others) == 5
    assert others["old-drinks"] == others["old-sweets"] == "expired"
    kept = saved_decision(current.state.store, body["decision_id"])
    assert kept is not None
    assert (kept.customer_id, kept.context, kept.models) == ("3", {"channel": "web"}, body["models"])
    outranked = [offer_id for offer_id, reason in others.items() if reason == "outranked"]
    again = http.get(f"/v1/decisions/{body['decision_id']}").json()
    ranked = [each for each in again["candidates"] if each["rank"] is not None]
    assert [each["offer_id"] for each in ranked] == [item["offer_id"], *outranked]
    figures = ("offer_id", "campaign_id", "score", "propensity", "expected_value")
    assert {name: ranked[0][name] for name in figures} == {name: item[name] for name in figures}
    assert {each["offer_id"]: each["failed"][0] for each in again["candidates"] if each["rank"] is None} == {
        offer_id: reason for offer_id, reason in others.items() if reason != "outranked"
    }
    assert kept.placements == [
        {
            "id": "hero",
            "items": [
                {
                    "offer_id": item["offer_id"],
                    "campaign_id": item["campaign_id"],
                    "position": 1,
                    "probability": 1.0,
                    "marginal": 1.0,
                }
            ],
        }
    ]


def test_a_past_decision_takes_offers_for_what_they_were_worth_then(current: CurrentState) -> None:
    now = current.state.settings.now()
    then = current.state.with_offers_as_of(now - 10 * DAY)
    known = offers_at(current.state.lake, current.state.settings, as_of=now - 10 * DAY)
    assert [o.value for o in then.setup.candidates.offers] == [o.value for o in sorted(known, key=lambda o: o.offer_id)]
    assert [o.value for o in then.setup.candidates.offers] != [o.value for o in current.state.setup.candidates.offers]


def test_what_would_have_been_decided_is_not_kept(
    http: TestClient, current: CurrentState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "add_decision", lambda *_: pytest.fail("It was kept."))
    past = http.post("/v1/decisions", json={"profile": {"id": "3"}, "as_of": "2017-11-30T00:00:00Z"})
    assert (past.status_code, past.json()["decision_id"]) == (200, None)
    assert (
        decisions.answer_decision(current.state, DecisionRequest(profile=Profile(id="3")), dry_run=True)["decision_id"]
        is None
    )


def test_only_what_is_chosen_is_reasoned_about(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(*given: Any, words: Phrasebook, top: int) -> list[list[Reason]]:
        asked.extend(given[-1].campaigns)
        return pair_reasons(*given, words=words, top=top)

    monkeypatch.setattr(known, "pair_reasons", counted)
    for customer in map(str, range(20)):
        asked.clear()
        (place,) = http.post("/v1/decisions", json={"profile": {"id": customer}}).json()["placements"]
        (item,) = place["items"]
        assert asked == ([] if item["is_fallback"] else [item["campaign_id"]])
        assert item["is_fallback"] or len(item["reasons"]) == 4
        assert all(reason["text"] for reason in item["reasons"])


def test_how_much_is_explained_is_asked_for(http: TestClient) -> None:
    placements = {}
    for explain in ("none", "summary", "full"):
        asked = {"profile": {"id": "3"}, "explain": explain}
        (placements[explain],) = http.post("/v1/decisions", json=asked).json()["placements"]
    assert set(placements["none"]) == {"id", "items"}
    for name, most in (("summary", 3), ("full", 6)):
        for each in placements[name]["excluded"]:
            assert len(each["offers"]) == min(each["count"], most)
            assert {"offer_id", "name", "campaign_id", "params", "detail"} == set(each["offers"][0])
    assert http.post("/v1/decisions", json={"profile": {"id": "3"}}).json()["placements"] == [placements["summary"]]
    refused = http.post("/v1/decisions", json={"profile": {"id": "3"}, "explain": True})
    assert (refused.status_code, error_of(refused)["field"]) == (422, "explain")


@pytest.mark.parametrize("profile", [None, {"id": "nobody"}, {"id_type": "anonymous_id", "id": "3"}])
def test_unknown_and_anonymous_visitors_get_the_fallback(
    http: TestClient, current: CurrentState, profile: Json | None
) -> None:
    got = http.post("/v1/decisions", json={"profile": profile, "placements": [{"id": "a"}, {"id": "b", "count": 3}]})
    assert got.status_code == 200
    for place in got.json()["placements"]:
        (item,) = place["items"]
        assert (item["offer_id"], item["is_fallback"], item["probability"]) == ("flyer", True, 1.0)
    kept = saved_decision(current.state.store, got.json()["decision_id"])
    assert kept is not None
    assert (kept.customer_id, kept.log) == (None, None)


@pytest.mark.parametrize(
    ("event", "properties"),
    [
        ("Redeem", {"offer_id": "OFFER", "campaign_id": "CAMPAIGN"}),
        ("Coupon Redeemed", {"coupon_id": "OFFER", "campaign_id": "CAMPAIGN"}),
        ("Coupon Redeemed", {"coupon_id": "OFFER"}),
        ("Coupon Applied", {"coupon_id": "OFFER", "cart_id": "c"}),
        ("Order Completed", {"order_id": "o", "revenue": 5, "coupon": "OFFER"}),
        ("Order Completed", {"products": [{"price": 1}, {"price": 2, "coupon": "OFFER"}]}),
    ],
)
def test_a_redeemed_offer_is_not_offered_again(own: CurrentState, event: str, properties: Json) -> None:
    http = client_of(own)
    asked = {"profile": {"id": "5"}, "placements": [{"id": "hero", "count": 1}]}
    (item,) = http.post("/v1/decisions", json=asked).json()["placements"][0]["items"]
    told = str(properties).replace("OFFER", item["offer_id"]).replace("CAMPAIGN", item["campaign_id"])
    redeem = {"messageId": "r5", "userId": "5", "event": event, "properties": literal_eval(told)}
    assert http.post("/v1/track", json=redeem).status_code == 200
    (place,) = http.post("/v1/decisions", json=asked).json()["placements"]
    assert place["items"][0]["offer_id"] != item["offer_id"]
    assert reasons_of(place)[item["offer_id"]] == "already_redeemed"
    removed = redeem | {"messageId": "r6", "event": "Coupon Removed"}
    assert http.post("/v1/track", json=removed).status_code == 200
    (again,) = http.post("/v1/decisions", json=asked).json()["placements"][0]["items"]
    assert (again["offer_id"] == item["offer_id"]) == (event == "Coupon Applied")  # what was redeemed stays so


def test_a_declared_placement_shows_as_many_as_it_says_unless_a_request_says_otherwise(own: CurrentState) -> None:
    declared = DecisionSettings.model_validate({"placements": {"wall": {"count": 2}}})
    settings = own.state.settings.model_copy(update={"decisions": declared})
    own.state = replace(own.state, settings=settings, setup=Setup.of(settings, own.state.setup.candidates))
    asked = {"profile": {"id": "3"}, "placements": [{"id": "wall"}, {"id": "elsewhere"}, {"id": "wall", "count": 1}]}
    shown = [len(place["items"]) for place in client_of(own).post("/v1/decisions", json=asked).json()["placements"]]
    assert shown == [2, 1, 1]
