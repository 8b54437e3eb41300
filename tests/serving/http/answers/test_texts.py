"""Texts over HTTP, and answers in the company's language."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from features.texts.catalogue import LANGUAGES
from serving.decisions.eligibility.checks import OF_THE_CHOICE, REASONS
from serving.http.current.state import CurrentState, load_state
from serving.http.reception.envelope import CODES, STATUS
from serving.scoring import model_scores
from serving.scoring.batches.batch import scores
from serving.scoring.champions import CARRIED, save_lineup
from tests.serving.clients import client_of
from tests.serving.http.errors import error_of


@pytest.fixture(scope="module")
def swedish(current: CurrentState, tmp_path_factory: pytest.TempPathFactory) -> CurrentState:
    """The shop, whose language is Swedish, with its models carried along."""
    folder, settings = tmp_path_factory.mktemp("swedish"), current.state.settings
    save_lineup(current.state.required_lineup(), folder / CARRIED)
    carried = settings.serving.model_copy(update={"models": "carried"})
    settings = settings.model_copy(update={"language": "sv", "serving": carried})
    state = load_state(settings, current.state.store, folder=folder)
    return CurrentState(state, lambda _: state, lambda: None)


def test_all_texts_of_a_language_are_told_by_code(http: TestClient) -> None:
    told = http.get("/v1/texts", params={"lang": "sv"}).json()
    assert (told["language"], told["languages"], told["texts"]) == ("sv", ["en", "sv"], LANGUAGES["sv"])
    assert http.get("/v1/texts").json()["texts"]["expired"] == "It ended at {ends}."


def test_an_unknown_language_is_refused_with_those_there_are(http: TestClient) -> None:
    got = http.get("/v1/texts", params={"lang": "fi"})
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == (422, "unknown_language", "lang")
    assert error_of(got)["message"] == "Unknown language 'fi'. Known: en, sv."


@pytest.mark.parametrize(
    ("asked", "told", "params"),
    [
        (
            "GET /v1/profiles/user_id:nobody",
            "Ingen kund med user_id ”nobody” är känd vid den tidpunkten.",
            {"id_type": "user_id", "id": "nobody"},
        ),
        (
            "GET /v1/nothing",
            "GET /v1/nothing: här finns ingenting. Se /docs för vad som finns.",
            {"method": "GET", "path": "/v1/nothing", "reason": "Not Found"},
        ),
        (
            "POST /v1/scores",
            "customers måste vara en lista.",
            {"case": "list_type", "at": "customers", "reason": "Input should be a valid list", "more": 0},
        ),
    ],
)
def test_errors_are_told_in_the_companys_language_with_their_parameters(
    swedish: CurrentState, asked: str, told: str, params: dict[str, object]
) -> None:
    method, path = asked.split()
    error = error_of(client_of(swedish).request(method, path, json={"customers": "1"}))
    assert (error["message"], error["params"]) == (told, params)


def test_the_error_of_one_customer_among_several_has_the_same_shape(swedish: CurrentState) -> None:
    one, unknown = client_of(swedish).post("/v1/scores", json={"customers": ["1", "x"]}).json()["scores"]
    assert "error" not in one
    message = "Ingen kund med user_id ”x” är känd vid den tidpunkten."
    params = {"id_type": "user_id", "id": "x"}
    assert unknown["error"] == {"code": "unknown_customer", "params": params, "message": message, "field": "id"}


def test_a_verdict_on_a_message_is_told_in_the_companys_language_with_its_parameters(swedish: CurrentState) -> None:
    sent = {"type": "track", "event": "Order Completed", "messageId": "sv", "userId": "1", "properties": {"total": "x"}}
    for path, body in (("/v1/batch", {"batch": [sent]}), ("/v1/track", sent)):
        told = client_of(swedish).post(path, json=body).json()
        refused = told["results"][0] if path == "/v1/batch" else told["error"]
        assert (refused["code"], refused["field"]) == ("bad_amount", "properties.total")
        assert refused["params"] == {"at": "properties.total", "value": "'x'"}
        assert refused["message"] == "properties.total måste vara ett belopp, inte 'x'."


def test_every_code_of_an_answer_has_a_text() -> None:
    english = LANGUAGES["en"]
    assert {*REASONS, *OF_THE_CHOICE} <= set(english)
    silent = {model_scores.NO_EVENTS, model_scores.NO_MODEL, model_scores.OTHER_FEATURES}
    assert {f"no_score.{code}" for code in silent | {"outside_population", "not_contacted", "no_consent"}} == {
        code for code in english if code.startswith("no_score.")
    }
    assert {f"error.{code}" for code in (*STATUS, *CODES.values())} <= set(english)


def test_reasons_are_in_the_companys_language_over_http_and_in_batches(swedish: CurrentState) -> None:
    (one,) = client_of(swedish).post("/v1/scores", json={"customers": ["1"]}).json()["scores"]
    texts = [reason["text"] for reason in one["models"]["redemption"]["reasons"]]
    (row,) = scores(
        swedish.state.settings, ["1"], as_of=swedish.state.settings.now(), lineup=swedish.state.lineup
    ).to_dicts()
    assert [reason["text"] for reason in row["redemption_reasons"]] == texts
    assert any("kampanjen" in text for text in texts)


def test_decisions_are_explained_in_the_companys_language(swedish: CurrentState) -> None:
    http = client_of(swedish)
    asked: dict[str, Any] = {"profile": {"id": "1"}, "placements": [{"id": "a"}, {"id": "b"}]}
    first, second = http.post("/v1/decisions", json=asked).json()["placements"]
    details = {each["reason"]: each["offers"][0]["detail"] for each in (*first["excluded"], *second["excluded"])}
    assert details["expired"] == "Det gick ut 2017-07-06 00:00 UTC."
    assert details["shown_elsewhere"] == "Det visas på platsen a."
    assert "," in details["outranked"]  # the mark before decimals
    assert "." not in details["outranked"].removesuffix(".")
    assert "erbjudandets produkter" in first["items"][0]["reasons"][0]["text"]
    (unknown,) = http.post("/v1/decisions", json={"profile": {"id": "nobody"}}).json()["placements"][0]["items"]
    assert unknown["reasons"][0]["text"] == "Ingen är känd under den här identiteten."
