from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.config.sections.consent import ConsentSettings
from features.doctor import (
    Criterion,
    Diagnosis,
    Finding,
    Prospect,
    content,
    event_counts,
    examine,
    history,
    lateness,
    rows,
)
from features.doctor.doubts import order_counts, orders
from features.doctor.facts import Facts
from features.doctor.maturity import criteria, level_of
from features.doctor.people import attributes, customer_counts, customers
from features.doctor.shadows import shadows
from features.errors import StamkundError
from features.events.tables import schema
from features.identity.people import SCHEMA
from features.ingest.report import IngestReport
from features.lake import Lake
from features.units import DAY, HOUR, MINUTE, SECOND
from tests.features.one_customer import NOW, Row, event
from tests.features.sourcing import settings_of

ORDERS = "who,when,basket,paid,product\n"


def events(*rows: Row) -> pl.LazyFrame:
    """Events as the lake holds them; who is known goes by their user_id."""
    ids = [{"source": "shop", "id_type": "user_id", "id": row["customer_id"], **row} for row in rows]
    return pl.LazyFrame(ids, schema=SCHEMA)


def days(kind: str, seen: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"kind": [kind] * len(seen), "day": seen, "events": [1] * len(seen)})


def told(found: Finding) -> tuple[str, str]:
    return found.level, found.message


def test_identification_is_judged_by_events_and_not_by_visitors() -> None:
    # One customer, and two cookies of which nobody knows whose they are: 1 of 3 visitors, 2 of 4 events.
    cookies = [event(1, id=c, customer_id=None, id_type="cookie") | {"id": c} for c in ("k1", "k2")]
    found = customers.identification(customer_counts.visitors(events(event(1), event(2), *cookies)))
    assert told(found) == (
        "note",
        "50% of the events belong to a known customer: 1 of 3 visitors. The others are anonymous: 2 by cookie.",
    )
    everyone = customers.identification(customer_counts.visitors(events(event(1), event(2, customer="c2"))))
    assert told(everyone) == ("ok", "Every event belongs to a known customer: 2 customers.")


def test_a_source_that_speaks_of_other_customers_is_named() -> None:
    # c1 is in both sources; c2 to c4 only in the web's: a quarter of the web's customers meet another source's.
    web = [event(1, "visit", customer=f"c{n}", source="web") for n in (1, 2, 3, 4)]
    (found,) = customers.overlap(customer_counts.source_overlap(events(event(2), *web)))
    assert told(found) == ("warning", "Only 25% of the 4 customers of 'web' are known elsewhere.")
    (joined,) = customers.overlap(customer_counts.source_overlap(events(event(2), web[0])))
    assert told(joined) == ("ok", "The 2 sources of events speak of the same customers.")


def test_a_till_is_not_taken_for_a_person() -> None:
    # 30 customers with one event and one with 120: 120 of 150 events are 80 %, and 120 times the usual.
    till = [event(n / 100, customer="0") for n in range(120)]
    people = [event(1, customer=f"c{n}") for n in range(30)]
    (found,) = customers.implausible_customer(customer_counts.busiest_customer(events(*till, *people)))
    assert found.message.startswith("'0' has 80% of all events, 120 times what is usual")
    assert not list(customers.implausible_customer(customer_counts.busiest_customer(events(*people))))


def test_the_span_counts_from_the_first_of_the_commonest_kind() -> None:
    # NOW is 2024-10-04; a stray contact 400 days before makes no history for the orders of 9 and 10 days before.
    held = events(event(10), event(9), event(400, "contact"))
    span, stale, later = history.time_span(
        event_counts.kinds(held), event_counts.days(held, as_of=NOW), as_of=NOW, later=3
    )
    assert span.message == "3 events from 2023-08-31 to 2024-09-25; 10 days since the first order."
    assert stale.message == "The last event is 9 days older than 2024-10-04, the moment looked from."
    assert later.message.startswith("3 events after 2024-10-04 are left out")


