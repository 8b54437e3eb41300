"""The identifiers of the erased go from the rows of others too, at both doors, and do not come back with old ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from features.config.settings import Settings
from features.identity.rulings import Ruling
from features.lake import Lake
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.privacy.erasure import erase
from serving.store.engine import open_store
from serving.store.erasures.receipts import receipts
from serving.store.people.rulings import add_ruling
from serving.store.records import record_of
from tests.serving.clients import client_of
from tests.serving.http.errors import Json
from tests.serving.privacy.shop import AS_OF, SOURCES, TOKEN, WHO, places_with, write_tables, written

MAIL, DEVICE = f"Mail-{TOKEN}@x.se", f"device-{TOKEN}"
VISITS = [
    (DEVICE, WHO, MAIL, "2024-02-01"), (DEVICE, "", "", "2024-02-02"),  # hers
    ("d1", "c01", MAIL, "2024-02-03"), (DEVICE, "c02", "c02@x.se", "2024-02-04"),  # others'
]  # fmt: skip
OTHERS = [  # what these two tell without her
    ("c01", "anonymous_id", "d1", '{"user_id":"c01"}'), ("c02", "user_id", "c02", '{"email":"c02@x.se"}'),
]  # fmt: skip
VISIT: dict[str, object] = {
    "id_type": "anonymous_id",
    "kind": "visit",
    "columns": {"id": "device", "time": "time"},
    "ids": {"user_id": "user", "email": "mail"},
}
CRM: dict[str, object] = {"table": "customers", "columns": {"customer_id": "user"}, "ids": {"email": "mail"}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return built(tmp_path)


def built(tmp_path: Path, **more: object) -> Settings:
    """The shop with visits on devices and a table of addresses, its lake built."""
    files = {
        "visits": [dict(zip(("device", "user", "mail", "time"), row, strict=True)) for row in VISITS],
        "crm": [{"user": user, "mail": mail} for user, mail in (("c03", MAIL), (WHO, MAIL), ("c04", "c04@x.se"))],
    }
    write_tables(tmp_path, files)
    sources = {name: {**source, "from": f"{name}.csv"} for name, source in SOURCES.items()}
    sources |= {"visits": VISIT | {"from": "visits.csv"}, "crm": CRM | {"from": "crm.csv"}}
    settings = written(tmp_path, sources=sources, identity={}, **more)
    build_all(settings, as_of=AS_OF)
    return settings


@pytest.fixture
def http(settings: Settings) -> Iterator[TestClient]:
    with client(settings) as http:
        yield http


@contextmanager
def client(settings: Settings) -> Iterator[TestClient]:
    state = load_state(settings, folder=settings.folder, lenient=True)
    current = CurrentState(state, lambda _: state, lambda: None)
    yield client_of(current, raise_server_exceptions=False)
    current.close()


def say(http: TestClient, name: str) -> None:
    """What customers of the shop say over HTTP, with somebody else's address."""
    at = {"timestamp": "2024-03-01T00:00:00Z"}
    identify = {"type": "identify", "userId": "c05", "traits": {"email": MAIL, "pet": "cat"}}
    alias = {"type": "alias", "userId": "c06", "previousId": DEVICE}
    messages: list[Json] = [identify, alias]
    sent = [message | at | {"messageId": f"{name}{n}"} for n, message in enumerate(messages)]
    assert http.post("/v1/batch", json={"batch": sent}).json()["accepted"] == 2


def visits(settings: Settings) -> list[tuple[object, ...]]:
    """Of each visit in the lake, in order, whose it is and what it tells of identifiers."""
    rows = Lake(settings.lake).scan("events").filter(pl.col("source") == "visits").sort("time")
    return rows.select("fragment", "id_type", "id", "ids").collect().rows()


@pytest.mark.parametrize("key", [f"email:{MAIL}", f"anonymous_id:{DEVICE}", f"user_id:{WHO}"])
def test_whoever_is_erased_by_any_identifier_is_in_no_row_of_others(
    settings: Settings, http: TestClient, key: str
) -> None:
    say(http, "m")
    store = open_store(settings.store_url)
    add_ruling(store, Ruling(AS_OF, "split", (WHO, "c07"), "me", f"No, {TOKEN} is not c07"))
    before = build_all(settings, as_of=AS_OF).profiles.filter(pl.col("customer_id") != WHO)
    assert http.delete(f"/v1/profiles/{key}").json()["counts"]["lake events"] == 20
    after = build_all(settings, as_of=AS_OF)
    assert places_with(TOKEN, settings.home) == []
    assert after.profiles.equals(before, null_equal=True)
    assert visits(settings) == OTHERS
    record = record_of(store, "c05")
    assert record is not None
    assert [traits.values for traits in record.traits] == [{"pet": "cat"}]
    anew = build_all(settings, as_of=AS_OF, anew=True)  # the old files are still there
    assert places_with(TOKEN, settings.home) == []
    assert anew.profiles.equals(before, null_equal=True)
    assert visits(settings) == OTHERS
    assert {source.name: source.rejected for source in anew.report.sources}["visits"] == {"erased": 2}
    store.dispose()


def test_the_export_tells_which_identifiers_came_together_and_when(http: TestClient) -> None:
    links = http.get(f"/v1/profiles/user_id:{WHO}/export").json()["held"]["links"]["rows"]
    told = {(link["a"], link["b"]): link["first"][:10] for link in links}
    assert told[WHO, f"email:{MAIL.lower()}"] == told[WHO, f"anonymous_id:{DEVICE}"] == "2024-02-01"


def test_what_others_tell_of_the_erased_at_the_door_is_not_kept(settings: Settings, http: TestClient) -> None:
    erase(settings, [WHO])
    build_all(settings, as_of=AS_OF)
    say(http, "m")
    assert places_with(TOKEN, settings.home) == []
    assert http.get("/v1/profiles/user_id:c05").json()["traits"]["pet"] == "cat"
    build_all(settings, as_of=AS_OF)
    assert places_with(TOKEN, settings.home) == []


def test_no_row_of_a_store_in_postgresql_tells_of_the_erased(tmp_path: Path, postgres_url: str) -> None:
    settings = built(tmp_path, store=postgres_url)
    store = open_store(postgres_url)
    with client(settings) as http:
        say(http, "m")
        sent = {"type": "track", "messageId": TOKEN, "userId": WHO, "event": TOKEN, "properties": {"text": TOKEN}}
        assert http.post("/v1/batch", json={"batch": [sent]}).json()["accepted"] == 1
        build_all(settings, as_of=AS_OF)
        assert tables_with(TOKEN, store) >= {"event_log", "records", "identity"}
        assert http.delete(f"/v1/profiles/email:{MAIL}").json()["status"] == "hidden"
        build_all(settings, as_of=AS_OF)
    assert tables_with(TOKEN, store) == set()
    assert [receipt.status for receipt in receipts(store)] == ["erased"]
    assert places_with(TOKEN, settings.home) == []
    store.dispose()


def tables_with(token: str, store: Engine) -> set[str]:
    """The tables of a database of which any row holds a token."""
    every = sa.MetaData()
    every.reflect(store)
    with store.connect() as connection:
        rows = {name: str(connection.execute(sa.select(table)).all()) for name, table in every.tables.items()}
    return {name for name, text in rows.items() if token in text}
