"""What is declared of decisions, over HTTP: rules, who may get a campaign's offers, candidates made of items, types."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from features.config.sections.decisions.decisions import DecisionSettings
from features.errors import StamkundError
from serving.http.current.state import CurrentState, State
from serving.scoring.lineup import Lineup
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of, reasons_of
from tests.serving.shop import NOW

# Customer 3 is young, was reached by the campaign `now` and not by `side`; `old` is over.
ASKED = {"profile": {"id": "3"}, "placements": [{"id": "home", "count": 9}], "explain": "full"}


def declared(state: State, decisions: Json, *, language: str = "en") -> State:
    settings = state.settings.model_copy(
        update={"decisions": DecisionSettings.model_validate(decisions), "language": language}
    )
    return replace(state, settings=settings).with_offers_as_of(NOW)


def http(state: State) -> TestClient:
    return client_of(CurrentState(state, lambda _: state, lambda: None), raise_server_exceptions=False)


def placement(state: State, decisions: Json, *, language: str = "en", **asked: object) -> Json:
    got = http(declared(state, decisions, language=language)).post("/v1/decisions", json=ASKED | asked)
    assert got.status_code == 200, got.text
    (found,) = got.json()["placements"]
    return dict(found)


def test_nothing_declared_is_what_is_answered_without_the_block(own: CurrentState) -> None:
    plain, empty = http(own.state), http(declared(own.state, {}))
    for customer in map(str, range(8)):
        before, after = (
            client.post("/v1/decisions", json={"profile": {"id": customer}}).json()["placements"][0]
            for client in (plain, empty)
        )
        assert [
            {k: v for k, v in item.items() if k not in {"type", "factors", "marginal"}} for item in after["items"]
        ] == before["items"]
        assert after["excluded"] == before["excluded"]


def test_a_rule_keeps_offers_away_and_says_what_would_have_to_change(own: CurrentState) -> None:
    rules = {
        "for_the_old": {"when": 'traits.age == "old"', "text": {"en": "For the old", "sv": "För de gamla"}},
        "web_only": 'context.channel == "web"',
    }
    found = placement(own.state, {"rules": rules}, context={"channel": "web"})
    assert {reasons_of(found)[offer] for offer in ("now-drinks", "now-sweets")} == {"rule"}
    (out,) = [out for each in found["excluded"] for out in each["offers"] if out["offer_id"] == "now-drinks"]
    assert (out["params"], out["detail"]) == (
        {"rule": "for_the_old"},
        "For the old: traits.age is young and must be old.",
    )
    assert out["also"] == []
    other = placement(own.state, {"rules": rules}, language="sv", context={"channel": "app"})
    (out,) = [out for each in other["excluded"] for out in each["offers"] if out["offer_id"] == "now-drinks"]
    assert out["detail"] == "För de gamla: traits.age är young och måste vara old."
    assert [each["detail"] for each in out["also"]] == [
        "Regeln web_only är inte uppfylld: context.channel är app och måste vara web."
    ]


def test_rules_read_features_scores_and_times(own: CurrentState) -> None:
    rules = {
        "bought": "features.orders_all >= 1",
        "stays": "scores.lapse >= 0 && scores.lapse <= 1",
        "stage": 'features.stage in ["prospect", "new", "active", "loyal", "at risk", "lapsed", "returning"]',
        "midnight": 'time.hour == 0 && time.weekday == "sunday" && time.date == "2017-12-03" && time.month == 12',
        "running": "candidate.ends > time.now && candidate.value > 1",
    }
    found = placement(own.state, {"rules": rules})
    assert not found["items"][0]["is_fallback"]
    assert set(reasons_of(found).values()) == {"expired", "not_contacted"}
    wrong = placement(own.state, {"rules": {"cents": "candidate.value > 10"}})  # 9.00 of the currency, not 900 cents
    assert reasons_of(wrong)["now-sweets"] == "rule"


def test_a_context_that_is_not_of_its_declared_type_is_refused(own: CurrentState) -> None:
    state = declared(own.state, {"context": {"degrees": "number"}, "rules": {"warm": "context.degrees > 20"}})
    got = http(state).post("/v1/decisions", json=ASKED | {"context": {"degrees": "hot", "page": [1]}})
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == (422, "bad_context", "context.degrees")
    for degrees, wanted in ((21, None), ("20.5", None), (20, "rule"), (None, "rule")):
        (found,) = (
            http(state).post("/v1/decisions", json=ASKED | {"context": {"degrees": degrees}}).json()["placements"]
        )
        assert reasons_of(found).get("now-drinks") == wanted


def test_a_name_that_no_build_has_found_is_refused_with_the_nearest(own: CurrentState) -> None:
    with pytest.raises(StamkundError, match=r"did you mean 'features\.orders_all'\?") as refused:
        declared(own.state, {"rules": {"bought": "features.order_all >= 1"}})
    assert (refused.value.code, refused.value.field) == ("unknown_name", "decisions.rules.bought.when")


def test_who_was_never_contacted_can_be_offered_something_too(own: CurrentState) -> None:
    contacted = placement(own.state, {})
    assert reasons_of(contacted)["side-drinks"] == "not_contacted"
    anyone = placement(own.state, {"candidates": {"campaigns": {"side": "anyone"}}})
    shown = {item["offer_id"]: item for item in anyone["items"]}
    assert {"side-drinks", "side-sweets"} <= shown.keys()
    assert "as_if_contacted" in [reason["code"] for reason in shown["side-drinks"]["reasons"]]
    assert "as_if_contacted" not in [reason["code"] for reason in shown["now-drinks"]["reasons"]]
    # Of those whom it has reached nothing changes.
    before = {item["offer_id"]: item for item in contacted["items"]}
    assert {name: shown[name] for name in before} == before


def test_candidates_are_made_of_items(own: CurrentState) -> None:
    items = own.state.lake.scan("items").collect()
    assert items["price"].null_count() == len(items)  # so their value is assumed from what customers spend on them
    made = {"candidates": {"generate": {"others": {"when": 'item.category == "Other"', "most": 2, "group": "sweet"}}}}
    found = placement(own.state, made)
    of_items = {item["offer_id"]: item for item in found["items"] if item["type"] == "item"}
    counts = {
        item: rows.height
        for (item,), rows in own.state.lake.scan("events").collect().partition_by("item_id", as_dict=True).items()
    }
    most = sorted(("cake", "cup", "jam"), key=lambda item: -counts[item])[:2]
    assert set(of_items) == set(most)
    assert all(item["assumed"] and item["campaign_id"] is None for item in of_items.values())


def test_a_placement_shows_its_types_only(own: CurrentState) -> None:
    decisions = {
        "candidates": {"generate": {"others": {"when": 'item.category == "Other"'}}},
        "placements": {"home": {"count": 9, "types": ["item"]}},
    }
    found = placement(own.state, decisions, placements=[{"id": "home"}])
    assert {item["type"] for item in found["items"]} == {"item"}
    assert reasons_of(found)["now-drinks"] == "wrong_placement"
    found = placement(own.state, decisions, placements=[{"id": "home", "types": ["offer"]}])
    assert {item["type"] for item in found["items"]} == {"offer"}


def test_without_models_rules_are_known_as_far_as_settings_tell(own: CurrentState) -> None:
    lineup: Lineup | None = None
    state = replace(own.state, lineup=lineup)
    assert declared(state, {"rules": {"bought": "features.anything >= 1"}}).setup.rules.rules[0].name == "bought"


def test_weights_levers_and_factors_change_the_order_and_are_told(own: CurrentState) -> None:
    plain = {item["offer_id"]: item for item in placement(own.state, {})["items"]}
    weights = {
        "hot": {"when": 'context.weather == "hot" && candidate.offer_id == "now-sweets"', "weight": 50},
        "cold": {"when": 'context.weather == "cold"', "weight": 3},
    }
    decisions = {"context": {"weather": "text"}, "arbitration": {"weights": weights}}
    found = placement(own.state, decisions, context={"weather": "hot"})
    sweets = found["items"][0]
    assert sweets["offer_id"] == "now-sweets"
    assert sweets["factors"] == {"hot": 50.0, "cold": 1.0, "lever": 1.0}
    assert sweets["score"] == pytest.approx(50 * plain["now-sweets"]["score"])
    assert sweets["expected_value"] == plain["now-sweets"]["expected_value"]
    off = placement(
        own.state,
        {**decisions, "arbitration": {"weights": weights, "factors": ["propensity"]}},
        context={"weather": "hot"},
    )
    assert {item["offer_id"]: item["score"] for item in off["items"]} == {
        name: pytest.approx(item["propensity"]) for name, item in plain.items()
    }


def test_a_formula_ranks_and_tells_scores(own: CurrentState) -> None:
    formula = "worth.propensity * (candidate.value - candidate.cost) + 100 * features.orders_all"
    plain = {item["offer_id"]: item for item in placement(own.state, {})["items"]}
    found = placement(own.state, {"arbitration": {"formula": formula}})
    extra = {item["offer_id"]: item["score"] - plain[item["offer_id"]]["score"] for item in found["items"]}
    assert extra.keys() == plain.keys()
    assert len({round(each, 6) for each in extra.values()}) == 1
    nothing = placement(own.state, {"arbitration": {"formula": "0 - candidate.value"}})
    assert nothing["items"][0]["is_fallback"]
    assert reasons_of(nothing)["now-sweets"] == "no_score"
    with pytest.raises(StamkundError, match=r"did you mean 'worth.propensity'") as refused:
        declared(own.state, {"arbitration": {"formula": "worth.propensty"}})
    assert refused.value.field == "decisions.arbitration.formula"


def test_few_that_are_alike_are_shown(own: CurrentState) -> None:
    found = placement(own.state, {"arbitration": {"diverse": {"campaign_id": 1}}})
    campaigns = [item["campaign_id"] for item in found["items"] if item["campaign_id"] is not None]
    assert len(campaigns) == len(set(campaigns)) > 0
    (alike,) = [each for each in found["excluded"] if each["reason"] == "too_alike"]
    assert alike["offers"][0]["params"] == {"most": 1, "what": "campaign_id", "value": "now"}


def test_control_arms_are_told_and_get_what_they_are_for(own: CurrentState) -> None:
    client = http(declared(own.state, {"control": {"holdout": {"share": 0.5}}, "exploration": {"share": 0.3}}))
    groups = set()
    for customer in map(str, range(8)):
        answer = client.post("/v1/decisions", json={"profile": {"id": customer}}).json()
        groups.add(answer["control_group"])
        assert answer["control"]["arm"] == ("holdout" if answer["control_group"] else None)
        if answer["control_group"]:
            assert all(item["is_fallback"] for each in answer["placements"] for item in each["items"])
    assert groups == {True, False}


def test_a_request_that_comes_twice_is_one_decision(own: CurrentState) -> None:
    client = http(declared(own.state, {}))
    asked = {"profile": {"id": "3"}, "placements": [{"id": "home", "count": 2}], "request_id": "r-1"}
    first, second = (client.post("/v1/decisions", json=asked).json() for _ in range(2))
    assert second["is_repeated"]
    assert "is_repeated" not in first
    same = ("offer_id", "name", "score", "propensity", "expected_value", "value", "cost", "probability", "is_fallback")
    (one,), (other,) = first["placements"], second["placements"]
    assert [[item[name] for name in same] for item in one["items"]] == [
        [item[name] for name in same] for item in other["items"]
    ]
    assert [first[name] for name in ("decision_id", "as_of", "control")] == [
        second[name] for name in ("decision_id", "as_of", "control")
    ]
    others = [
        client.post("/v1/decisions", json=asked | change).json()["decision_id"]
        for change in ({"profile": {"id": "4"}}, {"request_id": "r-2"})
    ]
    assert len({first["decision_id"], *others}) == 3


def test_a_decision_is_read_again_whole(own: CurrentState) -> None:
    client = http(declared(own.state, {"rules": {"never": "candidate.value < 0"}, "control": {"x": {"share": 0.01}}}))
    made = client.post("/v1/decisions", json={"profile": {"id": "3"}}).json()
    again = client.get(f"/v1/decisions/{made['decision_id']}").json()
    assert again["control"] == made["control"]
    assert all("rule:never" in each["failed"] and each["rank"] is None for each in again["candidates"])
    missing = client.get("/v1/decisions/unheard")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "unknown_decision")


def test_a_decision_by_uplift_is_read_again_as_it_was_told(own: CurrentState) -> None:
    by_lapse = {"uplift": {"lapse": {"campaign": "now"}}}  # as if that model told what showing them changes
    client = http(declared(own.state, {"arbitration": by_lapse}))
    (found,) = (made := client.post("/v1/decisions", json=ASKED).json())["placements"]
    (scores,) = client.post("/v1/scores", json={"customers": ["3"]}).json()["scores"]
    names = ("score", "propensity", "uplift", "expected_value")
    again = client.get(f"/v1/decisions/{made['decision_id']}").json()["candidates"]
    kept = {each["offer_id"]: [each[name] for name in names] for each in again}
    assert {item["offer_id"]: [item[name] for name in names] for item in found["items"]}.items() <= kept.items()
    uplift = scores["models"]["lapse"]["probability"]
    assert {name: each[2] for name, each in kept.items() if name.startswith("now")} == {
        "now-drinks": uplift, "now-sweets": uplift,
    }  # fmt: skip
    assert {each[2] for name, each in kept.items() if not name.startswith("now")} == {None}


def test_all_that_are_out_for_a_reason_are_told_by_pages(own: CurrentState) -> None:
    client = http(declared(own.state, {"rules": {"drinks": 'candidate.offer_id == "now-drinks"'}}))
    made = client.post("/v1/decisions", json=ASKED).json()
    path = f"/v1/decisions/{made['decision_id']}"
    whole = client.get(path).json()
    out = [each["offer_id"] for each in whole["candidates"] if "rule:drinks" in each["failed"]]
    assert (len(out) > 1, whole["next"]) == (True, None)
    for reason in ("rule", "rule:drinks"):
        told, after = list[Json](), {"reason": reason, "limit": 1}
        while after:
            page = client.get(path, params=after).json()
            told += page["candidates"]
            after = page["next"] and {"reason": reason, "limit": 1, "cursor": page["next"]}
            assert len(page["candidates"]) == 1
        assert [each["offer_id"] for each in told] == out
        assert all(each["name"] for each in told)
    first = client.get(path, params={"reason": "rule", "limit": 1}).json()["next"]
    for wrong, code in (({"cursor": first}, "bad_cursor"), ({"reason": "ruel"}, "unknown_reason")):
        got = client.get(path, params=wrong)
        assert (got.status_code, got.json()["error"]["code"]) == (422, code)