def test_days_missing_from_a_daily_kind_are_told_by_date() -> None:
    # Daily for 100 days except for 3 and 4, and 9 days ago (counted from 0): 2024-09-29 and 30, and 2024-09-24.
    (found,) = history.gaps(days("order", sorted(set(range(100)) - {3, 4, 9})), as_of=NOW)
    assert told(found) == ("note", "order is missing on 3 days: 2024-09-29 to 2024-09-30 and 2024-09-24.")
    longer = sorted(set(range(100)) - {3, 4, 5})
    assert [f.level for f in history.gaps(days("order", longer), as_of=NOW)] == ["warning"]


def test_a_weekly_kind_is_not_blamed_for_silent_days_and_a_rare_one_not_at_all() -> None:
    (steady,) = history.gaps(days("flyer", list(range(0, 140, 7))), as_of=NOW)
    (waves,) = history.gaps(days("campaign", [0, 100]), as_of=NOW)
    assert told(steady) == ("ok", "No silent days or weeks in flyer.")
    assert told(waves) == ("note", "In waves rather than steadily: campaign (on 2 of 101 days).")


def test_a_kind_that_stopped_is_told() -> None:
    stopped, _ = history.gaps(days("visit", list(range(20, 120))), as_of=NOW)
    assert told(stopped) == ("warning", "visit used to come regularly, and stopped 20 days before 2024-10-04.")


def test_delays_are_told_as_people_say_them() -> None:
    # Ten events a minute late, one a day: the median is a minute, and nine of ten are within it.
    late = [MINUTE] * 10 + [DAY]
    rows = [event(2, id=str(n)) for n in range(11)]
    held = [row | {"received_at": NOW - 2 * DAY + wait} for row, wait in zip(rows, late, strict=True)]
    (prompt,) = lateness.delays(event_counts.delays(events(*held)))
    assert told(prompt) == ("ok", "Half of the events arrive within 1 minute, nine of ten within 1 minute.")
    _, early = lateness.delays(event_counts.delays(events(*held, event(2) | {"received_at": NOW - 2 * DAY - HOUR})))
    assert told(early) == ("warning", "Received before they happened: 1 event (8%).")
    (unknown,) = lateness.delays(event_counts.delays(events(event(1))))
    assert unknown.level == "note"


def test_what_came_late_should_say_when_it_was_known() -> None:
    """Received a day and a second later; a day later is not late; and of one that says since when it is known."""
    waits = [DAY, DAY + SECOND, 3 * DAY]
    rows = [event(9, id=str(n)) | {"received_at": NOW - 9 * DAY + wait} for n, wait in enumerate(waits)]
    late, _ = lateness.delays(event_counts.delays(events(*rows)))
    assert told(late) == ("note", "2 events came more than a day late, and past moments are shown with them.")
    assert "`known_at`" in str(late.next_step)
    known, slow = lateness.delays(event_counts.delays(events(*(r | {"known_at": r["received_at"]} for r in rows))))
    assert told(known) == ("ok", "3 events became known after they happened; no moment before sees them.")
    assert slow.message.startswith("Half of the events arrive within 24 hours")


def test_what_repeats_within_a_source_is_a_copy_and_an_order_in_two_counts_twice() -> None:
    first = event(1, id="e1", order_id="o1", value=500)
    copy, other = first | {"event_id": "e2"}, event(1, id="e3", order_id="o2", value=500)
    found = rows.duplicates(event_counts.duplicates(events(first, copy, other)))
    assert told(found) == ("warning", "Repeated to the last detail within one source: 1 event (33%).")
    elsewhere = events(first, other, copy | {"source": "till"})
    assert rows.duplicates(event_counts.duplicates(elsewhere)).level == "ok"
    (twice,) = orders.orders_by_two_roads(order_counts.sources_of_orders(elsewhere), {})
    assert told(twice) == ("problem", "Told by shop and till, so that their value counts twice: 1 order (50%).")
    assert twice.next_step == "Write `same_as: [shop]` in the source till: then its rows give way."


