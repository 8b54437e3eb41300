"""Decisions for many: the same as over HTTP for each, exact about what is limited, and none of them twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from features.config.sections.consent import ConsentSettings
from features.errors import StamkundError
from features.privacy.rules import ConsentRules
from serving.batches.batch import Batch
from serving.batches.chunk import Deciding
from serving.http.answers.requests import DecisionRequest, PlacementRequest
from serving.http.current.state import CurrentState, State
from serving.store.engine import open_store
from serving.store.tables.schema import CHOICES, DECISIONS, TOTALS
from tests.serving.clients import client_of
from tests.serving.http.answers.test_declared_decisions import declared
from tests.serving.http.errors import Json
from tests.serving.shop import keep_records

SOME = [str(customer) for customer in range(24)]
DECLARED: Json = {
    "rules": {"grown_up": {"when": 'traits.age == "old"', "about": 'candidate.offer_id == "side-sweets"'}},
    "caps": {
        "few_sweets": {"limit": 7, "each": "offer", "scope": "total"},
        "one_campaign": {"limit": 1, "each": "campaign"},
    },
    "budgets": {"launch": {"amount": 4, "campaign": "now"}},
    "arbitration": {"uplift": {"lapse": {"campaign": "side"}}},  # as if that model told what showing it changes
    "exploration": {"share": 0.5, "width": 3},
    "control": {"likely": {"share": 0.2, "gets": "propensity"}, "quiet": {"share": 0.2, "gets": "nothing"}},
    "placements": {"home": {"count": 2}, "side": {}},
}


def batch_of(state: State, *, name: str = "spring", keep: bool = True, context: Json | None = None) -> Batch:
    places = [PlacementRequest(id="home"), PlacementRequest(id="side")]
    request = DecisionRequest(context=dict(context or {"channel": "web"}), placements=places)
    return Batch(state, request, name, keep=keep, chunk=5)


def rows(state: State, table: sa.Table, *ignored: str) -> list[tuple[object, ...]]:
    columns = [column for column in table.columns if column.name not in ignored]
    with state.store.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.select(*columns)))


def emptied(state: State) -> None:
    with state.store.begin() as connection:
        for table in (CHOICES, TOTALS, DECISIONS):
            connection.execute(sa.delete(table))


def over_http(state: State, customers: Sequence[str]) -> list[Json]:
    http = client_of(CurrentState(state, lambda _: state, lambda: None), raise_server_exceptions=False)
    places = [{"id": "home"}, {"id": "side"}]
    asked = {"request_id": "spring", "context": {"channel": "web"}, "placements": places, "explain": "none"}
    return [http.post("/v1/decisions", json={**asked, "profile": {"id": each}}).json() for each in customers]


def test_each_decision_is_the_one_over_http(own: CurrentState, tmp_path: Path) -> None:
    state = declared(own.state, DECLARED)
    answers = over_http(state, SOME)
    by_http = [rows(state, table, "seq") for table in (CHOICES, TOTALS, DECISIONS)]
    emptied(state)
    batch_of(state).write(tmp_path / "d.parquet", "", SOME)
    # All that was decided from is in the rows: what each candidate failed, scores, choices with their probabilities.
    assert [rows(state, table, "seq") for table in (CHOICES, TOTALS, DECISIONS)] == by_http
    written = pl.read_parquet(tmp_path / "d.parquet").to_dicts()
    shown = [
        (answer["decision_id"], place["id"], item)
        for answer in answers
        for place in answer["placements"]
        for item in place["items"]
    ]
    names = (
        "offer_id", "campaign_id", "name", "is_fallback", "score", "propensity", "uplift", "expected_value", "value",
        "cost",
    )  # fmt: skip
    assert [
        (row["decision_id"], row["placement"], [row[name] for name in names], row["probability"]) for row in written
    ] == [(id_, place, [item[name] for name in names], item["probability"]) for id_, place, item in shown]
    assert {row["arm"] for row in written} == {None, "likely", "quiet"}
    assert {row["is_fallback"] for row in written} == {True, False}
    by_uplift = {row["campaign_id"] for row in written if row["uplift"] is not None and row["arm"] != "likely"}
    assert by_uplift == {"side"}


def test_what_was_decided_is_told_again_and_not_decided_twice(own: CurrentState, tmp_path: Path) -> None:
    state = declared(own.state, DECLARED)
    batch_of(state).look(SOME[:8])  # as far as it came before it was killed
    kept = rows(state, CHOICES)
    again = batch_of(state)
    again.write(tmp_path / "whole.parquet", "", SOME)
    assert (again.customers, again.repeated) == (24, 8)
    assert rows(state, CHOICES)[: len(kept)] == kept
    third = batch_of(state)
    third.write(tmp_path / "third.parquet", "", SOME)
    assert third.repeated == 24
    assert pl.read_parquet(tmp_path / "third.parquet").equals(pl.read_parquet(tmp_path / "whole.parquet"))
    with pytest.raises(StamkundError, match="other placements") as refused:
        batch_of(state, context={"channel": "app"}).look(SOME)
    assert refused.value.code == "other_batch"


def test_a_dry_run_counts_what_a_batch_comes_to_and_keeps_nothing(own: CurrentState) -> None:
    state = declared(own.state, {"caps": {"three": {"limit": 3, "each": "offer", "scope": "total"}}})
    look, batch = batch_of(state, keep=False), batch_of(state)
    look.look([*SOME, "nobody"])
    assert [rows(state, table) for table in (CHOICES, TOTALS, DECISIONS)] == [[], [], []]
    assert look.unknown == ["nobody"]
    batch.look(SOME)
    assert (look.tally.offers, look.tally.outcomes) == (batch.tally.offers, batch.tally.outcomes)
    assert look.tally.excluded == batch.tally.excluded
    assert max(look.tally.offers.values()) == 3  # what customers before would have taken counts
    chosen = Counter(offer for *_, offer, _, _, _, _ in rows(state, CHOICES, "seq"))
    assert chosen == batch.tally.offers
    assert look.tally.excluded["cap:three"]["customers"] > 0


@pytest.fixture
def anywhere(current: CurrentState, store_url: str) -> Iterator[State]:
    """The shop with a store of its own, of each kind in turn."""
    settings = current.state.settings.model_copy(update={"store": store_url})
    keep_records(current.state.lake, settings)
    state = replace(current.state, settings=settings, store=open_store(settings.store_url))
    yield state
    state.store.dispose()


def test_what_others_take_meanwhile_is_chosen_again(anywhere: State, monkeypatch: pytest.MonkeyPatch) -> None:
    state = declared(anywhere, {"caps": {"three": {"limit": 3, "each": "offer", "scope": "total"}}})
    planned, taken = Deciding._planned, list[bool]()

    def meanwhile(self: Deciding, *arguments: Any) -> Any:
        """Another batch decides between the planning of the first chunk and its reservation."""
        plans = planned(self, *arguments)
        if not taken:
            taken.append(True)
            batch_of(state, name="other").look(SOME[12:])
        return plans

    monkeypatch.setattr(Deciding, "_planned", meanwhile)
    batch_of(state).look(SOME[:12])
    chosen = Counter(offer for *_, offer, _, _, _, _ in rows(state, CHOICES, "seq"))
    assert set(chosen.values()) == {3}
    assert {used for *_, used in rows(state, TOTALS)} == {3}
    assert len(rows(state, DECISIONS)) == 24
    everybody = batch_of(state)
    everybody.look()
    assert (everybody.customers, everybody.repeated) == (80, 12)


def test_everybody_is_in_the_table_once(own: CurrentState, tmp_path: Path) -> None:
    state = declared(own.state, {"placements": {"home": {}, "side": {}}})
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    batch = batch_of(state)
    told = batch.write(url, "offers")
    assert told == f"{url}, table offers"
    with sa.create_engine(url).connect() as connection:
        found = connection.execute(sa.text("SELECT customer_id, placement, as_of FROM offers")).all()
    assert (batch.customers, len(found)) == (80, len(set(found)))
    assert {row.customer_id for row in found} == {str(customer) for customer in range(80)}


def test_consent_keeps_away_as_over_http_and_from_what_is_written(own: CurrentState, tmp_path: Path) -> None:
    purposes = {"sharing": {"basis": "interest", "gates": ["exports"]}, "sms": {"channel": "sms"}}
    consent = ConsentSettings.model_validate({"purposes": purposes})
    settings = own.state.settings.model_copy(update={"consent": consent})
    state = replace(own.state, settings=settings, rules=ConsentRules(consent))
    http = client_of(CurrentState(state, lambda _: state, lambda: None), raise_server_exceptions=False)
    for user, purpose, status in (("3", "sharing", "denied"), ("5", "sms", "granted")):
        sent = {"messageId": user, "userId": user, "event": "Consent"}
        said = {"properties": {"purpose": purpose, "status": status}}
        assert http.post("/v1/track", json=sent | said).json()["accepted"] == 1
    batch = batch_of(state, context={"channel": "sms"})
    batch.write(tmp_path / "d.parquet", "", ["3", "4", "5"])
    assert (batch.customers, batch.left_out) == (2, 1)  # 3 has no decision: it could not be handed on
    assert batch.tally.outcomes["no_permission"] == 1
    assert {row["customer_id"] for row in pl.read_parquet(tmp_path / "d.parquet").to_dicts()} == {"5"}
    asked = {"request_id": "spring", "profile": {"id": "4"}, "context": {"channel": "sms"}}
    answer = http.post("/v1/decisions", json={**asked, "placements": [{"id": "home"}, {"id": "side"}]}).json()
    assert (answer["is_repeated"], [place["items"] for place in answer["placements"]]) == (True, [[], []])


def test_a_table_keeps_the_rows_of_other_batches(anywhere: State) -> None:
    state, url = declared(anywhere, DECLARED), anywhere.settings.store_url
    for name, some in (("spring", SOME[:4]), ("summer", SOME[4:7]), ("spring", SOME[:6])):
        batch_of(state, name=name).write(url, "offers", some, append=True)
    told = pl.read_database("SELECT * FROM offers", state.store)
    shown = told.filter(pl.col("batch") == "spring")
    assert set(told["batch"]) == {"spring", "summer"}
    assert set(shown["customer_id"]) == set(SOME[:6])
    assert not shown.select("decision_id", "placement", "position").is_duplicated().any()
    assert {str(moment)[:19] for moment in told["as_of"]} == {"2017-12-03 00:00:00"}
    assert {bool(each) for each in told["is_fallback"]} == {True, False}
    with pytest.raises(StamkundError, match="Only a table"):
        batch_of(state).write("decisions.parquet", "", SOME, append=True)
