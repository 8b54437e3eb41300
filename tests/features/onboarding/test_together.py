from __future__ import annotations

from datetime import date
from pathlib import Path

from features.config.settings import read_settings
from features.identity.join import join_people
from features.identity.people import events_at
from features.ingest.ingest import ingest
from features.lake import Lake
from features.moments import micros
from tests.features.onboarding.newcomers import Outcome, outcome, table

ORDERS = table(
    "order_id,customer_id,created_at,status",
    *(f"{n},{n % 4},2024-01-{1 + n:02} 10:00,{'cancelled' if n == 7 else 'paid'}" for n in range(28)),
)
LINES = table(
    "order_id,sku,quantity,unit_price",
    *(f"{n},{sku},2,{price}" for n in range(28) for sku, price in (("tea", "4.00"), ("cup", "1.50"))),
)


def test_lines_are_joined_to_their_orders(tmp_path: Path) -> None:
    found = outcome(tmp_path, {"orders.csv": ORDERS, "order_lines.csv": LINES})
    assert found.told == (27, 4, 27 * 11.0)
    assert set(found.settings.sources) == {"orders"}
    assert found.topics == []


def test_a_line_without_its_order_is_set_aside_and_an_order_without_lines_stays(tmp_path: Path) -> None:
    stray, bare = "99,tea,1,4.00\n", "98,1,2024-02-01 10:00,paid\n"
    found = outcome(tmp_path, {"orders.csv": ORDERS + bare, "order_lines.csv": LINES + stray})
    assert found.told == (28, 4, 27 * 11.0)
    assert found.rejected - 2 == 1  # two lines of the cancelled order are left out, one has no customer


def test_a_third_table_tells_whose_order_it_is(tmp_path: Path) -> None:
    orders = table("id,ordered_at,total", *(f"x{n},2024-01-{1 + n:02} 10:00,9.50" for n in range(28)))
    people = table("order_id,customer_id", *(f"x{n},c{n % 4}" for n in range(28)))
    found = outcome(tmp_path, {"orders.csv": orders, "order_customers.csv": people})
    assert found.told == (28, 4, 266.0)


def test_answers_about_orders_are_those_of_whose_order_it_was(tmp_path: Path) -> None:
    reviews = table(
        "review_id,order_id,score,created_at", *(f"r{n},{n},{n % 5 + 1},2024-03-01 09:00" for n in range(28))
    )
    found = outcome(tmp_path, {"orders.csv": ORDERS, "order_lines.csv": LINES, "reviews.csv": reviews})
    assert found.topics == []
    answers = found.events.filter(kind="survey").sort("rating", "fragment")
    assert answers.height == 28
    expected = sorted((n % 5 + 1, str(n % 4)) for n in range(28))  # of order n, which is customer n % 4's
    assert [*answers.select("rating", "fragment").iter_rows()] == expected


def test_answers_about_orders_that_nobody_knows_are_asked_about(tmp_path: Path) -> None:
    reviews = table(
        "review_id,order_id,score,created_at", *(f"r{n},x{n},{n % 5 + 1},2024-03-01 09:00" for n in range(28))
    )
    found = outcome(tmp_path, {"orders.csv": ORDERS, "order_lines.csv": LINES, "reviews.csv": reviews})
    assert found.topics == ["unplaced"]
    assert found.kinds == {"order": 54}


def test_customers_give_the_id_of_an_address(tmp_path: Path) -> None:
    customers = table("customer_id,email,city", *(f"{n},K{n}@x.se,Lund" for n in range(4)))
    sent = table("email,campaign,sent_at", *(f"k{n}@x.se,spring,2024-01-09 08:00" for n in range(4)))
    files = {"orders.csv": ORDERS, "order_lines.csv": LINES, "customers.csv": customers, "mails.csv": sent}
    found = outcome(tmp_path, files)
    assert found.kinds == {"contact": 4, "order": 54}
    assert found.events["fragment"].n_unique() == 4
    assert found.topics == []


def test_addresses_and_ids_without_a_table_of_both_are_asked_about(tmp_path: Path) -> None:
    sent = table("email,campaign,sent_at", *(f"k{n}@x.se,spring,2024-01-09 08:00" for n in range(4)))
    found = outcome(tmp_path, {"orders.csv": ORDERS, "order_lines.csv": LINES, "mails.csv": sent})
    assert found.topics == ["customer"]


