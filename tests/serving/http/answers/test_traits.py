"""Traits over HTTP: what ``identify`` gives, from messages and from files, holds from its own time on, for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.config.settings import read_settings
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from tests.serving.clients import client_of

YAML = """
name: Corner shop
clock: 2024-03-01
sources:
  orders: {from: orders.csv, kind: order, columns: {id: who, time: when, value: paid}}
  forms: {from: forms.csv, kind: identify, columns: {id: who, time: when, properties: answers}}
serving: {models: carried}
"""
FORMS = r"""who,when,answers
ada,2024-02-01T12:00:00,"{""plan"": ""gold"", ""city"": ""Rome""}"
ada,2024-02-10T12:00:00,"{""city"": ""Oslo""}"
"""
Traits = dict[str, object]


class Company:
    """A company's files and its service."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "stamkund.yaml"
        self.config.write_text(YAML, encoding="utf-8")
        orders = [f"{who},2024-01-{day:02}T09:00:00,5" for day in range(1, 31) for who in ("ada", "bob")]
        (folder / "orders.csv").write_text("\n".join(["who,when,paid", *orders, ""]), encoding="utf-8")
        (folder / "forms.csv").write_text(FORMS, encoding="utf-8")
        self.settings = read_settings(self.config)

    def build(self) -> None:
        build_all(self.settings, as_of=self.settings.now())

    def lose_store(self) -> None:
        for file in self.settings.home.glob("store.db*"):
            file.unlink()

    def http(self) -> Iterator[TestClient]:
        state = load_state(self.settings, folder=self.config.parent)
        yield client_of(CurrentState(state, lambda _: state, lambda: None))
        state.store.dispose()

    def ask(self, question: Callable[[TestClient], Any]) -> Any:
        """What the service, started now, answers."""
        (answer,) = (question(http) for http in self.http())
        return answer

    def profile(self, customer: str, as_of: str | None = None) -> dict[str, Any]:
        moment = {} if as_of is None else {"as_of": as_of}
        answer: dict[str, Any] = self.ask(
            lambda http: http.get(f"/v1/profiles/user_id:{customer}", params=moment).json()
        )
        del answer["build"]  # the moment's answer is the same, whichever build gives it
        return answer

    def traits(self, customer: str, as_of: str | None = None) -> Traits:
        traits: Traits = self.profile(customer, as_of)["traits"]
        return traits

    def identify(self, message_id: str, customer: str, timestamp: str, **traits: object) -> None:
        message = {"messageId": message_id, "userId": customer, "timestamp": timestamp, "traits": traits}
        assert self.ask(lambda http: http.post("/v1/identify", json=message).json()["accepted"]) == 1


@pytest.fixture
def company(tmp_path: Path) -> Company:
    company = Company(tmp_path)
    company.build()
    return company


def test_traits_that_came_over_http_outlive_the_store(company: Company) -> None:
    company.identify("m1", "bob", "2024-02-20T00:00:00Z", plan="free", age=30)
    assert company.traits("bob") == {"plan": "free", "age": 30}  # of the log
    company.build()
    assert company.traits("bob") == {"plan": "free", "age": 30}  # of the record
    company.lose_store()
    company.build()
    assert company.traits("bob") == {"plan": "free", "age": 30}  # of the lake, in a new store
    company.identify("m2", "bob", "2024-02-21T00:00:00Z", age=31)
    assert company.traits("bob") == {"plan": "free", "age": 31}


def test_traits_of_a_file_hold_from_their_time_on_and_not_before(company: Company) -> None:
    gold, moved = {"plan": "gold", "city": "Rome"}, {"plan": "gold", "city": "Oslo"}
    assert company.traits("ada") == moved
    times = {
        "2024-02-01T11:59:59.999999Z": {},
        "2024-02-01T12:00:00Z": gold,
        "2024-02-10T11:59:59.999999Z": gold,
        "2024-02-10T12:00:00Z": moved,
    }
    assert {time: company.traits("ada", time) for time in times} == times
    assert company.traits("bob") == {}


def test_a_back_dated_identify_changes_no_earlier_profile(company: Company) -> None:
    earlier = ("2024-01-31T00:00:00Z", "2024-02-01T12:00:00Z", "2024-02-04T23:59:59.999999Z")
    before = {time: company.profile("ada", time) for time in earlier}
    company.identify("m1", "ada", "2024-02-05T00:00:00Z", city="Bonn", vip=True)
    assert company.traits("ada") == {"plan": "gold", "city": "Oslo", "vip": True}  # the later city holds
    assert {time: company.profile("ada", time) for time in earlier} == before
    company.build()
    assert {time: company.profile("ada", time) for time in earlier} == before
    assert company.traits("ada", "2024-02-05T00:00:00Z") == {"plan": "gold", "city": "Bonn", "vip": True}
    assert company.traits("ada", "2024-02-10T12:00:00Z") == {"plan": "gold", "city": "Oslo", "vip": True}
