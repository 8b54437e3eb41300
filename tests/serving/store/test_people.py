"""Who is one person, in the store: moved on with each message, in one transaction with the log."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.config.sections.consent import ConsentSettings
from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.evaluate.online.traits import Claim
from features.events.identifiers import node
from features.identity.live import Standing
from features.identity.rulings import Ruling
from features.privacy.rules import ConsentRules
from serving.store.engine import open_store
from serving.store.event_log import append_events, log_frame
from serving.store.people.joined_records import person_record
from serving.store.people.lookup import customers_of
from serving.store.people.rulings import add_ruling
from serving.store.people.standings import join_people, replace_people
from serving.store.records import replace_records
from serving.store.since_build import since_build
from serving.store.tables.schema import EVENT_LOG, IDENTITY, SIGHTINGS
from tests.serving.store.migrations.earlier import back_to_unversioned
from tests.serving.store.visits import ids

TYPES = {
    "user_id": {"per_person": 1},
    "email": {"people": 1, "form": "email"},
    "anonymous_id": {"people": 1},
    "device_id": {"people": 1},
}
RULES = IdentitySettings.model_validate({"types": TYPES})
ADS = ConsentRules(ConsentSettings.model_validate({"purposes": {"ads": {"gates": ["decisions"]}}}))


def event(name: str, own: tuple[str, str], time: int, **others: str) -> dict[str, object]:
    users = others.get("user_id")
    fragment = node("user_id", users) if users and own[0] != "user_id" else node(*own)
    told = {"ids": orjson.dumps(others).decode()} if others else {}
    return {
        "event_id": name, "source": "http", "time": time, "kind": "visit", "id_type": own[0], "id": own[1],
        "fragment": fragment, **told,
    }  # fmt: skip


def receive(store: Engine, *events: Mapping[str, object], rules: IdentitySettings | None = RULES) -> set[str]:
    beside = partial(join_people, identity=rules) if rules else lambda *_: None
    return append_events(store, [[each] for each in events], received_at=9, beside=beside)


def cookie(name: str, time: int, value: str = "f00", **others: str) -> dict[str, object]:
    return event(name, ("anonymous_id", value), time, **others)


def user(name: str, time: int, value: str = "7", **others: str) -> dict[str, object]:
    return event(name, ("user_id", value), time, **others)


def whose(store: Engine, key: str) -> str | None:
    return customers_of(store, [key])[key]


def test_who_logs_in_after_browsing_is_one_person_with_their_history(store: Engine) -> None:
    receive(store, cookie("a", 1), cookie("b", 2, email="Anna@x.se"))
    assert (whose(store, "anonymous_id:f00"), whose(store, "email:anna@x.se")) == ("email:anna@x.se",) * 2
    receive(store, user("c", 3, anonymous_id="f00"))
    assert {key: whose(store, key) for key in ("anonymous_id:f00", "email:anna@x.se", "7")} == {
        "anonymous_id:f00": "7", "email:anna@x.se": "7", "7": "7",
    }  # fmt: skip
    assert ids(person_record(store, "7")) == ["a", "b", "c"]
    receive(store, cookie("d", 4))
    assert ids(person_record(store, "7")) == ["a", "b", "c", "d"]


def test_a_device_that_a_second_user_logs_in_on_stays_with_nobody(store: Engine) -> None:
    receive(store, cookie("a", 1), user("b", 2, anonymous_id="f00"), cookie("c", 3))
    receive(store, user("d", 4, "8", anonymous_id="f00"), cookie("e", 5), cookie("late", 2))
    assert [whose(store, key) for key in ("anonymous_id:f00", "7", "8")] == [None, "7", "8"]
    assert ids(person_record(store, "7")) == ["a", "b", "late", "c"]  # what the device did before is theirs
    assert ids(person_record(store, "8")) == ["d"]


def test_what_came_since_the_build_is_about_whom_the_store_knows_it_to_be(store: Engine) -> None:
    receive(
        store, user("a", 1, anonymous_id="f00"), cookie("b", 2), cookie("c", 3, "f01"), event("d", ("email", "x"), 4)
    )
    receive(store, user("e", 5, "8", anonymous_id="f00"), cookie("f", 6))
    url = store.url.render_as_string(hide_password=False)
    settings = Settings.model_validate({"name": "Shop", "sources": {}, "store": url})
    events = since_build(settings).events
    assert events is not None
    assert dict(events.select("event_id", "fragment").iter_rows()) == {
        "a": "7", "b": "7", "c": "anonymous_id:f01", "d": "email:x", "e": "8", "f": "anonymous_id:f00",
    }  # fmt: skip


def said(store: Engine, customer: str, as_of: int = 99) -> str:
    record = person_record(store, customer)
    assert record is not None
    return Consent(ADS, record, as_of).of("ads", ADS.settings.purposes["ads"]).state.value


def word(sent: dict[str, object], status: str) -> dict[str, object]:
    return sent | {"kind": "consent", "purpose": "ads", "status": status}


def test_of_two_whom_a_message_joins_the_strictest_counts_until_they_decide_again(store: Engine) -> None:
    receive(store, word(cookie("a", 1), "no"), word(user("b", 2), "yes"))
    assert said(store, "7") == "granted"
    receive(store, user("c", 3, anonymous_id="f00"))
    assert said(store, "7") == "denied"
    receive(store, word(cookie("d", 4), "yes"))
    assert said(store, "7") == "granted"


def test_of_two_whom_a_build_joined_the_strictest_counts_until_they_decide_again(store: Engine) -> None:
    receive(store, word(cookie("a", 1), "no"), user("b", 3, anonymous_id="f00"))
    built = [("7", Record.of([word(cookie("a", 1), "no")]))]
    people = [("anonymous_id:f00", Standing("7", since=3))]
    replace_records(
        store, built, as_of=9, log_seq=2, lake="l", beside=lambda c: replace_people(c, people, RULES, log_seq=2)
    )
    receive(store, word(user("early", 2), "yes"))
    assert said(store, "7") == "denied"
    receive(store, user("c", 4, email="a@x.se"))  # resolves the person anew
    assert said(store, "7") == "denied"
    receive(store, word(user("d", 5), "yes"))
    assert said(store, "7") == "granted"


def test_two_users_are_never_one_but_by_an_alias(store: Engine) -> None:
    receive(store, user("a", 1), event("b", ("user_id", "8"), 2, email="a@x.se"))
    receive(store, event("c", ("user_id", "7"), 3, email="a@x.se"))
    assert (whose(store, "7"), whose(store, "8"), whose(store, "email:a@x.se")) == ("7", "8", None)
    receive(store, user("d", 4, "9", user_id="7") | {"kind": "alias"})
    assert (whose(store, "7"), ids(person_record(store, "9"))) == ("9", ["a", "c", "d"])


def test_whom_somebody_parted_no_message_joins_again(store: Engine) -> None:
    receive(store, user("a", 1, email="a@x.se"))
    add_ruling(store, Ruling(5, "split", ("7", "email:a@x.se"), "Bo", "a shared mailbox"))
    replace_records(store, [], as_of=9, log_seq=1, lake="l", beside=lambda c: replace_people(c, [], RULES, log_seq=1))
    receive(store, user("b", 6, email="a@x.se"))
    assert whose(store, "email:a@x.se") != "7"
    receive(store, user("c", 7, email="b@x.se"))
    assert whose(store, "email:b@x.se") == "7"


def test_without_rules_nobody_is_joined(store: Engine) -> None:
    receive(store, cookie("a", 1), user("b", 2, anonymous_id="f00"), rules=None)
    assert whose(store, "anonymous_id:f00") is None
    with store.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(SIGHTINGS)).scalar() == 0


def test_a_repeated_link_is_neither_kept_nor_resolved_again(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    receive(store, user("a", 1, anonymous_id="f00"))
    monkeypatch.setattr("serving.store.people.standings.live_people", None)
    receive(store, user("b", 2, anonymous_id="f00"), user("c", 3, anonymous_id="f00"))
    receive(store, cookie("d", 1, "f1", device_id="x"), cookie("e", 2, "f1", device_id="x"))  # visitors: nobody's yet
    with store.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(SIGHTINGS)).scalar() == 4


def test_a_build_says_whose_everything_is_and_what_came_since_is_joined_to_that(store: Engine) -> None:
    receive(store, user("a", 1, anonymous_id="f00"), cookie("b", 2))
    mark = log_frame(store)[1].number
    receive(store, cookie("c", 3, "f11"), user("d", 4, anonymous_id="f11"), user("e", 5, "8", email="b@x.se"))
    people = [("anonymous_id:f00", Standing("7")), ("email:a@x.se", Standing("7")), ("old", Standing("7"))]
    built = [("7", Record.of([user("file", 0), user("a", 1), cookie("b", 2)]))]

    def replace(connection: sa.Connection) -> None:
        replace_people(connection, people, RULES, log_seq=mark)

    replace_records(store, built, as_of=9, log_seq=mark, lake="l", beside=replace)
    keys = ("anonymous_id:f00", "anonymous_id:f11", "email:a@x.se", "email:b@x.se", "old")
    assert [whose(store, key) for key in keys] == ["7", "7", "7", "8", "7"]
    assert ids(person_record(store, "7")) == ["file", "a", "b", "c", "d"]
    receive(store, event("f", ("user_id", "old"), 6), cookie("g", 7))
    assert ids(person_record(store, "7")) == ["file", "a", "b", "c", "d", "f", "g"]


def test_a_persons_records_of_the_last_build_are_one_with_their_attributes(store: Engine) -> None:
    built = [
        ("7", Record.of([user("a", 1)], {"age": "30", "city": None})),
        ("email:a@x.se", Record.of([event("b", ("email", "a@x.se"), 0)], {"age": "20", "city": "Umeå"})),
    ]
    replace_records(store, built, as_of=9, log_seq=0, lake="l")
    receive(store, user("c", 2, email="a@x.se"))
    record = person_record(store, "7")
    assert ids(record) == ["b", "a", "c"]
    assert record is not None
    assert record.attributes == {"age": "30", "city": "Umeå"}


def test_workers_that_join_the_same_people_at_once_lose_none(store_url: str) -> None:
    stores = [open_store(store_url) for _ in range(2)]

    def work(n: int) -> None:
        receive(stores[n % 2], cookie(f"c{n}", n, f"f{n}"), user(f"u{n}", n + 100, anonymous_id=f"f{n}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(12)))
    assert {whose(stores[0], f"anonymous_id:f{n}") for n in range(12)} == {"7"}
    assert len(ids(person_record(stores[1], "7"))) == 24
    for each in stores:
        each.dispose()


def test_what_fails_half_way_joins_nobody_and_logs_nothing(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    receive(store, cookie("a", 1))

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("serving.store.people.standings.live_people", broken)
    with pytest.raises(KeyboardInterrupt):
        receive(store, user("b", 2, anonymous_id="f00"))
    monkeypatch.undo()
    with store.connect() as connection:
        assert connection.execute(sa.select(EVENT_LOG.c.event_id)).scalars().all() == ["a"]
        assert not connection.execute(sa.select(IDENTITY)).all()
    assert receive(store, user("b", 2, anonymous_id="f00")) == {"b"}
    assert ids(person_record(store, "7")) == ["a", "b"]


KILLED = """
import os, signal, sys
import serving.store.people.standings as people
from serving.store.engine import open_store
from tests.serving.store.test_people import receive, user

