"""Who is one person, over HTTP: known at the next request in every worker, and the same after the next build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.lake import Lake
from features.profiles.records import records
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.store.engine import open_store
from serving.store.people.joined_records import person_record
from tests.features.shops import Shop
from tests.serving.clients import client_of
from tests.serving.store.visits import ids

NOW = 17_500 * 86_400_000_000  # 2017-11-30
DAY = "2017-11-29T{}:00:00Z"


def say(http: TestClient, name: str, hour: int = 10, **message: object) -> None:
    sent = {"type": "track", "event": "Product Viewed", "messageId": name, "timestamp": DAY.format(f"{hour:02}")}
    got = http.post("/v1/batch", json={"batch": [sent | message]}).json()
    assert got["accepted"] == 1, got


def profile(http: TestClient, key: str) -> tuple[object, object]:
    got = http.get(f"/v1/profiles/{key}").json()
    return got.get("customer_id"), got.get("traits")


@pytest.fixture
def workers(own: CurrentState) -> Iterator[list[TestClient]]:
    """Two workers of one shop, each with its own connections to one store."""
    settings = own.state.settings.model_copy(update={"identity": IdentitySettings()})
    states = [replace(own.state, settings=settings, store=open_store(settings.store_url)) for _ in range(2)]
    yield [client_of(CurrentState(state, lambda _: own.state, lambda: None)) for state in states]
    for state in states:
        state.store.dispose()


def test_who_logs_in_is_known_by_every_identifier_at_the_next_request_in_every_worker(
    workers: list[TestClient],
) -> None:
    here, there = workers
    said = {"products": [{"product_id": "tea", "price": 4}]}
    say(here, "m1", 9, anonymousId="f00", event="Order Completed", properties=said)
    assert profile(there, "anonymous_id:f00") == (None, None)  # a visitor by themselves is no customer
    before = there.get("/v1/profiles/user_id:3").json()["features"]["orders_all"]
    say(here, "m2", 11, type="identify", userId="3", anonymousId="f00", traits={"email": "Anna@X.se", "name": "Anna"})
    for key in ("user_id:3", "anonymous_id:f00", "email:anna@x.se", "email:ANNA@x.se"):
        answer = there.get(f"/v1/profiles/{key}").json()
        assert (answer["customer_id"], answer["traits"]["name"]) == ("3", "Anna")
        assert answer["features"]["orders_all"] == before + 1
    asked = {"profiles": [{"id_type": "email", "id": "anna@x.se"}, {"id": "3"}, {"id_type": "anonymous_id", "id": "x"}]}
    first, second, third = there.post("/v1/scores", json=asked).json()["scores"]
    assert first["churn_probability"] == second["churn_probability"] is not None
    assert third["error"]["code"] == "unknown_customer"
    decided = there.post("/v1/decisions", json={"profile": {"id_type": "anonymous_id", "id": "f00"}}).json()
    plain = there.post("/v1/decisions", json={"profile": {"id": "3"}}).json()
    assert decided["placements"] == plain["placements"]


def test_the_next_user_of_a_device_does_not_inherit_what_was_done_on_it(workers: list[TestClient]) -> None:
    here, there = workers
    said = {"products": [{"product_id": "tea", "price": 4}]}
    before = {user: here.get(f"/v1/profiles/user_id:{user}").json()["features"]["orders_all"] for user in "34"}
    say(here, "n1", 8, anonymousId="shared", event="Order Completed", properties=said)
    say(here, "n2", 9, userId="3", anonymousId="shared")
    say(there, "n3", 10, userId="4", anonymousId="shared")
    say(there, "n4", 11, anonymousId="shared", event="Order Completed", properties=said)
    after = {user: here.get(f"/v1/profiles/user_id:{user}").json()["features"]["orders_all"] for user in "34"}
    assert (after["3"], after["4"]) == (before["3"] + 1, before["4"])
    assert profile(here, "anonymous_id:shared") == (None, None)


def test_an_alias_keeps_old_ids_resolving(workers: list[TestClient]) -> None:
    here, there = workers
    say(here, "o1", 9, userId="old")
    say(here, "o2", 10, type="alias", userId="5", previousId="old")
    assert profile(there, "user_id:old")[0] == "5"


@pytest.fixture
def settings(tmp_path: Path, store_url: str) -> Settings:
    shop = Shop.open(tmp_path)
    visits = [("", "2", f"2017-02-{1 + n % 28:02}T{n % 24:02}:30", "visit", "", "", "1", "") for n in range(60)]
    shop.write("plain", "1", *visits)
    return shop.settings(store=store_url, identity=IdentitySettings())


def test_a_build_says_of_everybody_what_was_said_live(settings: Settings, tmp_path: Path) -> None:
    build_all(settings, as_of=NOW)
    fixed = settings.model_copy(update={"clock": None})
    state = load_state(fixed, folder=tmp_path, lenient=True)
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    say(http, "a", 1, anonymousId="f00")
    say(http, "b", 2, anonymousId="f00", context={"traits": {"email": "a@x.se"}})
    say(http, "c", 3, userId="2", anonymousId="f00")
    say(http, "d", 4, userId="9", anonymousId="f00")
    say(http, "e", 5, anonymousId="f00")
    say(http, "f", 6, type="identify", userId="9", traits={"email": "nine@x.se", "name": "Nine"})
    keys = ("user_id:2", "user_id:9", "email:a@x.se", "email:nine@x.se", "anonymous_id:f00")
    live = {key: profile(http, key) for key in keys}
    assert [whose for whose, _ in live.values()] == ["2", "9", "2", "9", None]
    held = {customer: person_record(state.store, customer) for customer in "29"}
    build_all(settings, as_of=NOW)
    assert {key: profile(http, key) for key in keys} == live
    told = dict(records(Lake(settings.lake), as_of=NOW))
    for customer, record in held.items():
        now = person_record(state.store, customer)
        assert record is not None and now is not None
        assert now.pack() == told[customer].pack()
        assert ids(now) == ids(record)
    say(http, "g", 7, anonymousId="f11")
    say(http, "h", 8, userId="2", anonymousId="f11")
    assert profile(http, "anonymous_id:f11")[0] == "2"
    state.store.dispose()