def test_kinds_are_counted_and_those_that_seem_to_go_by_another_name_are_told() -> None:
    found = list(content.event_kinds(event_counts.kinds(events(event(1, "purchase"), event(2, "purchase"))), enough=2))
    assert [each.level for each in found] == ["ok", "note", "warning"]
    assert found[0].message == "1 kind of events: purchase 2 (1 customer)."
    assert found[2].next_step is not None
    assert found[2].next_step.startswith("Write `kind: order` in its source")
    assert (
        content.probable_kind("coupon_applied"),
        content.probable_kind("contact"),
        content.probable_kind("page_view"),
    ) == (None, None, "view")


def test_orders_without_value_or_category_are_told() -> None:
    held = event_counts.kinds(events(event(1, value=None), event(2, value=300, item_id="i1", category="Tea")))
    value, product = content.order_values(held)
    assert told(value) == ("warning", "50% of the order lines have no value: spend and worth are too low by them.")
    assert told(product) == ("note", "50% of the order lines name their product, 50% have a category.")


def test_channels_and_offers() -> None:
    held = events(event(1, channel="web"), event(2, channel="web"), event(3, channel="shop"), event(4))
    assert told(content.channels(event_counts.channels(held))) == (
        "note",
        "75% of the events say by which channel they came: web 50% and shop 25%.",
    )
    # One offer ended yesterday, one has no bounds and a value, one begins tomorrow.
    offers = [
        {"offer_id": "past", "ends": NOW - DAY},
        {"offer_id": "open", "value": 100},
        {"offer_id": "next", "starts": NOW + DAY},
    ]
    found = content.offers(event_counts.offers(pl.LazyFrame(offers, schema=schema("offers")), as_of=NOW))
    assert found.message.startswith("Valid at this moment: 1 of 3 offers. With a value: 1, with a cost: 0")


def test_attributes_without_a_history_are_said_to_be_those_of_today() -> None:
    (told_today,) = attributes.attribute_history({"events", "customers"})
    assert (told_today.level, "`table: snapshots`" in str(told_today.next_step)) == ("note", True)
    assert not list(attributes.attribute_history({"events"}))
    assert not list(attributes.attribute_history({"customers", "snapshots"}))


def test_attributes_that_make_no_feature_are_told_with_the_reason() -> None:
    assert list(attributes.unused_attributes({})) == []
    (found,) = attributes.unused_attributes({"email": "99 different texts", "shop": "the same for everybody"})
    assert told(found) == (
        "note",
        "2 attributes make no feature: email (99 different texts) and shop (the same for everybody).",
    )


