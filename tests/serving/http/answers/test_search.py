"""Who somebody is, by an identifier of any type."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from features.config.sections.consent import ConsentSettings
from features.config.sections.identity import IdentitySettings
from features.moments import iso
from features.privacy.rules import ConsentRules
from serving.http.current.state import CurrentState
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of
from tests.serving.shop import NOW

TYPES = {"user_id": {}, "email": {}, "phone": {"region": "SE"}, "card": {}, "anonymous_id": {}}
CONSENT = ConsentSettings.model_validate({"purposes": {"profiling": {"basis": "interest", "gates": ["profiles"]}}})
ANNA: Json = {
    "type": "identify", "messageId": "s1", "userId": "3", "anonymousId": "f00", "traits": {"email": "Anna@X.se"},
    "context": {"externalIds": [{"type": "phone", "id": "070-123 45 67"}, {"type": "card", "id": "0701234567"}]},
}  # fmt: skip
HERS = [("user_id", "3"), ("anonymous_id", "f00"), ("email", "anna@x.se"), ("card", "0701234567")]


@pytest.fixture
def http(own: CurrentState) -> TestClient:
    """A shop that knows people by five types of identifiers and by what they allow, and Anna."""
    identity = IdentitySettings.model_validate({"types": TYPES})
    settings = own.state.settings.model_copy(update={"identity": identity, "consent": CONSENT})
    state = replace(own.state, settings=settings, rules=ConsentRules(CONSENT))
    client = client_of(CurrentState(state, lambda _: state, lambda: None))
    say(client, ANNA)
    return client


def say(http: TestClient, *messages: Json) -> None:
    stamp = {"timestamp": iso(NOW - 1)}
    assert http.post("/v1/batch", json={"batch": [stamp | each for each in messages]}).json()["accepted"]


def found(http: TestClient, identifier: str, **more: str) -> list[Json]:
    people: list[Json] = http.get("/v1/profiles", params={"identifier": identifier, **more}).json()["people"]
    return people


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("3", ["user_id"]),
        (" ANNA@x.se", ["email"]),
        ("email:anna@x.se", ["email"]),
        ("f00", ["anonymous_id"]),
        ("+46 (0)70 123 45 67", ["phone"]),
        ("0701234567", ["phone", "card"]),
    ],
)
def test_a_person_is_found_by_any_identifier_however_it_is_written(
    http: TestClient, text: str, types: list[str]
) -> None:
    (anna,) = found(http, text)
    assert (anna["customer_id"], anna["matched"], anna["no_identifiers"]) == ("3", types, None)
    told = [(each["id_type"], each["id"]) for each in anna["identifiers"]]
    assert set(HERS) < set(told)
    assert len(told) == 5  # her phone too


def test_one_text_may_mean_several_people_unless_its_type_is_told(http: TestClient) -> None:
    say(http, {"type": "identify", "messageId": "s2", "userId": "f00", "traits": {"plan": "gold"}})
    assert [(one["customer_id"], one["matched"]) for one in found(http, "f00")] == [
        ("3", ["anonymous_id"]),
        ("f00", ["user_id"]),
    ]
    assert [one["customer_id"] for one in found(http, "f00", id_type="user_id")] == ["f00"]


def test_an_old_id_means_the_person_that_it_became(http: TestClient) -> None:
    say(http, {"type": "identify", "messageId": "s3", "userId": "old", "traits": {"plan": "gold"}})
    assert [one["customer_id"] for one in found(http, "old")] == ["old"]
    say(http, {"type": "alias", "messageId": "s4", "previousId": "old", "userId": "3"})
    (anna,) = found(http, "old")
    assert anna["customer_id"] in {"3", "old"}
    assert found(http, "anna@x.se")[0]["customer_id"] == anna["customer_id"]


def test_nobody_is_found_by_what_nobody_has_nor_after_an_erasure(http: TestClient) -> None:
    assert found(http, "anna@x.s") == []
    assert http.delete("/v1/profiles/user_id:3").status_code == 200
    assert [found(http, text) for text in ("3", "anna@x.se", "f00", "0701234567")] == [[], [], [], []]


def test_of_a_person_who_does_not_allow_profiles_no_other_identifier_is_told(http: TestClient) -> None:
    said = {"type": "track", "event": "Consent", "properties": {"purpose": "profiling", "status": "withdrawn"}}
    say(http, {"messageId": "s5", "userId": "3", **said})
    (anna,) = found(http, "anna@x.se")
    assert anna == {"customer_id": "3", "matched": ["email"], "identifiers": None, "no_identifiers": "no_consent"}


def test_without_identity_an_identifier_means_the_customer_of_its_own(own: CurrentState) -> None:
    http = client_of(own)
    assert [(one["customer_id"], one["matched"], one["identifiers"]) for one in found(http, "1")] == [
        ("1", ["user_id"], [{"id_type": "user_id", "id": "1"}])
    ]
    assert found(http, "anonymous_id:f00") == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"identifier": "3", "id_type": "emial"}, ("unknown_id_type", "id_type")),
        ({"identifier": ""}, ("invalid_request", "identifier")),
        ({}, ("invalid_request", "identifier")),
        ({"identifier": "\0"}, ("invalid_request", "identifier")),
    ],
)
def test_what_is_no_identifier_is_refused(http: TestClient, asked: dict[str, str], told: tuple[str, str]) -> None:
    got = http.get("/v1/profiles", params=asked)
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == (422, *told)
