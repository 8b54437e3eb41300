"""Whoever is erased is hidden at once, is in no file after the next build, and does not come back with old files."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from features.config.settings import Settings
from features.evaluate.online.record import Record
from features.profiles.build import BuildResult
from features.scores.table import read_scores, writing
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.privacy.erasure import erase
from serving.store.choices.choices import Choice, add_choices
from serving.store.decisions import Decision, save_decision
from serving.store.engine import open_store, opened_store
from serving.store.erasures.exports import note_export
from serving.store.erasures.receipts import receipts
from serving.store.records import record_of
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of
from tests.serving.privacy.shop import AS_OF, TOKEN, WHO, pieces_of_record, places_with, written

KEY = f"/v1/profiles/user_id:{WHO}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = written(tmp_path)
    build(settings)
    return settings


@pytest.fixture
def http(settings: Settings) -> Iterator[TestClient]:
    state = load_state(settings, folder=settings.folder, lenient=True)
    current = CurrentState(state, lambda _: state, lambda: None)
    yield client_of(current, raise_server_exceptions=False)
    current.close()


def build(settings: Settings, *, anew: bool = False) -> BuildResult:
    return build_all(settings, as_of=AS_OF, anew=anew)


def event(name: str, who: str = WHO, **columns: object) -> Json:
    properties = {"search": TOKEN, "campaign_id": f"c-{TOKEN}", "text": f"text-{TOKEN}"}
    return {
        "type": "track",
        "messageId": name,
        "userId": who,
        "event": "Product Viewed",
        "properties": properties,
    } | columns


def send(http: TestClient, *messages: Json) -> Json:
    answer: Json = http.post("/v1/batch", json={"batch": messages}).json()
    return answer


def others(built: BuildResult) -> pl.DataFrame:
    return built.profiles.filter(pl.col("customer_id") != WHO)


def live(settings: Settings, http: TestClient) -> None:
    """Events over HTTP and a decision of the customer, and a batch that was written elsewhere."""
    assert send(http, event(f"m-{TOKEN}"), event("others", "c01", properties={}))["accepted"] == 2
    assert send(http, event(f"late-{TOKEN}", timestamp=f"at {TOKEN}"))["rejected"] == 1
    store = open_store(settings.store_url)
    context = {"page": TOKEN}
    for name, customer in (("known", WHO), ("unknown", None)):
        save_decision(store, Decision(f"{name}-{TOKEN}", AS_OF, "user_id", WHO, customer, context, {}, []))
    with store.begin() as connection:
        add_choices(connection, [Choice(f"known-{TOKEN}", WHO, AS_OF, None, "hero", 1, "tea", None, "offer")])
    with writing(settings.scores, {"lapse": 3}, as_of=AS_OF) as keep:
        keep("lapse", pl.DataFrame({"customer_id": [WHO, "c01"], "value": [0.25, 0.5], "campaign_id": [None, None]}))
    note_export(store, "postgresql://crm/scores, table scores", "scores")
    store.dispose()


def _record(settings: Settings) -> weakref.ref[Record]:
    with opened_store(settings) as store:
        record = record_of(store, WHO)
    assert record is not None
    return weakref.ref(record)


def test_the_erased_are_hidden_at_once_and_gone_after_the_next_build(settings: Settings, http: TestClient) -> None:
    live(settings, http)
    assert http.get(KEY).json()["traits"]["hobby"] == f"hobby{TOKEN}"
    assert http.get(f"{KEY}/export").json()["held"]["scores"]["rows"] == [
        {"customer_id": WHO, "model": "lapse", "version": 3, "as_of": "2024-04-01T00:00:00Z", "value": 0.25,
         "campaign_id": None},
    ]  # fmt: skip
    pieces, record = pieces_of_record(WHO, settings), _record(settings)
    assert len(pieces) > 10
    assert record() is not None  # it is kept for the next request
    receipt = http.delete(KEY).json()
    gc.collect()
    assert record() is None
    assert (receipt["status"], receipt["models"]) == ("hidden", {})
    counts = {"lake events": 18, "lake customers": 1, "lake snapshots": 1, "records": 1, "event_log": 1, "decisions": 2}
    counts |= {"scores": 1, "lake identifications": 0, "identity": 0, "sightings": 0, "households": 0, "rulings": 0}
    counts |= {"rejected": 1, "choices": 1, "segments": 0}
    assert receipt["counts"] == counts
    assert list(receipt["elsewhere"]) == ["postgresql://crm/scores, table scores"]
    for asked in ({}, {"as_of": "2024-03-01"}):  # by the record, and by the lake, which still holds them
        assert error_of(http.get(KEY, params=asked))["code"] == "unknown_customer"
    assert http.delete(KEY).json() == receipt
    build(settings)
    assert places_with(TOKEN, settings.home) == []
    store = b"".join(file.read_bytes() for file in settings.home.glob("store.db*"))
    assert [piece for piece in pieces if piece in store] == []
    assert read_scores(settings.scores).select("customer_id", "value").collect().rows() == [("c01", 0.5)]
    (done,) = receipts(open_store(settings.store_url))
    assert (done.erasure_id, done.status, dict(done.counts)) == (receipt["erasure_id"], "erased", counts)
    assert http.delete(KEY).json()["erasure_id"] == receipt["erasure_id"]


@pytest.mark.parametrize("anew", [False, True])
def test_the_others_profiles_are_what_they_were(settings: Settings, anew: bool) -> None:  # noqa: FBT001
    before = build(settings)
    assert places_with(TOKEN, settings.home)
    erase(settings, [WHO])
    after = build(settings, anew=anew)
    assert after.profiles.equals(others(before), null_equal=True)
    assert places_with(TOKEN, settings.home) == []


def test_old_files_do_not_bring_the_erased_back(settings: Settings) -> None:
    erase(settings, [WHO])
    build(settings)
    rebuilt = build(settings, anew=True)  # the old files are still there
    refused = {source.name: source.rejected for source in rebuilt.report.sources}
    assert refused["orders"] == {"erased": 10}  # one of them a row that would be rejected anyway
    assert refused["people"] == {"erased": 1}
    assert places_with(TOKEN, settings.home) == []
    assert not (settings.rejects / "orders.csv").exists()


def test_what_happened_before_is_refused_at_the_door_and_what_happens_later_is_not(
    settings: Settings, http: TestClient
) -> None:
    erase(settings, [WHO])
    old = event("old", timestamp="2024-03-01T00:00:00Z")
    new = event("new", properties={})
    other = event("other", "c01", timestamp="2024-03-01T00:00:00Z", properties={})
    answer = send(http, old, other, new)
    assert [(one["status"], one["code"]) for one in answer["results"]] == [
        ("rejected", "erased"), ("accepted", None), ("accepted", None),
    ]  # fmt: skip
    assert http.get(KEY).json()["traits"] == {}  # who comes back begins anew
    erase(settings, [WHO], suppress=True)
    assert send(http, event("newer", properties={}))["results"][0]["code"] == "erased"


def test_an_erasure_during_a_build_stays_hidden_and_is_done_by_the_next(settings: Settings, http: TestClient) -> None:
    live(settings, http)

    def progress(step: str, done: int, _: int) -> None:
        if step == "profiles" and done == 0 and not receipts(store):
            erase(settings, [WHO])

    store = open_store(settings.store_url)
    build_all(settings, as_of=AS_OF, anew=True, progress=progress)
    if not receipts(store):
        erase(settings, [WHO])
    assert receipts(store)[0].status == "hidden"
    assert error_of(http.get(KEY))["code"] == "unknown_customer"
    build(settings)
    assert receipts(store)[0].status == "erased"
    store.dispose()
    assert places_with(TOKEN, settings.home) == []


def test_while_somebody_reads_the_database_the_receipt_says_pending(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.store.erasures.vacuum.ATTEMPTS", 1)
    erase(settings, [WHO])
    store, reader = open_store(settings.store_url), open_store(settings.store_url)
    with reader.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT count(*) FROM records").one()
        build(settings)
        assert [receipt.status for receipt in receipts(store)] == ["pending"]
    reader.dispose()
    build(settings)
    assert [receipt.status for receipt in receipts(store)] == ["erased"]
    store.dispose()
    assert places_with(TOKEN, settings.home) == []