def test_a_table_without_a_time_teaches_a_declared_outcome_alone_and_the_doctor_says_so(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("who,plan,churned\na,x,yes\nb,y,no\n")
    columns = {"customer_id": "who", "plan": "plan"}
    people: dict[str, object] = {"table": "customers", "from": "people.csv", "columns": columns}
    found = examine(settings_of(tmp_path, people=people), as_of=NOW).findings
    (problem,) = [each for each in found if each.level == "problem"]
    assert problem.message == "There are no events: 2 customers are known from tables without a time."
    assert "declare an `outcome`" in str(problem.next_step)
    assert "stamkund init" in str(problem.next_step)


def test_the_latest_word_on_consent_counts() -> None:
    said = {"purpose": "email", "customer": "c1"}
    held = events(
        event(3, "consent", status="granted", **said),
        event(1, "consent", status="withdrawn", **said),
        event(2, "consent", customer="c2", purpose="email", status="granted"),
    )
    (found,) = customers.consent_coverage(customer_counts.consents(held), customers=4)
    assert found.level == "note"
    assert found.message == ("Consent is known for 2 of 4 customers (50%): email granted 1 and email withdrawn 1.")
    (unknown,) = customers.consent_coverage(customer_counts.consents(events(event(1))), customers=4)
    assert unknown.level == "warning"


def test_all_that_says_something_is_consent_and_its_absence_is_told_once() -> None:
    rules = ConsentSettings.model_validate(
        {"purposes": {"ads": {"gates": ["decisions"]}, "email": {"channel": "email"}}}
    )
    said = [
        event(1, "unsubscribe"),
        event(1, "subscribe", customer="c2", purpose="weekly"),
        event(1, "view", customer="c3", consents='{"ads":true}'),
        event(1, "subscribe", customer="c4", channel="sms", status="confirmed"),
    ]
    found = list(customers.consent(rules, customer_counts.consents(events(*said)), customers=4))
    assert [finding.message for finding in found] == [
        "Consent is known for 4 of 4 customers (100%): email unsubscribe 1, sms confirmed 1 and weekly subscribe 1.",
        "Purposes and lists that no rule is about, so that nobody's yes to them counts: sms and weekly.",
    ]
    signals = list(customers.consent(rules, customer_counts.consents(events(said[2])), customers=1))
    assert [finding.message for finding in signals] == ["Consent is known for 1 of 1 customer (100%)."]
    nothing = customer_counts.consents(events(event(1)))
    assert [len(list(customers.consent(each, nothing, customers=1))) for each in (None, rules)] == [1, 1]


def test_without_rules_of_consent_everything_is_allowed_and_the_doctor_says_so() -> None:
    said = [event(n, "consent", status="granted", purpose=purpose) for n, purpose in enumerate(("ads", "C2", "C3"))]
    counts = customer_counts.consents(events(*said))
    (absent,) = customers.consent_rules(None, counts)
    assert (absent.level, "everything is allowed" in absent.message) == ("warning", True)
    rules = ConsentSettings.model_validate({"purposes": {"ads": {}}, "signals": {"C2": {"deny": ["ads"]}}})
    (unknown,) = customers.consent_rules(rules, counts)
    assert unknown.message.endswith("nobody's yes to them counts: C3.")
    assert not list(customers.consent_rules(rules, customer_counts.consents(events(*said[:2]))))


def test_feedback_is_told_by_scale() -> None:
    rated = [event(n, "survey", rating=float(n), scale="nps", text="Good") for n in (7, 9)]
    held = events(*rated)
    found = customers.feedback(event_counts.ratings(held), event_counts.kinds(held), customers=10)
    assert told(found) == ("ok", "2 ratings: nps 8.0 on average from 1 customer (10% of all). 2 answers in words.")


@pytest.mark.parametrize(("unmet", "level"), [((), 5), ((5,), 4), ((3, 5), 2), ((2, 4), 1)])
def test_a_level_stands_on_all_those_below_it(unmet: tuple[int, ...], level: int) -> None:
    assert level_of([Criterion(n, "", n not in unmet, "") for n in (2, 3, 4, 5)]) == level


def test_the_fifth_level_asks_for_haste_answers_offers_and_consent(tmp_path: Path) -> None:
    # One customer with a year of weekly orders and answered contacts, all received within a second, who consents.
    at = {"campaign_id": "may"}
    rows = [event(7 * n, kind, id=f"{kind}{n}", **at) for n in range(52) for kind in ("order", "contact")]
    said = event(9, "consent", purpose="email", status="granted")
    live = [row | {"received_at": row["time"]} for row in [*rows, said]]
    lake, likely_lapse = Lake(tmp_path), (Prospect("lapse", "possible", ""),)
    lake.write({"events": events(*live).collect(), "offers": pl.DataFrame({"offer_id": ["tea"]})})
    facts, settings = Facts.of(lake, IngestReport((), ""), as_of=NOW), settings_of(tmp_path)
    assert level_of(criteria(facts, settings, likely_lapse)) == 5
    assert level_of(criteria(facts, settings)) == 3
    lake.write({"events": events(*rows).collect()})
    found = criteria(Facts.of(lake, IngestReport((), ""), as_of=NOW), settings, likely_lapse)
    assert [(c.met, c.found) for c in found if c.level == 5] == [
        (False, "the time of receipt is not known"),
        (True, "contact and order name their campaign"),
        (False, "0 valid offers"),
        (False, "for 0%"),
    ]


def test_only_what_python_would_import_hides_ours(tmp_path: Path) -> None:
    (tmp_path / "serving").mkdir()  # a plain folder gives way to an installed package
    (tmp_path / "training.py").touch()
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "__init__.py").touch()
    assert [f.message.split(" in ")[0] for f in shadows(tmp_path)] == ["Your own features/", "Your own training.py"]
    assert not list(shadows(Path(__file__).parents[3]))