def test_orders_that_two_files_tell_of_count_once(tmp_path: Path) -> None:
    orders = table(
        "order_id,customer_id,order_date,total", *(f"{n},{n % 4},2024-01-{1 + n:02},8.00" for n in range(28))
    )
    paid = table(
        "payment_id,order_id,customer_id,paid_at,amount",
        *(f"p{n},{n},{n % 4},2024-01-{1 + n:02} 12:00,8.00" for n in range(28)),
    )
    found = outcome(tmp_path, {"orders.csv": orders, "payments.csv": paid})
    assert found.told == (28, 4, 224.0)
    assert found.topics == ["same_as"]
    above, payments, below = found.text.partition("  # payments:")
    answered = (payments + below).replace("  # ", "  ", 9)  # the comments of payments are taken away
    (tmp_path / "stamkund.yaml").write_text(above + answered, encoding="utf-8")
    (_, paid_too) = ingest(read_settings(tmp_path / "stamkund.yaml")).sources
    assert (paid_too.name, paid_too.read, paid_too.gave_way) == ("payments", 28, 28)


def test_one_unreadable_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    found = outcome(tmp_path, {"orders.csv": ORDERS, "order_lines.csv": LINES})
    assert found.told[0] == 27


def test_a_table_of_users_with_a_moment_is_one_of_customers(tmp_path: Path) -> None:
    users = table("id,user_id,received_at,city", *(f"i{n},{n},2023-12-{1 + n:02} 10:00,Lund" for n in range(4)))
    found = outcome(tmp_path, {"orders.csv": ORDERS, "order_lines.csv": LINES, "identifies.csv": users})
    assert found.told[0] == 27
    assert found.settings.sources["identifies"].table == "customers"


def test_who_uses_a_browser_is_asked_beside_customers(tmp_path: Path) -> None:
    visits = table("cookie,at,page", *(f"k{n % 5},2024-01-{1 + n:02} 10:00,/" for n in range(28)))
    found = outcome(tmp_path, {"orders.csv": ORDERS, "order_lines.csv": LINES, "visits.csv": visits})
    assert "customer" in found.topics
    assert "`id_type: anonymous_id`" in found.text
    (tmp_path / "alone").mkdir()
    alone = outcome(tmp_path / "alone", {"visits.csv": visits})
    assert "anonymous_id" not in alone.text


CRM = table(
    "customer_id,email,phone,created_at", *(f"C{n},k{n}@x.se,070-12345{n:02},2023-12-{1 + n:02}" for n in range(6))
)
BOUGHT = table(
    "order_id,email,ordered_at,total",
    *(f"{n},{'K' if n % 2 else 'k'}{n % 6}@x.se,2024-01-{1 + n:02} 10:00,9.50" for n in range(28)),
)
# Each of six browsers visits five times, and logs in at the third one.
CLICKS = [
    f"w{n}-{m},f{n},{f'C{n}' if m == 2 else ''},2024-01-{1 + m:02} 10:00,/{m}" for n in range(6) for m in range(5)
]
VISITS = table("event_id,anonymous_id,user_id,timestamp,page", *CLICKS)


def customers_of(found: Outcome) -> dict[str, set[str]]:
    """The customers that events are, by the kind of these, after a build's joining of people."""
    join_people(found.settings, ingest(found.settings))
    events = events_at(Lake(found.settings.lake), as_of=micros(date(2024, 3, 1))).collect()
    return {kind: set(rows["customer_id"].drop_nulls()) for (kind,), rows in events.group_by("kind")}


def test_a_newcomer_with_customers_addresses_and_browsers_gets_one_person_each_unaided(tmp_path: Path) -> None:
    found = outcome(tmp_path, {"crm.csv": CRM, "orders.csv": BOUGHT, "web_events.csv": VISITS})
    assert found.topics == []
    everybody = {f"C{n}" for n in range(6)}
    assert customers_of(found) == {"order": everybody, "view": everybody}
    crm, orders, web = (found.settings.sources[name] for name in ("crm", "orders", "web_events"))
    assert (crm.ids, crm.since, crm.columns["customer_id"]) == (
        {"email": "email", "phone": "phone"}, "created_at", "customer_id",
    )  # fmt: skip
    assert (orders.id_type, orders.ids) == ("email", {})
    assert (web.id_type, web.ids) == ("anonymous_id", {"user_id": "user_id"})


def test_browsers_that_log_in_are_their_customers_where_there_is_no_other_table(tmp_path: Path) -> None:
    found = outcome(tmp_path, {"web_events.csv": VISITS})
    assert found.topics == []
    assert customers_of(found) == {"view": {f"C{n}" for n in range(6)}}
    assert found.settings.identity is not None
    assert list(found.settings.identity.types) == ["user_id", "anonymous_id"]


def test_events_of_a_server_that_know_no_browser_are_their_customers_too(tmp_path: Path) -> None:
    paid = [f"s{n},,C{n},2024-01-09 10:00,/paid" for n in range(6)]
    visits = table("event_id,anonymous_id,user_id,timestamp,page", *CLICKS, *paid)
    found = outcome(tmp_path, {"web_events.csv": visits})
    assert (found.topics, found.rejected) == ([], 0)
    assert customers_of(found) == {"view": {f"C{n}" for n in range(6)}}
    assert sorted(found.events["id_type"].value_counts().rows()) == [("anonymous_id", 24), ("user_id", 12)]


