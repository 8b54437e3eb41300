"""Identifiers that are hashed: nothing readable is stored by any door, and whoever knows them finds their people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from features.config.settings import Settings
from features.errors import StamkundError
from features.evaluate.online.record import Record
from features.identity.rulings import Ruling
from features.lake import Lake
from features.scores.table import read_scores, writing
from serving.http.answers.deciding.decision_row import stored
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.privacy.erasure import erase
from serving.privacy.inventory import access, inventory
from serving.store.decisions import Decision, save_decision
from serving.store.engine import open_store
from serving.store.people.rulings import add_ruling, all_rulings
from serving.store.tables.schema import DECISIONS, RECORDS
from tests.serving.clients import client_of
from tests.serving.http.errors import Json
from tests.serving.privacy.shop import AS_OF, SOURCES, write_tables, written

KEY = "0123456789abcdef"
HASHED: Json = {
    "user_id": {"per_person": 1},
    "email": {"per_person": 5, "people": 1, "hashed": True},
    "phone": {"people": 1, "region": "SE", "hashed": True},
    "loyalty_card": {"people": 1, "hashed": True},
    "anonymous_id": {"people": 1},
}
READABLE: Json = {name: {key: value for key, value in kind.items() if key != "hashed"} for name, kind in HASHED.items()}
# What nothing that is stored may hold, whoever wrote it: parts of Anna's and Bo's addresses, numbers and cards.
SECRETS = ("anna-w8k", "70-99 88 77 6", "709988776", "card-w8k", "bo-w8k", "cy-w8k")
TEL = "070-99 88 77 6"
CRM: Json = {
    "table": "customers", "columns": {"customer_id": "user", "email": "mail", "city": "city"}, "since": "since",
    "ids": {"email": "mail", "phone": "tel", "loyalty_card": "card"},
}  # fmt: skip
NEWS: Json = {
    "kind": "unsubscribe", "id_type": "email",
    "columns": {"id": "mail", "time": "time", "properties": "more"}, "ids": {"phone": "tel"},
}  # fmt: skip
_CRM = {"since": "2024-01-05", "city": "Lund"}
_MORE = json.dumps({"e": 1, "from": {"Email": "anna-w8k@x.se", "also": ["709988776", TEL]}})
ROWS: dict[str, Sequence[Json]] = {
    "crm": [
        _CRM | {"user": "c01", "mail": "Anna-W8k@x.se; anna-w8k@work.se", "tel": TEL, "card": "card-w8k"},
        _CRM | {"user": "c01", "mail": "anna-w8k@x.se", "tel": "", "card": ""},  # a duplicate, set aside
        _CRM | {"user": "c02", "mail": "no-reply@x.se", "tel": "000-000", "card": "guest"},
    ],
    "news": [
        {"mail": "<ANNA-W8K@x.se>", "time": "2024-02-01", "tel": "+46 (0)70-99 88 77 6", "more": _MORE},
        {"mail": "cy-w8k@x.se", "time": "2024-02-02", "tel": "", "more": ""},
        {"mail": "bo-w8k@x.se", "time": "never", "tel": "", "more": ""},  # rejected
    ],
}


def written_shop(folder: Path, types: Json, **more: object) -> Settings:
    write_tables(folder, ROWS)
    sources = {name: {**source, "from": f"{name}.csv"} for name, source in SOURCES.items()}
    del sources["people"]
    sources |= {"crm": CRM | {"from": "crm.csv"}, "news": NEWS | {"from": "news.csv"}}
    return written(folder, sources=sources, **{"identity": {"types": types}, "privacy": {"key": KEY}} | more)


@contextmanager
def client(settings: Settings) -> Iterator[TestClient]:
    state = load_state(settings, folder=settings.folder, lenient=True)
    current = CurrentState(state, lambda _: state, lambda: None)
    yield client_of(current, raise_server_exceptions=False)
    current.close()


MESSAGES: Sequence[Json] = [
    {"type": "identify", "userId": "c03", "traits": {
        "email": "Bo-W8k@x.se", "contact": "BO-W8K@x.se", "plan": 1.5,
        "company": {"email": "info@bo-w8k.se", "vat": 7}}},
    {"type": "track", "event": "Order Completed", "anonymousId": "f00", "properties": {
        "revenue": 5, "email": ["bo-w8k@x.se"], "products": [{"product_id": "tea", "price": 5}]},
     "context": {"traits": {"email": "bo-w8k@x.se"}, "externalIds": [{"type": "loyaltyCard", "id": "card-w8k2"}]}},
    {"type": "track", "event": "Email Bounced", "anonymousId": "f01", "properties": {"email": "anna-w8k@x.se"}},
]  # fmt: skip


def say(http: TestClient) -> None:
    stamp = {"timestamp": "2024-03-01T00:00:00Z"}
    sent = [message | stamp | {"messageId": f"m{n}"} for n, message in enumerate(MESSAGES)]
    assert http.post("/v1/batch", json={"batch": sent}).json()["accepted"] == len(sent)


SPELLINGS = (*SECRETS, "Anna-W8k", "Bo-W8k", "BO-W8K", "ANNA-W8K", "Cy-W8k")
WHOSE = {
    "email:ANNA-w8k@x.se": "c01", "email:anna-w8k@work.se": "c01", "phone:0709988776": "c01",
    "loyalty_card:card-w8k": "c01", "email:bo-w8k@x.se": "c03", "anonymous_id:f00": "c03", "email:no-reply@x.se": None,
}  # fmt: skip


def readable(settings: Settings) -> set[tuple[str, str]]:
    """What is readable in which file that is stored: in its bytes, in its rows, in the records of a store."""
    store = open_store(settings.store_url)
    with store.connect() as connection:
        records = [Record.unpack(row.payload) for row in connection.execute(sa.select(RECORDS))]
    store.dispose()
    texts = {"records": repr(records)}
    for file in (path for path in settings.home.rglob("*") if path.is_file()):
        texts[file.name] = file.read_bytes().decode("latin-1")
        if file.suffix == ".parquet":
            texts[file.name] += pl.read_parquet(file).select(pl.all().cast(pl.String, strict=False)).write_csv()
    return {(name, each) for name, text in texts.items() for each in SPELLINGS if each in text}


def test_nothing_readable_is_stored_by_any_door(tmp_path: Path) -> None:
    settings = written_shop(tmp_path, HASHED)
    built = build_all(settings, as_of=AS_OF)
    assert built.report.full_read_reason is None
    assert readable(settings) == set()
    with client(settings) as http:
        say(http)
        assert readable(settings) == set()
        build_all(settings, as_of=AS_OF)
        assert readable(settings) == set()


def test_whoever_knows_an_identifier_finds_its_person(tmp_path: Path) -> None:
    settings = written_shop(tmp_path, HASHED)
    build_all(settings, as_of=AS_OF)
    with client(settings) as http:
        say(http)
        for built in (False, True):
            if built:
                build_all(settings, as_of=AS_OF)
            whose = {key: http.get(f"/v1/profiles/{key}").json().get("customer_id") for key in WHOSE}
            assert whose == WHOSE, built
            (anna,) = http.get("/v1/profiles", params={"identifier": " ANNA-w8k@x.se"}).json()["people"]
            assert (anna["customer_id"], anna["matched"]) == ("c01", ["email"])
            hers = {(each["id_type"], each["id"]) for each in anna["identifiers"]}
            assert hers == {
                ("user_id", "c01"),
                ("anonymous_id", "f01"),  # is not to be hashed
                *((name, None) for name in ("email", "phone", "loyalty_card")),
            }


def test_what_was_stored_before_is_hashed_by_the_next_build(tmp_path: Path) -> None:
    settings = written_shop(tmp_path, READABLE)
    build_all(settings, as_of=AS_OF)
    with client(settings) as http:
        say(http)
    store = open_store(settings.store_url)
    add_ruling(store, Ruling(AS_OF, "merge", ("c02", "email:cy-w8k@x.se"), "me", "she said so"))
    context = {"email": "cy-w8k@x.se", "channel": "web"}
    save_decision(store, Decision("d", AS_OF, "email", "Cy-W8k@x.se", "email:cy-w8k@x.se", context, {}, []))
    scored = {"customer_id": ["c02", "email:cy-w8k@x.se"], "value": [0.25, 0.5], "campaign_id": [None, None]}
    with writing(settings.scores, {"lapse": 1}, as_of=AS_OF) as keep:
        keep("lapse", pl.DataFrame(scored))
    build_all(settings, as_of=AS_OF)
    before = {secret for _, secret in readable(settings)}
    assert before >= {*SECRETS} - {TEL[1:]}
    settings = written_shop(tmp_path, HASHED)
    with pytest.raises(StamkundError, match="run `stamkund build`") as caught, client(settings):
        pass
    assert caught.value.code == "not_hashed_yet"
    built = build_all(settings, as_of=AS_OF)
    assert built.report.full_read_reason == "other identifiers are hashed, or by another key"
    assert readable(settings) == set()
    with client(settings) as http:  # the ruling is about the same people
        assert http.get("/v1/profiles/email:cy-w8k@x.se").json()["customer_id"] == "c02"
    assert all_rulings(store)[0].nodes[1].startswith("email:hmac:")
    assert read_scores(settings.scores).collect()["customer_id"].to_list() == ["c02", all_rulings(store)[0].nodes[1]]
    with store.connect() as connection:
        decision = connection.execute(sa.select(DECISIONS)).one()
    assert decision.customer_id == f"email:{decision.id}" == all_rulings(store)[0].nodes[1]
    store.dispose()


def test_a_decision_is_stored_without_what_is_readable(tmp_path: Path) -> None:
    settings = written_shop(tmp_path, HASHED)
    context = {"page": "cy-w8k@x.se", "Email": "anna-w8k@x.se", "channel": "web"}
    told = stored(Decision("d", AS_OF, "email", "Cy-W8k@x.se", None, context, {}, []), settings)
    assert [secret for secret in SPELLINGS if secret in repr(told)] == []
    assert (told.context["page"], told.context["channel"]) == (told.id, "web")


@pytest.mark.parametrize(
    "change", [{"privacy": {"key": "fedcba9876543210"}}, {"identity": {"types": READABLE}}], ids=["key", "readable"]
)
def test_nobody_becomes_two_by_another_key_or_by_none(tmp_path: Path, change: Json) -> None:
    settings = written_shop(tmp_path, HASHED)
    build_all(settings, as_of=AS_OF)
    with client(settings) as http:
        say(http)
        build_all(settings, as_of=AS_OF)
        other = written_shop(tmp_path, HASHED, **change)
        version = Lake(settings.lake).version
        for use in (lambda: build_all(other, as_of=AS_OF), lambda: load_state(other, folder=tmp_path, lenient=True)):
            with pytest.raises(StamkundError, match="as they were") as caught:
                use()
            assert caught.value.code == "other_hashing"
        elsewhere = written_shop(tmp_path, HASHED, store=f"sqlite:///{tmp_path}/new.db", **change)
        with pytest.raises(StamkundError, match="The lake holds 3 events of an earlier log") as caught:
            build_all(elsewhere, as_of=AS_OF)
        assert caught.value.code == "other_hashing"
        assert Lake(settings.lake).version == version


def test_files_alone_are_hashed_anew_by_another_key(tmp_path: Path) -> None:
    build_all(written_shop(tmp_path, HASHED), as_of=AS_OF)
    settings = written_shop(tmp_path, HASHED, privacy={"key": "fedcba9876543210"})
    build_all(settings, as_of=AS_OF)
    with client(settings) as http:
        assert http.get("/v1/profiles/loyalty_card:card-w8k").json()["customer_id"] == "c01"


def test_a_service_that_runs_on_takes_nothing_readable_once_a_build_hashes(tmp_path: Path) -> None:
    settings = written_shop(tmp_path, READABLE)
    build_all(settings, as_of=AS_OF)
    with client(settings) as http:
        build_all(written_shop(tmp_path, HASHED), as_of=AS_OF)
        sent = MESSAGES[0] | {"messageId": "m"}
        assert http.post("/v1/identify", json=sent).json()["error"]["code"] == "other_hashing"
    assert readable(written_shop(tmp_path, HASHED)) == set()


def test_whoever_is_erased_by_what_is_hashed_stays_so_though_they_were_erased_before_it_was(tmp_path: Path) -> None:
    settings = written_shop(tmp_path, READABLE)
    build_all(settings, as_of=AS_OF)
    (receipt,) = erase(settings, ["email:anna-w8k@x.se"])
    assert receipt.counts["lake events"] > 0
    build_all(settings, as_of=AS_OF)
    settings = written_shop(tmp_path, HASHED)
    built = build_all(settings, as_of=AS_OF)
    rejected = {source.name: source.rejected for source in built.report.sources}
    assert (rejected["crm"], rejected["news"]) == ({"erased": 2}, {"bad_time": 1, "erased": 1})
    with client(settings) as http:
        assert http.delete("/v1/profiles/loyalty_card:none").status_code == 200
        assert http.get("/v1/profiles/email:anna-w8k@x.se").status_code == 404
        say(http)
    build_all(settings, as_of=AS_OF)
    with client(settings) as http:
        assert http.get("/v1/profiles/email:anna-w8k@x.se").status_code == 404


def test_consent_of_a_hashed_address_is_told_by_its_pseudonym(tmp_path: Path) -> None:
    consent = {"purposes": {"email": {"channel": "email"}}}
    settings = written_shop(tmp_path, HASHED, consent=consent)
    build_all(settings, as_of=AS_OF)
    with client(settings) as http:
        say(http)
        for built in (False, True):
            if built:
                build_all(settings, as_of=AS_OF)
            told = http.get("/v1/profiles/user_id:c01").json()
            addresses = told["consent"]["email"]["addresses"]
            assert addresses[f"email:{told['traits']['email'].split(';')[0]}"] == "bounced", built


def test_export_and_inventory_tell_what_is_hashed(tmp_path: Path) -> None:
    settings = written_shop(tmp_path, HASHED)
    build_all(settings, as_of=AS_OF)
    store = open_store(settings.store_url)
    assert access(settings, store, "c01")["hashed"] == ["email", "loyalty_card", "phone"]
    assert "Stored as keyed hashes only: email, loyalty_card, phone." in inventory(settings, store)
    store.dispose()
