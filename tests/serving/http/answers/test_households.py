"""Households over HTTP: told by the build, moved on with each message, and never counting who is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from features.config.settings import Settings, read_settings
from features.identity.households.household import household_id
from features.identity.rulings import Ruling
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.store.engine import open_store
from serving.store.people.rulings import add_ruling
from tests.serving.clients import client_of

YAML = """
name: Tea shop
clock: 2024-06-30
sources:
  orders: {from: orders.csv, kind: order, columns: {id: who, time: day, value: paid}}
  people: {table: customers, from: people.csv, columns: {customer_id: who, street: street, zip: zip}}
identity: {household: [street, zip]}
consent: {default: allowed, purposes: {profiling: {basis: interest, gates: [profiles]}}}
serving: {models: carried}
"""
HOME, AWAY = household_id(["high street 1", "10"]), household_id(["mill lane 2", "10"])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    orders = [f"{who},2024-0{month}-1{n},5" for n, who in enumerate(("ada", "bob", "cyd", "dan")) for month in (3, 4)]
    (tmp_path / "orders.csv").write_text("\n".join(["who,day,paid", *orders, ""]))
    rows = ["ada,High Street 1,10", "bob,high street  1,10", "cyd,High Street 1,10", "dan,Mill Lane 2,10"]
    (tmp_path / "people.csv").write_text("\n".join(["who,street,zip", *rows, ""]))
    (tmp_path / "stamkund.yaml").write_text(YAML)
    return read_settings(tmp_path / "stamkund.yaml")


def build(settings: Settings) -> dict[str, tuple[str | None, int | None]]:
    built = build_all(settings, as_of=settings.now())
    assert not [name for name in built.feature_set.names if "household" in name]  # nothing that a model learns from
    rows = built.profiles.select("customer_id", "household_id", "household_people").iter_rows()
    return {customer: (home, people) for customer, home, people in rows}


@pytest.fixture
def http(settings: Settings) -> Iterator[TestClient]:
    build(settings)
    state = load_state(settings, folder=settings.folder, lenient=True)
    current = CurrentState(state, lambda _: state, lambda: None)
    yield client_of(current, raise_server_exceptions=False)
    current.close()


def say(http: TestClient, name: str, **message: object) -> None:
    got = http.post("/v1/batch", json={"batch": [{"messageId": name, "timestamp": "2024-06-29T09:00:00Z"} | message]})
    assert got.json()["accepted"] == 1, got.json()


def homes(http: TestClient, *, as_of: str | None = None) -> dict[str, tuple[str, int] | None]:
    found = dict[str, tuple[str, int] | None]()
    for who in ("ada", "bob", "cyd", "dan"):
        got = http.get(f"/v1/profiles/user_id:{who}", params={"as_of": as_of} if as_of else {}).json()
        home = got.get("household")
        found[got.get("customer_id", who)] = home and (home["id"], home["people"])
    return found


def built(settings: Settings) -> dict[str, tuple[str, int] | None]:
    return {who: (home, people) if home and people else None for who, (home, people) in build(settings).items()}


def test_households_are_those_of_the_build_and_move_on_with_each_message(settings: Settings, http: TestClient) -> None:
    three = {"ada": (HOME, 3), "bob": (HOME, 3), "cyd": (HOME, 3), "dan": (AWAY, 1)}
    assert homes(http) == three
    say(http, "m1", type="identify", userId="bob", traits={"street": "Mill Lane 2"})
    moved = {"ada": (HOME, 2), "bob": (AWAY, 2), "cyd": (HOME, 2), "dan": (AWAY, 2)}
    assert homes(http) == moved == built(settings)
    assert homes(http, as_of="2024-06-01") == three  # he lived there then
    assert homes(http, as_of="2024-03-12") == {"ada": (HOME, 2), "bob": (HOME, 2), "cyd": None, "dan": None}


def test_who_turns_out_to_be_one_person_counts_once(settings: Settings, http: TestClient) -> None:
    say(http, "m1", type="alias", userId="ada", previousId="cyd")
    assert homes(http) == {"ada": (HOME, 2), "bob": (HOME, 2), "dan": (AWAY, 1)} == built(settings)


def test_who_is_parted_again_by_a_later_message_lives_somewhere_at_once(settings: Settings, http: TestClient) -> None:
    say(http, "m1", type="alias", userId="ada", previousId="dan")
    one = {"ada": (HOME, 3), "bob": (HOME, 3), "cyd": (HOME, 3)}
    assert homes(http) == one
    store = open_store(settings.store_url)
    add_ruling(store, Ruling(settings.now(), "split", ("ada", "dan"), "Bo", "two people"))
    store.dispose()
    assert homes(http) == one  # a ruling takes effect with the next build, or message about them
    say(http, "m2", type="page", userId="ada", anonymousId="f00")
    apart = {"ada": (HOME, 3), "bob": (HOME, 3), "cyd": (HOME, 3), "dan": (AWAY, 1)}
    assert homes(http) == apart == built(settings)


def test_what_is_said_while_a_build_runs_counts_after_it(settings: Settings, http: TestClient) -> None:
    def progress(step: str, done: int, total: int) -> None:
        if step == "records" and done == total:
            say(http, "m1", type="identify", userId="bob", traits={"street": "Mill Lane 2"})

    moved = {"ada": (HOME, 2), "bob": (AWAY, 2), "cyd": (HOME, 2), "dan": (AWAY, 2)}
    build_all(settings, as_of=settings.now(), anew=True, progress=progress)
    assert homes(http) == moved == built(settings)


def test_consent_stays_everybodys_own(settings: Settings, http: TestClient) -> None:
    said = {"purpose": "profiling", "status": "withdrawn"}
    say(http, "m1", type="track", userId="cyd", event="Consent", properties=said)
    left = {"ada": (HOME, 2), "bob": (HOME, 2), "dan": (AWAY, 1)}
    assert homes(http) == homes(http, as_of="2024-06-01") == left | {"cyd": None}  # of past moments too
    assert built(settings) == left


def test_the_erased_are_counted_no_more(settings: Settings, http: TestClient) -> None:
    (row,) = http.get("/v1/profiles/user_id:cyd/export").json()["held"]["households"]["rows"]
    assert row == {"customer_id": "cyd", "id": HOME, "people": 3}
    assert http.delete("/v1/profiles/user_id:cyd").json()["counts"]["households"] == 1
    left = {"ada": (HOME, 2), "bob": (HOME, 2), "dan": (AWAY, 1)}
    assert homes(http) == homes(http, as_of="2024-06-01") == left | {"cyd": None}
    assert built(settings) == left