def test_customers_of_browsers_that_are_nowhere_among_the_customers_are_asked_about(tmp_path: Path) -> None:
    strangers = table("event_id,anonymous_id,user_id,timestamp,page", *(row.replace(",C", ",X") for row in CLICKS))
    found = outcome(tmp_path, {"crm.csv": CRM, "orders.csv": BOUGHT, "web_events.csv": strangers})
    assert set(found.topics) == {"customer"}
    assert "do not name the same customers" in found.text


def test_the_kind_of_a_device_is_no_browser(tmp_path: Path) -> None:
    visits = table(
        "device,user_id,timestamp,page",
        *(f"{'ios' if n % 2 else 'web'},{f'C{n % 6}' if n % 5 else ''},2024-01-{1 + n:02} 10:00,/" for n in range(28)),
    )
    found = outcome(tmp_path, {"web_events.csv": visits})
    assert found.settings.identity is None


def test_events_of_snowplow_are_known_by_their_browsers_and_their_names(tmp_path: Path) -> None:
    rows = [
        f"{n},{'page_view' if n % 3 else 'page_ping'},b{n % 4},n{n % 4},{f'u{n % 4}' if n > 20 else ''},"
        f"2024-01-{1 + n:02} 10:00:01,2024-01-{1 + n:02} 10:00:00,443,-37.8"
        for n in range(28)
    ]
    ids, rest = "domain_userid,network_userid,user_id", "collector_tstamp,derived_tstamp,page_urlport,geo_latitude"
    header = f"event_id,event_name,{ids},{rest}"
    found = outcome(tmp_path, {"events.csv": table(header, *rows)})
    assert (found.topics, found.kinds) == ([], {"page_ping": 10, "view": 18})
    assert customers_of(found) == {kind: {f"u{n}" for n in range(4)} for kind in ("view", "page_ping")}
    assert "value" not in found.settings.sources["events"].columns


def test_pages_of_a_tracker_are_views(tmp_path: Path) -> None:
    rows = [
        f"i{n},f{n % 4},u{n % 4},2024-01-{1 + n:02} 10:02,2024-01-{1 + n:02} 10:00,https://x.se/p,/p,P"
        for n in range(28)
    ]
    pages = table("id,anonymous_id,user_id,received_at,timestamp,url,path,title", *rows)
    found = outcome(tmp_path, {"example_pages.csv": pages})
    assert found.kinds == {"view": 28}
    assert found.settings.sources["example_pages"].columns["time"] == "timestamp"


def test_orders_that_tell_an_address_or_a_phone_are_of_the_customers_who_have_it(tmp_path: Path) -> None:
    orders = table(
        "order_id,email,phone,ordered_at,total",
        *(
            f"{n},{f'k{n % 6}@x.se' if n % 2 else ''},{'' if n % 2 else f'070-12345{n % 6:02}'},2024-01-{1 + n:02},9.50"
            for n in range(28)
        ),
    )
    found = outcome(tmp_path, {"crm.csv": CRM, "orders.csv": orders})
    assert (found.topics, found.rejected) == ([], 0)
    assert customers_of(found) == {"order": {f"C{n}" for n in range(6)}}


def test_a_table_of_browsers_is_none_of_customers(tmp_path: Path) -> None:
    browsers = table("anonymous_user_id,source", *(f"f{n},ad" for n in range(30)))
    found = outcome(tmp_path, {"crm.csv": CRM, "orders.csv": BOUGHT, "anonymous_users.csv": browsers})
    assert set(found.settings.sources) == {"crm", "orders"}


def test_what_a_nameless_row_of_a_log_is_tells_its_type(tmp_path: Path) -> None:
    rows = [
        f"{n},{'page' if n % 2 else 'track'},{'' if n % 2 else 'Product Viewed'},2024-01-{1 + n:02},u{n % 4}"
        for n in range(28)
    ]
    found = outcome(tmp_path, {"events.csv": table("nr,Event Type,Event Name,Timestamp,User ID", *rows)})
    assert (found.rejected, sum(found.kinds.values()), found.kinds["view"]) == (0, 28, 14)


def test_contacts_of_whom_some_are_there_twice_are_customers_all_the_same(tmp_path: Path) -> None:
    rows = [f"Anna,E{n},k{n}@x.se,070-12345{n:02}" for n in range(28)]
    twice = [row.replace("Anna", "Ann") for row in rows[:3]]
    found = outcome(tmp_path, {"contacts.csv": table("first_name,last_name,email,phone1", *rows, *twice)})
    assert found.settings.sources["contacts"].table == "customers"
    assert found.topics == ["table"]
