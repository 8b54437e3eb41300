from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from features.config.sections.consent import ConsentSettings, Gate
from features.events.tables import schema
from features.moments import micros
from features.privacy.gatekeeper import Gatekeeper
from features.units import DAY
from tests.features.one_customer import NOW

PEOPLE = ("ann", "bo", "cy", "di")


def gatekeeper(
    settings: dict[str, Any], events: list[dict[str, object]], attributes: dict[str, dict[str, str]] | None = None
) -> Gatekeeper:
    columns = {**schema("events"), "customer_id": pl.String(), "consents": pl.String()}
    rows = [{"event_id": str(i), "source": "s", **event} for i, event in enumerate(events)]
    table = [{"customer_id": who, **values} for who, values in (attributes or {}).items()]
    customers = pl.LazyFrame(table) if table else pl.LazyFrame(schema={"customer_id": pl.String})
    return Gatekeeper.of(ConsentSettings.model_validate(settings), pl.LazyFrame(rows, schema=columns), customers)


def passing(keeper: Gatekeeper, gate: Gate, as_of: int = NOW) -> list[str]:
    rows = pl.DataFrame({"customer_id": PEOPLE, "as_of": as_of})
    return keeper.passing(gate, rows)["customer_id"].to_list()


def word(days: float, who: str, purpose: str, status: str, **columns: object) -> dict[str, object]:
    said = {"kind": "consent", "purpose": purpose, "status": status, "time": NOW + round(days * DAY)}
    return {"customer_id": who, **said, **columns}


BOTH = {
    "purposes": {
        "profiling": {"basis": "interest", "gates": ["profiles", "training", "scores"]},
        "ads": {"basis": "consent", "gates": ["decisions"]},
    }
}


def test_each_purpose_of_a_gate_must_be_allowed() -> None:
    words = [word(-9, "ann", "ads", "granted"), word(-9, "bo", "ads", "granted"), word(-8, "bo", "profiling", "no")]
    keeper = gatekeeper(BOTH, words)
    assert passing(keeper, "profiles") == ["ann", "cy", "di"]
    assert passing(keeper, "decisions") == ["ann"]
    assert passing(keeper, "insights") == [*PEOPLE]


def test_a_row_is_allowed_at_its_moment_and_refused_by_every_later_word() -> None:
    words = [
        word(-9, "ann", "ads", "granted"), word(-9, "bo", "ads", "granted"), word(-5, "bo", "ads", "withdrawn"),
        word(-1, "cy", "ads", "granted"), word(-9, "di", "ads", "no"), word(-8, "di", "ads", "yes"),
    ]  # fmt: skip
    keeper = gatekeeper(BOTH, words)
    rows = pl.DataFrame({"customer_id": [*PEOPLE] * 2, "as_of": [NOW - 7 * DAY] * 4 + [NOW] * 4})
    found = keeper.passing("decisions", rows)
    assert found.rows() == [
        (who, at) for at, whos in ((NOW - 7 * DAY, "ann di"), (NOW, "ann cy di")) for who in whos.split()
    ]


def test_a_withdrawal_counts_from_its_receipt_whatever_the_clock_says() -> None:
    later = word(+3000, "ann", "profiling", "withdrawn", received_at=NOW + 3000 * DAY)  # the clock stands at NOW
    assert passing(gatekeeper(BOTH, [later]), "profiles") == ["bo", "cy", "di"]


def test_a_word_that_became_known_later_does_not_allow_what_was_before() -> None:
    keeper = gatekeeper(BOTH, [word(-9, "ann", "ads", "granted", known_at=NOW - 2 * DAY)])
    assert passing(keeper, "decisions", NOW - 3 * DAY) == []
    assert passing(keeper, "decisions") == ["ann"]


def test_signals_of_any_event_count() -> None:
    settings = BOTH | {"signals": {"Advertising": "ads"}}
    sent = ['{"Advertising": true}', "{}", None, '{"Other": true}']
    events: list[dict[str, object]] = [
        {"customer_id": who, "kind": "view", "time": NOW - DAY, "consents": consents}
        for who, consents in zip(PEOPLE, sent, strict=True)
    ]
    assert passing(gatekeeper(settings, events), "decisions") == ["ann"]


def test_who_has_ordered_may_be_written_to_until_they_say_no() -> None:
    settings = {"purposes": {"email": {"gates": ["exports"], "after": "order"}}}
    orders: list[dict[str, object]] = [
        {"customer_id": who, "kind": "order", "time": NOW - n * DAY} for n, who in enumerate(("ann", "bo", "cy"), -1)
    ]
    keeper = gatekeeper(settings, [*orders, word(-9, "cy", "email", "unsubscribed")])
    assert passing(keeper, "exports") == ["bo"]  # ann orders tomorrow


def test_the_default_goes_by_an_attribute_as_it_was_known() -> None:
    default = {"attribute": "country", "values": {"US": "allowed", "DE": "denied"}, "otherwise": "denied"}
    known = {"ann": {"country": "US"}, "bo": {"country": "DE"}, "cy": {"country": "US"}}
    moved: list[dict[str, object]] = [
        {"customer_id": "bo", "kind": "identify", "time": NOW, "properties": '{"country": "US"}'},
        {"customer_id": "cy", "kind": "identify", "time": NOW, "properties": '{"country": null}'},
    ]
    keeper = gatekeeper({"default": default, "purposes": {"ads": {"gates": ["decisions"]}}}, moved, known)
    assert passing(keeper, "decisions", NOW - 1) == ["ann", "cy"]
    assert passing(keeper, "decisions") == ["ann", "bo"]


def test_minors_are_denied_what_they_are_denied_until_their_birthday() -> None:
    settings = BOTH | {"minors": {"attribute": "born", "under": 16, "deny": ["profiling"]}}
    known = {"ann": {"born": "2000-01-01"}, "bo": {"born": "2008-10-01"}, "cy": {"born": "unknown"}}
    keeper = gatekeeper(settings, [], known)
    assert passing(keeper, "profiles", micros(date(2024, 9, 30))) == ["ann", "di"]
    assert passing(keeper, "profiles", micros(date(2024, 10, 1))) == ["ann", "bo", "di"]
