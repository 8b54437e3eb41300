"""Candidates that people keep over HTTP: checked, versioned, told apart, and live in every worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from httpx import Response
from starlette.testclient import TestClient

from features.config.sections.decisions.decisions import DecisionSettings
from serving.http.current.state import CurrentState
from serving.store.candidates.versions import kept_candidates
from serving.store.engine import open_store
from serving.store.keys import clock, create_key
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of, reasons_of

PATH = "/v1/candidates/tea"
TEA = {"name": "Tea", "value": "9.5", "cost": "0.40", "campaign_id": "now", "item_ids": ["tea"], "membership": "anyone"}
ASKED = {"profile": {"id": "3"}, "placements": [{"id": "home", "count": 9}], "explain": "full"}


@pytest.fixture
def shop(own: CurrentState) -> CurrentState:
    """The shop with a store of its own, and a column of candidates that is declared."""
    columns = {"brand": "text", "weight": "number", "seen": "moment", "labels": "list", "organic": "boolean"}
    decisions = DecisionSettings.model_validate({"candidates": {"columns": columns}})
    settings = own.state.settings.model_copy(update={"decisions": decisions, "timezone": "Europe/Stockholm"})
    own.state = replace(own.state, settings=settings).with_candidates_now()
    return own


@pytest.fixture
def http(shop: CurrentState) -> TestClient:
    return client_of(shop)


@pytest.fixture
def other(shop: CurrentState) -> Iterator[CurrentState]:
    """Another worker of the shop, with connections of its own."""
    state = replace(shop.state, store=open_store(shop.state.settings.store_url))
    other = CurrentState(state, lambda _: state, lambda: None)
    yield other
    other.close()


def home(current: CurrentState, **asked: object) -> Json:
    """What the placement shows of the candidates, and why not the others."""
    got = client_of(current).post("/v1/decisions", json=ASKED | asked)
    assert got.status_code == 200, got.text
    (found,) = got.json()["placements"]
    return dict(found)


def shown(current: CurrentState, **asked: object) -> list[str]:
    return [item["offer_id"] for item in home(current, **asked)["items"]]


def put(http: TestClient, version: int | None = None, path: str = PATH, **fields: object) -> Json:
    """The answer to a candidate that is written; with a version, as a change of that."""
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    got = http.put(path, json=TEA | fields, headers=headers)
    assert got.status_code == (201 if version is None else 200), got.text
    return dict(got.json())


def test_a_candidate_is_kept_as_a_whole_with_amounts_and_moments_as_they_are_told(http: TestClient) -> None:
    told = put(http, starts="2017-12-01", ends="2017-12-24", brand="Sun", weight=2, seen="2017-01-01", labels=["a"])
    assert told == {
        "id": "tea",
        "version": 1,
        "changed_at": "2017-12-02T23:00:00Z",
        "changed_by": None,
        "state": "running",
        "replaces": [],
        "candidate": {
            "type": "offer",
            "channels": [],
            "formats": [],
            "tags": [],
            "issue": None,
            "group": None,
            "priority": None,
            "lever": None,
            "stock": None,
            "paused": False,
            **TEA,
            "value": "9.50",
            "starts": "2017-11-30T23:00:00Z",
            "ends": "2017-12-24T22:59:59.999999Z",
            "brand": "Sun",
            "weight": 2,
            "seen": "2016-12-31T23:00:00Z",
            "labels": ["a"],
        },
    }
    got = http.get(PATH)
    assert (got.json(), got.headers["etag"]) == (told, '"1"')
    again = http.put(PATH, json=told["candidate"])
    assert (again.status_code, again.json()) == (200, told)  # what is kept already makes no new version
    assert http.get("/v1/candidates").json() == {"candidates": [told], "next": None}


@pytest.mark.parametrize(
    ("fields", "code", "field", "words"),
    [
        ({"valeu": "1"}, "unknown_field", "valeu", "did you mean 'value'?"),
        ({"brnad": "Sun"}, "unknown_field", "brnad", "did you mean 'brand'?"),
        ({"weight": "2"}, "wrong_type", "weight", "declared as number"),
        ({"weight": True}, "wrong_type", "weight", "declared as number"),
        ({"organic": 1}, "wrong_type", "organic", "declared as boolean"),
        ({"labels": ["a", 1]}, "wrong_type", "labels", "declared as list"),
        ({"seen": "soon"}, "bad_date", "seen", "soon"),
        ({"value": "1.005"}, "bad_amount", "value", "at most 2 decimals"),
        ({"value": "-1"}, "bad_amount", "value", "no sign"),
        ({"cost": "1e3"}, "bad_amount", "cost", "no amount in USD"),
        ({"value": "9999999999999"}, "bad_amount", "value", "no amount"),
        ({"value": 1.5}, "invalid_request", "value", "must be text"),
        ({"type": "gift"}, "invalid_request", "type", "'offer', 'item', 'content'"),
        ({"starts": "someday"}, "bad_date", "starts", "someday"),
        ({"starts": "2017-12-02", "ends": "2017-12-01"}, "ends_before_starts", "ends", "before it starts"),
        ({"paused": "no"}, "invalid_request", "paused", "paused"),
        ({"lever": -1}, "invalid_request", "lever", "lever"),
    ],
)
def test_what_is_not_understood_is_refused_and_nothing_is_kept(
    http: TestClient, shop: CurrentState, fields: Json, code: str, field: str, words: str
) -> None:
    got = http.put(PATH, json=TEA | fields)
    error = error_of(got)
    assert (got.status_code, error["code"], error["field"]) == (422, code, field)
    assert words in error["message"]
    assert kept_candidates(shop.state.store) == []


def test_a_change_must_name_the_version_that_it_changes_and_is_told_the_difference(http: TestClient) -> None:
    put(http)
    blind = http.put(PATH, json=TEA | {"value": "5.00"})
    assert (blind.status_code, error_of(blind)["code"]) == (409, "candidate_exists")
    assert put(http, 1, value="5.00")["version"] == 2
    late = http.put(PATH, json=TEA | {"value": "7.00", "paused": True}, headers={"If-Match": '"1"'})
    assert (late.status_code, error_of(late)["code"]) == (412, "candidate_changed")
    for got, before in ((blind, "9.50"), (late, "5.00")):
        assert error_of(got)["params"]["difference"]["value"]["before"] == before
    assert error_of(late)["params"] == {
        "version": 2,
        "fields": ["paused", "value"],
        "difference": {"paused": {"before": False, "after": True}, "value": {"before": "5.00", "after": "7.00"}},
    }
    assert http.get(PATH).json()["candidate"]["value"] == "5.00"
    assert http.put(PATH, json=TEA | {"value": "7.00"}, headers={"If-Match": "*"}).json()["version"] == 3
    odd = http.put(PATH, json=TEA, headers={"If-Match": "3"})
    assert (odd.status_code, error_of(odd)["code"]) == (422, "bad_etag")


def patch(http: TestClient, if_match: str | None = None, **fields: object) -> Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    got: Response = http.patch(PATH, json=fields, headers=headers)
    return got


def test_some_fields_are_changed_and_the_others_stay(http: TestClient) -> None:
    before = put(http, ends="2017-12-24", brand="Sun", tags=["a"])["candidate"]
    got = patch(http, '"1"', value="4", brand="Moon", ends=None, tags=[])
    wanted = {**before, "value": "4.00", "brand": "Moon", "ends": None, "tags": []}
    assert (got.status_code, got.headers["etag"], got.json()["candidate"]) == (200, '"2"', wanted)
    assert (patch(http, '"1"', value="4").json()["version"], patch(http).json()["version"]) == (
        2,
        2,
    )  # as it is
    assert patch(http, "*", lever=2).json()["candidate"] == {**wanted, "lever": 2.0}


def test_a_field_of_what_others_have_changed_is_refused_with_the_difference(http: TestClient) -> None:
    put(http)
    put(http, 1, value="5.00")
    differs = {"value": {"before": "5.00", "after": "6.00"}}
    for if_match, status, code in ((None, 409, "candidate_exists"), ('"1"', 412, "candidate_changed")):
        got = patch(http, if_match, value="6")
        error = error_of(got)
        assert (got.status_code, error["code"], error["params"]["difference"]) == (status, code, differs)
    for fields, code in (
        ({"valeu": "1"}, "unknown_field"),
        ({"tags": None}, "invalid_request"),
        ({"value": 3}, "invalid_request"),
        ({"starts": "2017-12-20", "ends": "2017-12-01"}, "ends_before_starts"),
    ):
        assert error_of(patch(http, '"2"', **fields))["code"] == code
    http.delete(PATH)
    gone = patch(http, '"2"', value="6")
    assert (gone.status_code, error_of(gone)["code"]) == (404, "unknown_candidate")


def test_what_is_taken_away_keeps_its_history_and_goes_on_counting(http: TestClient, shop: CurrentState) -> None:
    secret = create_key(shop.state.store, "Anna", ["admin"], now=clock(), lifetime=None)[1]
    http.headers["authorization"] = f"Bearer {secret}"
    put(http)
    put(http, 1, paused=True)
    assert http.delete(PATH, headers={"If-Match": '"1"'}).status_code == 412
    gone = http.delete(PATH, headers={"If-Match": '"2"'})
    assert (gone.status_code, gone.json()["state"], gone.json()["candidate"]) == (200, "deleted", None)
    for got in (http.get(PATH), http.delete(PATH)):
        assert (got.status_code, error_of(got)["code"]) == (404, "unknown_candidate")
    assert http.put(PATH, json=TEA, headers={"If-Match": '"2"'}).status_code == 412
    assert put(http)["version"] == 4
    versions = http.get(f"{PATH}/history").json()["versions"]
    assert [(each["version"], each["changed_by"]) for each in versions] == [(n, "Anna") for n in (4, 3, 2, 1)]
    assert versions[2]["changes"] == {"paused": {"before": False, "after": True}}
    assert (versions[1]["candidate"], versions[1]["changes"]["name"]) == (None, {"before": "Tea", "after": None})
    assert http.get("/v1/candidates/cup/history").status_code == 404


def test_the_list_is_told_in_pages_by_id(http: TestClient) -> None:
    for name in ("b", "c", "a"):
        put(http, path=f"/v1/candidates/{name}")
    first = http.get("/v1/candidates?count=2").json()
    assert ([each["id"] for each in first["candidates"]], first["next"]) == (["a", "b"], "b")
    rest = http.get(f"/v1/candidates?count=2&after={first['next']}").json()
    assert ([each["id"] for each in rest["candidates"]], rest["next"]) == (["c"], None)


def test_another_worker_decides_by_a_change_without_being_started_again(
    http: TestClient, shop: CurrentState, other: CurrentState
) -> None:
    models, before = other.state.lineup, shown(other)
    put(http)
    assert shown(other) == before
    assert (other.renew_candidates(), other.renew_candidates()) == (True, False)
    assert set(shown(other)) == {*before, "tea"}
    assert other.state.lineup is models  # what has not changed is not loaded again
    put(http, 1, paused=True)
    assert other.renew_candidates()
    found = home(other, dry_run=True)
    assert (shown(other, dry_run=True), reasons_of(found)["tea"]) == (before, "paused")
    put(http, 2, ends="2017-12-01")
    assert other.renew_candidates()
    assert reasons_of(home(other))["tea"] == "expired"
    http.delete(PATH)
    assert other.renew_candidates()
    assert "tea" not in reasons_of(home(other))
    assert shop.state is not other.state


def test_what_is_kept_takes_the_place_of_what_files_say_of_the_id(http: TestClient, shop: CurrentState) -> None:
    """Of the campaign `old`, which is over in the files, and again when nothing is kept any more."""
    assert reasons_of(home(shop))["old-sweets"] == "expired"
    path = "/v1/candidates/old-sweets"
    told = put(http, path=path, name="Old sweets", campaign_id="old", ends="2018-01-01")
    assert told["replaces"] == ["old"]
    assert shop.renew_candidates()
    (offer,) = [each for each in shop.state.setup.candidates.offers if each.offer_id == "old-sweets"]
    assert (offer.name, offer.value, offer.cost, offer.assumed) == ("Old sweets", 950, 40, False)
    assert "old-sweets" in shown(shop)
    assert shop.state.campaigns["old"].running(shop.state.settings.now())  # as long as it does
    assert put(http, 1, path=path, campaign_id="now")["replaces"] == ["old"]
    assert shop.renew_candidates()
    campaigns = [each.campaign_id for each in shop.state.setup.candidates.offers if each.offer_id == "old-sweets"]
    assert campaigns == ["now"]  # nothing is left of what the files say of it, though that is of another campaign
    http.delete(path)
    assert shop.renew_candidates()
    assert reasons_of(home(shop))["old-sweets"] == "expired"


def test_a_value_that_is_left_out_is_estimated_and_columns_of_ones_own_are_kept(
    http: TestClient, shop: CurrentState
) -> None:
    put(http, value=None, brand="Sun", labels=["a", "b"], weight=2.5)
    assert shop.renew_candidates()
    (offer,) = [each for each in shop.state.setup.candidates.offers if each.offer_id == "tea"]
    (drinks,) = [each for each in shop.state.setup.candidates.offers if each.offer_id == "now-drinks"]
    assert (offer.assumed, offer.cost, offer.more) == (True, 40, {"brand": "Sun", "labels": ["a", "b"], "weight": 2.5})
    assert 0 < offer.value < drinks.value  # that is for cups, too


def test_the_past_is_decided_by_what_was_kept_then(http: TestClient, shop: CurrentState) -> None:
    put(http)
    assert shop.renew_candidates()
    assert "tea" in shown(shop)
    assert "tea" not in {*shown(shop, as_of="2017-12-02"), *reasons_of(home(shop, as_of="2017-12-02"))}


def test_a_store_that_does_not_answer_leaves_the_candidates_as_they_were(
    shop: CurrentState, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> tuple[int, int]:
        raise KeyError

    state = shop.state
    monkeypatch.setattr("serving.http.current.state.last_change", broken)
    assert not shop.renew_candidates()
    assert shop.state is state
    assert [record.event for record in caplog.records] == ["candidates_not_renewed"]  # type: ignore[attr-defined]