people.live_people = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
receive(open_store(sys.argv[1]), user("b", 2, anonymous_id="f00"))
"""


def test_a_worker_that_is_killed_while_it_joins_leaves_all_or_nothing(store_url: str) -> None:
    store = open_store(store_url)
    receive(store, cookie("a", 1))
    child = subprocess.run([sys.executable, "-c", KILLED, store_url], cwd=Path(__file__).parents[3], check=False)
    assert child.returncode == -signal.SIGKILL
    assert whose(store, "anonymous_id:f00") is None
    assert receive(store, user("b", 2, anonymous_id="f00")) == {
        "b"
    }  # nothing of it was kept, so its sender sends again
    assert ids(person_record(store, "7")) == ["a", "b"]
    store.dispose()


def test_a_store_of_an_earlier_version_keeps_every_event(store_url: str) -> None:
    engine = open_store(store_url)
    said: list[tuple[str, str, str | None]] = [
        ("user_id", "7", "7"), ("anonymous_id", "f", None), ("user_id", "email:x", "email:x"),
    ]  # fmt: skip
    back_to_unversioned(engine)
    with engine.begin() as connection:
        for change in ("DROP TABLE identity", "DROP TABLE sightings"):
            connection.execute(sa.text(change))
        connection.execute(sa.text("ALTER TABLE event_log RENAME COLUMN fragment TO customer_id"))
        insert = sa.text(
            "INSERT INTO event_log (event_id, customer_id, kind, received_at, event) "
            "VALUES (:name, :whose, 'visit', 1, :event)"
        )
        for n, (id_type, id_, customer) in enumerate(said):
            row = {"event_id": f"e{n}", "time": n, "kind": "visit", "id_type": id_type, "id": id_}
            event = orjson.dumps(row | ({"customer_id": customer} if customer else {})).decode()
            connection.execute(insert, {"name": f"e{n}", "whose": customer, "event": event})
    engine.dispose()
    again = open_store(store_url)
    with again.connect() as connection:
        rows = connection.execute(sa.select(EVENT_LOG.c.event_id, EVENT_LOG.c.fragment).order_by(EVENT_LOG.c.seq)).all()
    assert [tuple(row) for row in rows] == [("e0", "7"), ("e1", "anonymous_id:f"), ("e2", "user_id:email:x")]
    assert log_frame(again)[0]["fragment"].to_list() == ["7", "anonymous_id:f", "user_id:email:x"]
    assert ids(person_record(again, "7")) == ["e0"]
    again.dispose()


def test_of_two_whom_a_message_joins_the_newest_word_on_an_attribute_counts(store: Engine) -> None:
    old, new = (
        replace(Record.of((), {"city": city, "plan": plan}), claims={"city": [Claim(who, at, city)]})
        for who, at, city, plan in (("7", 1, "Lund", "gold"), ("email:anna@x.se", 5, "Umeå", "free"))
    )
    replace_records(store, [("7", old), ("email:anna@x.se", new)], as_of=0, log_seq=0, lake="")
    receive(store, user("a", 6, email="anna@x.se"))
    record = person_record(store, "7")
    assert record is not None
    assert record.attributes == {"city": "Umeå", "plan": "gold"}  # of a plan no rule speaks: the own row counts
