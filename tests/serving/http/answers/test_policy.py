"""Caps, rests, budgets and quiet hours over HTTP: what is decided counts, what is looked at does not."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from serving.http.current.state import CurrentState
from serving.store.tables.schema import CHOICES, DECISIONS, TOTALS
from tests.serving.clients import client_of
from tests.serving.http.answers.test_declared_decisions import declared
from tests.serving.http.errors import Json, reasons_of

# Customer 3 was reached by the campaign `now`, which has two offers; `side` did not reach them, and `old` is over.
BOTH = {"now-drinks", "now-sweets"}


def client(own: CurrentState, decisions: Json) -> TestClient:
    state = declared(own.state, decisions)
    return client_of(CurrentState(state, lambda _: state, lambda: None), raise_server_exceptions=False)


def home(http: TestClient, *, count: int = 1, customer: str = "3", **asked: object) -> Json:
    body = {"profile": {"id": customer}, "placements": [{"id": "home", "count": count}], "explain": "full", **asked}
    got = http.post("/v1/decisions", json=body)
    assert got.status_code == 200, got.text
    return dict(got.json()["placements"][0])


def offers(placement: Json) -> list[str]:
    return [item["offer_id"] for item in placement["items"] if not item["is_fallback"]]


def told(placement: Json, offer: str) -> Json:
    return next(out for each in placement["excluded"] for out in each["offers"] if out["offer_id"] == offer)


def track(http: TestClient, name: str, event: str, offer: str, **message: object) -> None:
    sent = {"messageId": name, "userId": "3", "event": event, "properties": {"promotion_id": offer}, **message}
    assert http.post("/v1/track", json=sent).status_code == 200


def rows(own: CurrentState, table: sa.Table) -> int:
    with own.state.store.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_cap_is_told_with_what_there_was_and_when_there_is_more(own: CurrentState) -> None:
    http = client(own, {"caps": {"weekly_email": {"limit": 1, "channel": "email", "within": "7d"}}})
    (shown,) = offers(home(http, context={"channel": "email"}))
    again = home(http, context={"channel": "email"})
    assert offers(again) == []
    assert {reasons_of(again)[offer] for offer in BOTH} == {"cap"}
    out = told(again, shown)
    assert out["params"] == {"cap": "weekly_email", "count": 1, "limit": 1, "again_at": "2017-12-10T00:00:00Z"}
    assert out["detail"] == "Cap weekly_email: 1 of 1 so far; there is room again from 2017-12-10 00:00 UTC on."
    assert offers(home(http, context={"channel": "web"})) == [shown]


def test_what_is_chosen_beside_is_told_as_what_fills_the_cap(own: CurrentState) -> None:
    http = client(own, {"caps": {"one": {"limit": 1, "each": "campaign"}}})
    found = home(http, count=2)
    (shown,) = offers(found)
    (other,) = BOTH - {shown}
    assert reasons_of(found)[other] == "cap"
    assert told(found, other)["detail"] == "Cap one of now: 1 of 1, and no more."


def test_looking_is_not_deciding(own: CurrentState) -> None:
    http = client(own, {"caps": {"one": {"limit": 1}, "both": {"limit": 9, "scope": "total"}}})
    before = [rows(own, table) for table in (CHOICES, TOTALS, DECISIONS)]
    body = {"profile": {"id": "3"}, "dry_run": True}
    looks = [http.post("/v1/decisions", json=body).json() for _ in range(3)]
    assert {(look["decision_id"], look["dry_run"]) for look in looks} == {(None, True)}
    assert [rows(own, table) for table in (CHOICES, TOTALS, DECISIONS)] == before
    (shown,) = offers(home(http))
    assert offers(looks[2]["placements"][0]) == [shown]
    assert offers(home(http)) == []
    past = http.post("/v1/decisions", json={"profile": {"id": "3"}, "as_of": "2017-12-02"}).json()
    assert past["decision_id"] is None
    assert offers(past["placements"][0])  # nothing had been decided by then


def test_a_budget_is_spent_by_what_is_chosen_and_then_told(own: CurrentState) -> None:
    http = client(own, {"budgets": {"launch": {"amount": 1.5, "campaign": "now"}}})
    assert {*offers(home(http, count=2))} == BOTH  # sweets cost 1.00, drinks nothing
    found = home(http, count=2)
    assert offers(found) == ["now-drinks"]
    out = told(found, "now-sweets")
    assert out["params"] == {"budget": "launch", "spent": "1.00", "amount": "1.50", "again_at": None}
    assert out["detail"] == "Budget launch: 1.00 of 1.50 are spent."


def test_who_sees_an_offer_often_and_does_not_click_is_left_in_peace(own: CurrentState) -> None:
    rest = {"after": "exposure", "times": 2, "without": "click", "each": "offer", "rest": "7d"}
    http = client(own, {"rests": {"unclicked": rest}})
    track(http, "s1", "Promotion Viewed", "now-drinks", timestamp="2017-12-01T00:00:00Z")
    assert "now-drinks" in offers(home(http, count=2))
    track(http, "s2", "Promotion Viewed", "now-drinks", timestamp="2017-12-02T00:00:00Z")
    found = home(http, count=2)
    assert offers(found) == ["now-sweets"]
    assert told(found, "now-drinks")["params"] == {"rest": "unclicked", "again_at": "2017-12-09T00:00:00Z"}
    track(http, "c1", "Promotion Clicked", "now-drinks", timestamp="2017-12-02T12:00:00Z")
    assert {*offers(home(http, count=2))} == BOTH


def test_caps_on_exposures_count_what_has_come_in(own: CurrentState) -> None:
    http = client(own, {"caps": {"seen": {"limit": 1, "counts": "exposures", "each": "campaign", "within": "7d"}}})
    assert offers(home(http)) == offers(home(http)) != []
    track(http, "e1", "Promotion Viewed", "now-drinks")  # of the campaign `now`, as the catalogue tells
    assert {reasons_of(home(http))[offer] for offer in BOTH} == {"cap"}


def test_what_a_visitor_saw_and_clicked_counts_for_them(own: CurrentState) -> None:
    rest = {"after": "exposure", "times": 2, "without": "click", "each": "offer", "rest": "7d"}
    caps = {"clicked": {"limit": 1, "counts": "clicks", "each": "offer", "within": "7d"}}
    open_ = {"candidates": {"membership": "anyone"}}
    http = client(own, {**open_, "rests": {"unclicked": rest}, "caps": caps})
    who: Json = {"id_type": "anonymous_id", "id": "f00"}

    def shown(profile: Json = who, as_of: str | None = None) -> set[str]:
        return {*offers(home(http, count=9, dry_run=True, profile=profile, as_of=as_of))}

    every = shown()
    assert every >= BOTH
    for name, event, offer, of in (
        ("s1", "Promotion Viewed", "now-drinks", "f00"),
        ("s2", "Promotion Viewed", "now-drinks", "f00"),
        ("c1", "Promotion Clicked", "now-sweets", "f00"),
        ("c2", "Promotion Clicked", "side-sweets", "another"),
    ):
        at = "2017-12-01T00:00:00Z" if name == "s1" else "2017-12-02T00:00:00Z"
        track(http, name, event, offer, userId=None, anonymousId=of, timestamp=at)
    assert shown() == every - BOTH
    assert told(home(http, count=9, profile=who), "now-drinks")["params"]["rest"] == "unclicked"
    assert shown(profile={"id_type": "anonymous_id", "id": "another"}) == every - {"side-sweets"}
    assert shown(profile={"id_type": "anonymous_id", "id": "third"}) == every
    assert shown(as_of="2017-12-01T12:00:00Z") == every  # when they had seen it once


def test_caps_in_total_on_clicks_count_what_everybody_did(own: CurrentState) -> None:
    cap = {"limit": 2, "counts": "clicks", "scope": "total", "each": "offer", "within": "7d"}
    current = CurrentState(declared(own.state, {"caps": {"clicks": cap}}), lambda _: own.state, lambda: None)
    http = client_of(current)
    track(http, "c1", "Promotion Clicked", "now-drinks", userId="4")
    track(http, "v1", "Promotion Viewed", "now-drinks", userId="5")
    track(http, "c2", "Promotion Clicked", "now-sweets", userId="5")
    current.renew_candidates()  # as every worker does every two seconds
    assert {*offers(home(http, count=2))} == BOTH
    track(http, "c3", "Promotion Clicked", "now-drinks", userId="6", timestamp="2017-12-02T00:00:00Z")
    track(http, "c3", "Promotion Clicked", "now-drinks", userId="6", timestamp="2017-12-02T00:00:00Z")
    assert {*offers(home(http, count=2))} == BOTH  # it is counted when somebody has looked
    current.renew_candidates()
    found = home(http, count=2)
    assert offers(found) == ["now-sweets"]
    out = told(found, "now-drinks")["params"]
    assert out == {"cap": "clicks", "of": "now-drinks", "count": 2, "limit": 2, "again_at": "2017-12-09T02:24:00Z"}
    assert rows(own, TOTALS) == 0  # nothing is reserved of what is not decided
    assert {*offers(home(http, count=2, as_of="2017-12-02T12:00:00Z"))} == BOTH  # when there had been one click


LIMITS = {
    "cap": {"caps": {"two": {"limit": 2, "within": "7d"}, "ten": {"limit": 10, "scope": "total"}}},
    "rest": {"rests": {"twice": {"after": "decision", "times": 2, "each": "campaign", "rest": "7d", "within": "7d"}}},
}


@pytest.mark.parametrize("limits", LIMITS)
@pytest.mark.parametrize("arm", [{"campaign": "now"}, {"gets": "nothing"}])
def test_what_an_arm_holds_back_is_kept_as_caps_would_let_it_be_shown(
    own: CurrentState, arm: Json, limits: str
) -> None:
    http = client(own, {**LIMITS[limits], "control": {"off": {"share": 0.999, **arm}}})

    def kept() -> list[tuple[object, ...]]:
        with own.state.store.connect() as connection:
            return [
                tuple(row)
                for row in connection.execute(sa.select(*(CHOICES.c[n] for n in ("kind", "arm", "offer_id"))))
            ]

    home(http, count=9, dry_run=True)
    assert kept() == []
    assert [offers(home(http, count=1)) for _ in range(5)] == [[]] * 5  # as a page does that asks on and on
    first = [("holdout", "off", "now-drinks")]
    assert kept() == first * 2
    with own.state.store.begin() as connection:  # a week later one of them has left the window
        week = CHOICES.c.seq == sa.select(sa.func.min(CHOICES.c.seq)).scalar_subquery()
        connection.execute(sa.update(CHOICES).where(week).values(time=CHOICES.c.time - 7 * 86_400_000_000))
    home(http)
    assert kept() == first * 3
    assert rows(own, TOTALS) == 0  # nothing is taken of what all customers share


def test_what_is_shown_beside_an_arm_fills_the_same_caps(own: CurrentState) -> None:
    decisions = {
        "candidates": {"membership": "anyone"}, "caps": {"three": {"limit": 3}},
        "control": {"off": {"share": 0.999, "campaign": "now"}},
    }  # fmt: skip
    http = client(own, decisions)
    for _ in range(4):
        home(http, count=2)
    with own.state.store.connect() as connection:
        told = connection.execute(sa.select(CHOICES.c.kind).order_by(CHOICES.c.seq)).scalars().all()
    assert told == ["decision", "decision", "holdout", "decision"]  # two and one; of what is held back that was three
