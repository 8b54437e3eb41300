from __future__ import annotations

from pathlib import Path

from features.config.settings import read_settings
from features.ingest.ingest import ingest
from tests.features.onboarding.newcomers import outcome, table

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
