from __future__ import annotations

from collections import Counter

import pytest
from starlette.testclient import TestClient

from serving.http.current.state import CurrentState
from serving.jobs.insights import refresh_all


@pytest.fixture(scope="module")
def _tables(current: CurrentState) -> None:
    refresh_all(current.state.settings, as_of=current.state.settings.now())


@pytest.mark.usefixtures("_tables")
def test_every_number_of_a_journey_is_a_list_as_long(http: TestClient) -> None:
    answer = http.get("/v1/insights/journeys", params={"journey": "redemption"}).json()
    contact, redeem = answer["steps"]
    assert (contact["step"], redeem["step"]) == ("contact", "redeem")
    assert contact["entered"] == contact["dropped"] + redeem["reached"] + contact["open"] + redeem["open"]
    assert redeem["low"] < redeem["share"] == redeem["reached"] / contact["reached"] < redeem["high"]
    for step, came, count in (
        ("contact", "dropped", contact["dropped"]),
        ("contact", "reached", contact["reached"]),
        ("redeem", "reached", redeem["reached"]),
        ("redeem", "dropped", 0),
    ):
        page = http.get(f"/v1/insights/journeys/redemption/{step}/people", params={"came": came, "limit": 10_000})
        assert (page.json()["count"], len(page.json()["entries"])) == (count, count)
    dropped = http.get("/v1/insights/journeys/redemption/contact/people", params={"limit": 10_000}).json()
    following = Counter(entry["next"] for entry in dropped["entries"])
    assert all(following[row["next"]] == row["entries"] for row in answer["next"])
    assert answer["next"]


@pytest.mark.usefixtures("_tables")
def test_groups_add_up_and_what_is_lost_is_told_or_refused(http: TestClient) -> None:
    whole = http.get("/v1/insights/journeys", params={"journey": "second_order"}).json()
    parts = http.get("/v1/insights/journeys", params={"journey": "second_order", "by": "age"}).json()
    assert not any(row["suppressed"] for row in parts["steps"])
    for step in whole["steps"]:
        own = [row for row in parts["steps"] if row["step"] == step["step"]]
        assert sum(row["reached"] for row in own) == step["reached"]
    (loss,) = whole["losses"]
    assert (loss["lost"] is None) == (loss["refusal"] is not None)
    assert loss["gross"] > loss["anyway"]


@pytest.mark.usefixtures("_tables")
def test_who_could_still_be_won_is_listed_as_counted_or_said_to_be_scored_by_nobody(http: TestClient) -> None:
    told = http.get("/v1/insights/journeys", params={"journey": "redemption"}).json()["winnable"]
    page = http.get("/v1/insights/journeys/redemption/contact/winnable", params={"limit": 10_000})
    if not told:
        assert (page.status_code, page.json()["error"]["code"]) == (422, "nobody_scored")
    else:
        expected = [each["expected"] for each in page.json()["customers"]]
        assert (page.json()["count"], sorted(expected, reverse=True)) == (told[0]["customers"], expected)


@pytest.mark.usefixtures("_tables")
def test_unknown_names_are_refused_with_the_nearest(http: TestClient) -> None:
    for path, code, field in (
        ("/v1/insights/journeys?journey=redemtion", "unknown_journey.near", "journey"),
        ("/v1/insights/journeys?by=agee", "unknown_dimension.near", "by"),
        ("/v1/insights/journeys/redemption/contakt/people", "unknown_step.near", "step"),
    ):
        error = http.get(path).json()["error"]
        assert (error["code"], error["field"]) == (code.removesuffix(".near"), field)
