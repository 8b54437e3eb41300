"""What customers allow, at the next request of every worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from features.config.sections.consent import ConsentSettings
from features.privacy.rules import ConsentRules
from serving.http.current.state import CurrentState
from serving.store.engine import open_store
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of

SETTINGS = ConsentSettings.model_validate(
    {
        "purposes": {
            "profiling": {"basis": "interest", "gates": ["profiles", "scores"]},
            "personalization": {"basis": "contract", "gates": ["decisions"]},
            "email": {"channel": "email", "after": "order"},
            "sms": {"channel": "sms"},
            "push": {"basis": "interest", "channel": "push", "quiet": "23:00-06:00"},
        },
        "signals": {"C2": "personalization"},
    }
)
SENT = {"number": 0}


@pytest.fixture
def ruled(own: CurrentState) -> CurrentState:
    settings = own.state.settings.model_copy(update={"consent": SETTINGS})
    state = replace(own.state, settings=settings, rules=ConsentRules(SETTINGS))
    return CurrentState(state, lambda _: state, lambda: None)


@pytest.fixture
def http(ruled: CurrentState) -> TestClient:
    return client_of(ruled, raise_server_exceptions=False)


@pytest.fixture
def other(ruled: CurrentState) -> Iterator[TestClient]:
    """Another worker: the same database, a connection and a state of its own."""
    state = replace(ruled.state, store=open_store(ruled.state.settings.store_url))
    yield client_of(CurrentState(state, lambda _: state, lambda: None), raise_server_exceptions=False)
    state.store.dispose()


def say(http: TestClient, user: str, purpose: str, status: str, **message: object) -> None:
    SENT["number"] += 1
    sent = {"messageId": f"said-{SENT['number']}", "userId": user, "event": "Consent", **message}
    got = http.post("/v1/track", json=sent | {"properties": {"purpose": purpose, "status": status}})
    assert got.json().get("accepted") == 1, got.text


def scores(http: TestClient, *users: str, **asked: object) -> list[Json]:
    found: list[Json] = http.post("/v1/scores", json={"customers": users, **asked}).json()["scores"]
    return found


def placement(http: TestClient, user: str, **asked: object) -> Json:
    body = http.post("/v1/decisions", json={"profile": {"id": user}, **asked}).json()
    (found,) = body["placements"]
    return dict(found)


def test_a_withdrawal_is_effective_at_the_next_request_in_every_worker(http: TestClient, other: TestClient) -> None:
    assert all("models" in one for client in (http, other) for one in scores(client, "1", "2"))
    say(http, "1", "profiling", "objected")
    for client in (http, other):
        withdrawn, untouched = scores(client, "1", "2")
        assert withdrawn["error"]["code"] == "no_consent"
        assert "models" in untouched
        profile = client.get("/v1/profiles/user_id:1").json()
        assert (profile["features"], profile["scores"], profile["no_scores"]) == (None, None, "no_consent")
        assert profile["traits"] == {"age": "young"}
        assert profile["consent"]["profiling"] == {
            "state": "objected",
            "since": "2017-12-03T00:00:00Z",
            "allowed": False,
        }


def test_who_says_yes_again_is_known_again(http: TestClient) -> None:
    say(http, "1", "profiling", "withdrawn")
    assert "error" in scores(http, "1")[0]
    say(http, "1", "profiling", "granted")  # at the same moment of the clock, which stands still, and received later
    assert "models" in scores(http, "1")[0]


def test_a_withdrawal_holds_for_past_moments_and_counts_whatever_the_clock_says(http: TestClient) -> None:
    past = {"as_of": "2017-11-01T00:00:00Z"}
    assert "models" in scores(http, "2", **past)[0]
    say(http, "2", "profiling", "no", timestamp="2018-06-01T00:00:00Z")  # by the clock not before half a year
    for asked in (past, {}):
        assert scores(http, "2", **asked)[0]["error"]["code"] == "no_consent"


def test_who_does_not_allow_offers_to_be_chosen_gets_what_anybody_gets(http: TestClient) -> None:
    chosen = placement(http, "3")
    assert not chosen["items"][0]["is_fallback"]
    say(http, "3", "C2", "withdrawn")
    found = placement(http, "3")
    (item,) = found["items"]
    assert (item["offer_id"], item["is_fallback"], item["reasons"][0]["code"]) == ("flyer", True, "no_consent")
    assert {out["reason"] for out in found["excluded"]} == {"no_consent"}
    assert [out["count"] for out in found["excluded"]] == [6]
    assert "excluded" not in placement(http, "3", explain="none")
    assert "models" in scores(http, "3")[0]  # scores are another purpose


def test_decisions_need_what_scores_need(http: TestClient) -> None:
    say(http, "3", "profiling", "objected")
    assert placement(http, "3")["items"][0]["reasons"][0]["code"] == "no_consent"


@pytest.mark.parametrize(
    ("channel", "who", "reason"),
    [("web", "3", None), ("email", "3", None), ("sms", "3", "no_permission"), ("email", "nobody", "no_permission")],
)
def test_on_a_channel_nothing_is_sent_without_permission(
    http: TestClient, channel: str, who: str, reason: str | None
) -> None:
    found = placement(http, who, context={"channel": channel})  # customer 3 has ordered: e-mail is allowed
    assert bool(found["items"]) == (reason is None)
    assert (reason is None) == ("no_permission" not in {out["reason"] for out in found["excluded"]})


def test_who_unsubscribes_gets_nothing_more_on_that_channel(http: TestClient) -> None:
    assert placement(http, "4", context={"channel": "email"})["items"]
    sent: Json = {"messageId": "gone", "userId": "4", "event": "Unsubscribed"}
    assert http.post("/v1/track", json=sent).json()["accepted"] == 1
    assert placement(http, "4", context={"channel": "email"})["items"] == []
    assert placement(http, "4", context={"channel": "web"})["items"]


def test_a_bounce_closes_its_address_and_no_other(http: TestClient) -> None:
    for name, address in (("old", "old@x.se"), ("new", "new@x.se")):
        sent: Json = {"messageId": name, "userId": "4", "event": "Email Subscribed", "properties": {"email": address}}
        assert http.post("/v1/track", json=sent).json()["accepted"] == 1
    bounce: Json = {"messageId": "b", "userId": "4", "event": "Email Bounced", "channel": "server"}
    assert http.post("/v1/track", json=bounce | {"properties": {"email": "old@x.se"}}).json()["accepted"] == 1
    told = http.get("/v1/profiles/user_id:4").json()["consent"]["email"]
    assert (told["state"], told["allowed"]) == ("granted", True)
    assert told["addresses"] == {"email:old@x.se": "bounced", "email:new@x.se": "subscribed"}
    assert placement(http, "4", context={"channel": "email"})["items"]
    left: Json = {"messageId": "l", "userId": "4", "event": "Unsubscribed", "properties": {"email": "new@x.se"}}
    assert http.post("/v1/track", json=left).json()["accepted"] == 1
    found = placement(http, "4", context={"channel": "email"})
    assert (found["items"], {out["reason"] for out in found["excluded"]}) == ([], {"no_permission"})


def test_a_status_that_says_neither_yes_nor_no_is_refused(http: TestClient) -> None:
    sent: Json = {"messageId": "m", "userId": "4", "event": "Consent", "properties": {"status": "vielleicht"}}
    got = http.post("/v1/track", json=sent)
    assert (got.status_code // 100, got.json()["error"]["code"]) == (4, "unknown_status")
    assert got.json()["error"]["field"] == "properties.status"


def test_nothing_is_sent_in_quiet_hours(http: TestClient) -> None:
    night, day = (
        placement(http, "3", context={"channel": "push"}, as_of=f"2017-12-0{at}:00:00Z") for at in ("2T23", "2T22")
    )
    assert (night["items"], {out["reason"] for out in night["excluded"]}) == ([], {"quiet_hours"})
    assert day["items"]
    # by the customer's clock, as the request tells it, or else as their trait does
    for zone, shown in (("Asia/Tokyo", True), ("Europe/Stockholm", False)):
        asked = {"channel": "push", "timezone": zone}
        assert bool(placement(http, "3", context=asked, as_of="2017-12-02T23:00:00Z")["items"]) is shown
    told = {"messageId": "tz", "userId": "3", "traits": {"timezone": "Asia/Tokyo"}, "timestamp": "2017-12-02T00:00:00Z"}
    assert http.post("/v1/identify", json=told).status_code == 200
    assert placement(http, "3", context={"channel": "push"})["items"]  # midnight is nine in the morning there
    wrong = {"profile": {"id": "3"}, "context": {"channel": "push", "timezone": "Europe/Stokholm"}}
    refused = http.post("/v1/decisions", json=wrong)
    assert (refused.status_code, error_of(refused)["code"]) == (422, "unknown_timezone")


def test_without_rules_nothing_is_said_of_consent(own: CurrentState) -> None:
    http = client_of(own)
    say(http, "1", "profiling", "withdrawn")
    assert http.get("/v1/profiles/user_id:1").json()["consent"] is None
    assert "models" in scores(http, "1")[0]