def diagnosis(folder: Path, orders: str, **sources: dict[str, object]) -> Diagnosis:
    """The diagnosis of one CSV of orders, looked at from NOW."""
    (folder / "orders.csv").write_text(ORDERS + orders, encoding="utf-8")
    columns = {"id": "who", "time": "when", "order_id": "basket", "value": "paid", "item_id": "product"}
    settings = settings_of(folder, orders={"from": "orders.csv", "kind": "order", "columns": columns}, **sources)
    return examine(settings, as_of=NOW)


def test_a_rejected_row_is_shown_and_nothing_is_left_behind(tmp_path: Path) -> None:
    found = diagnosis(tmp_path, "a,2024-10-01T10:00:00,1,5.00,i1\nb,soon,2,5.00,i1\n")
    rejected = found.findings[0]
    assert rejected.level == "problem"
    assert rejected.message.startswith("orders: 1 of 2 rows (50%) rejected (1 bad_time); row 2, for example: time soon")
    assert (found.level, found.level_name, found.sound) == (1, "Scattered", False)
    assert found.why == "For level 2: At least 95% of the rows make sense (50% do)."
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


def test_history_makes_the_third_level_and_a_forecast_the_fourth(tmp_path: Path) -> None:
    # Eight weekly customers for 13 weeks up to 2024-10-03: 91 days are more than three times 28.
    weeks = list(enumerate(pl.datetime_range(pl.datetime(2024, 7, 4), pl.datetime(2024, 10, 3), "1w", eager=True)))
    rows = "".join(f"{who},{moment:%Y-%m-%d}T10:00:00,{n},5.00,i1\n" for n, moment in weeks for who in "abcdefgh")
    found = diagnosis(tmp_path, rows)
    assert (found.level, found.level_name, found.sound) == (3, "Point-in-time", True)
    assert found.why == "For level 4: At least one declared target can be learnt (none can)."


def test_a_source_that_cannot_be_read_does_not_keep_the_others_from_being_looked_at(tmp_path: Path) -> None:
    gone: dict[str, object] = {"from": "gone.csv", "kind": "visit", "columns": {"id": "who", "time": "when"}}
    found = diagnosis(tmp_path, "a,2024-10-01T10:00:00,1,5.00,i1\n", gone=gone)
    assert found.findings[0].message.startswith("The source 'gone' cannot be read: Unknown file")
    assert found.criteria[0] == Criterion(2, "Every source can be read", met=False, found="1 of 2 can")
    assert "Every event belongs to a known customer: 1 customer." in [f.message for f in found.findings]


def test_no_sources_no_rows_and_no_past_are_told_apart(tmp_path: Path) -> None:
    assert examine(settings_of(tmp_path), as_of=NOW).findings[0].message == "stamkund.yaml names no source of data."
    assert "There are no events." in [f.message for f in diagnosis(tmp_path, "").findings]
    future = diagnosis(tmp_path, "a,2024-12-01T10:00:00,1,5.00,i1\n")
    assert future.findings[0].message == "1 event, but none up to the moment looked from."


def test_a_mistake_that_is_no_sources_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StamkundError("lake_busy", "Another build is writing.")

    monkeypatch.setattr("features.doctor.examination.ingest", fail)
    with pytest.raises(StamkundError, match="Another build"):
        diagnosis(tmp_path, "")
