from __future__ import annotations

import json
from pathlib import Path

import pytest

from features.onboarding.propose import propose
from tests.features.onboarding.newcomers import outcome, table, written

# Customers c0 to c4 order every week; order n of 1 to 60 is of customer n % 5.
DAYS = [f"2024-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(60)]
LINES = [(n, f"c{n % 5}", day, item, price) for n, day in enumerate(DAYS) for item, price in (("tea", 4), ("cup", 6))]


def test_german_exports_need_no_hand(tmp_path: Path) -> None:
    rows = [f"B{n:03};K-{n % 5};{day[8:]}.{day[5:7]}.{day[:4]};1.0{n:02},50" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"export.csv": table("Bestellnummer;Kundennummer;Bestelldatum;Betrag", *rows)})
    assert found.told == (60, 5, 60 * 1000.5 + sum(range(60)))
    assert (found.topics, found.rejected) == ([], 0)


def test_amounts_of_lines_come_before_the_total_on_each_line(tmp_path: Path) -> None:
    rows = [f"{n},{who},{day},{item},{price},10" for n, who, day, item, price in LINES]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,sku,line_amount,total", *rows)})
    assert found.settings.sources["orders"].columns["value"] == "line_amount"
    assert found.told == (60, 5, 600.0)
    assert found.topics == []


def test_the_total_on_each_line_counts_once_where_lines_tell_no_amount(tmp_path: Path) -> None:
    rows = [f"{n},{who},{day},{item},{10 + n}" for n, who, day, item, _ in LINES]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,sku,total", *rows)})
    assert found.told == (60, 5, 600.0 + sum(range(60)))


def test_what_stands_on_the_first_line_only_counts_for_all(tmp_path: Path) -> None:
    rows = []
    for n, who, day, item, price in LINES:
        first = f"{who}@x.se,{day} 10:00:00 +0100,paid,10.00" if item == "tea" else ",,,"
        rows.append(f"#{n},{first},1,{item},{price}.00")
    header = "Name,Email,Created at,Financial Status,Total,Lineitem quantity,Lineitem name,Lineitem price"
    found = outcome(tmp_path, {"orders_export.csv": table(header, *rows)})
    assert found.told == (60, 5, 600.0)
    assert found.events.filter(item_id="cup").height == 60


@pytest.mark.parametrize("cancelled", ["cancelled", "Storniert", "annulée"])
def test_cancelled_and_refunded_orders_do_not_count(tmp_path: Path, cancelled: str) -> None:
    words = ["completed", cancelled, "refunded"]
    rows = [f"{n},c{n % 5},{day},{words[n % 3]},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,status,total", *rows)})
    assert found.told == (20, 5, 200.0)
    assert found.topics == []


def test_a_price_beside_a_number_that_may_count_pieces_is_asked_about(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},{day},{1 + n % 3},{10 + n % 7}.50" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,xyz,unit_price", *rows)})
    assert found.topics == ["amount"]


def test_orders_without_an_amount_beside_an_unknown_number_are_asked_about(tmp_path: Path) -> None:
    kinds = ("purchase", "page_view")
    rows = [f"{kinds[n % 2]},c{n % 5},{day},{f'{10 + n % 7}.50' if n % 2 == 0 else ''}" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"events.csv": table("event_name,user_id,event_time,xyz", *rows)})
    assert found.topics == ["amount"]


@pytest.mark.parametrize(
    ("row", "asked", "answer"),
    [
        ("{who},{amount},{day}", "value: column2", "# order_id: column2"),  # 25, 26 … 84: amounts, or ids of orders
        ("{who},{spread},{day}", "value: column2", "# id: column2"),  # 17 amounts that come again, as customers do
        ("{number},{who},{day}", "order_id: column1", "# value: column1"),  # 50017, 50018 …: all of five digits
        ("{row},{who},{day}", "order_id: column1", "# value: column1"),  # 1, 2 … 60
        ("{number},{who},{pieces},{day}", "order_id: column1", "# value: column3"),
        ("{who},{pieces},{spread},{day}", "value: column3", "# value: 'column2 * column3'"),
    ],
)
def test_whole_numbers_without_names_are_asked_about(tmp_path: Path, row: str, asked: str, answer: str) -> None:
    rows = [
        row.format(who=760 + n % 5, amount=25 + n, spread=8 + n * 7 % 17, number=50017 + n, row=n + 1,
                   pieces=1 + n % 3, day=day)
        for n, day in enumerate(DAYS)
    ]  # fmt: skip
    found = outcome(tmp_path, {"purchases.txt": table(*rows)})
    assert found.events["fragment"].unique().sort().to_list() == ["760", "761", "762", "763", "764"]
    assert (found.events.height, found.topics) == (60, ["customer", "amount"])
    lines = [line.strip() for line in found.text.splitlines()]
    assert {asked, answer} <= set(lines)


def test_days_without_signs_are_no_ids(tmp_path: Path) -> None:
    # A customer's 12 orders of 1 to 60 come to 10.25 each and a cent more for each of the numbers: 615 + 17.70.
    rows = [f"{n % 5:05},{day.replace('-', '')},{1 + n % 3},{10.25 + n / 100:.2f}" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"cds.txt": table(*rows)})
    assert found.told == (60, 5, 632.7)
    assert found.topics == ["customer", "amount"]


def test_columns_of_one_letter_are_no_names_of_ours(tmp_path: Path) -> None:
    letters = "a,c,g,l,n,p,t"
    rows = [f"1,2,3,4,5,6,7,{n},c{n % 5},{day} 2:30 PM,€10.50" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table(f"{letters},order_id,customer_id,order_date,amount", *rows)})
    assert (found.told, found.topics) == ((60, 5, 630.0), [])


@pytest.mark.parametrize(
    ("names", "states"),
    [("State", ("NY", "CA", "TX")), ("Ship City,Ship State", ("Rye,NY", "Ontario,ON", "Rome,Lazio"))],
)
def test_the_states_of_a_country_are_no_states_of_orders(tmp_path: Path, names: str, states: tuple[str, ...]) -> None:
    rows = [f"{n},c{n % 5},{day},{states[n % 3]},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table(f"order_id,customer_id,order_date,{names},amount", *rows)})
    assert (found.told, found.topics) == ((60, 5, 600.0), [])


def test_places_and_pieces_are_nobody(tmp_path: Path) -> None:
    rows = [f"{n},{day},{1 + n % 3},Rome {n % 5},10" for n, day in enumerate(DAYS)]
    header = "Order ID,Sale Date,Number of Items,Ship City,Order Total"
    proposal = propose([written(tmp_path, "orders.csv", table(header, *rows))], home=tmp_path)
    assert [question.topic for draft in proposal.drafts for question in draft.choice.questions] == ["unplaced"]


def test_names_may_stand_for_ids_that_are_missing(tmp_path: Path) -> None:
    rows = [f"{n},{'' if n % 5 == 4 else f'c{n % 5}@x.se'},Ann {n % 5},{day},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,email,Billing Name,order_date,amount", *rows)})
    assert (found.told, found.topics, found.rejected) == ((48, 4, 480.0), ["customer"], 12)
    assert "# id: 'coalesce(email, \"Billing Name\")'" in found.text


def test_numbers_and_addresses_stand_for_each_other_as_texts(tmp_path: Path) -> None:
    who = [f"{n % 5}," if n % 3 else f",c{n % 5}@x.se" for n in range(len(DAYS))]
    rows = [f"o{n},{who[n]},{day},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,email,order_date,amount", *rows)})
    (answer,) = (line.split("# ")[1] for line in found.text.splitlines() if "# id: coalesce" in line.replace("'", ""))
    assert answer == "id: 'coalesce(CAST(customer_id AS VARCHAR), email)'"


def test_guests_who_share_the_number_0_are_nobody(tmp_path: Path) -> None:
    guests = [f"{n},0,g{n}@x.se,{day},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,email,order_date,amount", *guests)})
    assert found.told == (60, 60, 600.0)
    header = "order_id,customer_id,order_date,amount"
    rows = [f"{n},{11 + n % 20 if n % 3 else 0},{day},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table(header, *rows)})
    assert (found.told, found.topics, found.rejected) == ((40, 20, 400.0), ["customer"], 20)


def test_the_currency_in_the_name_of_an_amount_is_that_of_the_amount(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},{day},{10 + n},{('IDR', 'PHP')[n % 2]}" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,usdAmount,fiatCurrency", *rows)})
    assert found.told == (60, 5, 600.0 + sum(range(60)))
    assert "currency: USD" in found.text


def test_a_state_that_is_not_known_is_asked_about(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},{day},{('done', 'zurb')[n % 2]},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,status,total", *rows)})
    assert found.topics == ["status"]
    assert "# ? do orders count whose status is zurb?" in found.text
    assert found.told == (60, 5, 600.0)


def test_quantity_times_price_where_there_is_no_amount(tmp_path: Path) -> None:
    rows = [f"{n},{who},{day},{item},{1 + n % 3},{price}.50" for n, who, day, item, price in LINES]
    found = outcome(tmp_path, {"s.csv": table("InvoiceNo,CustomerID,InvoiceDate,Product,Quantity,UnitPrice", *rows)})
    assert found.told == (60, 5, sum((1 + n % 3) * 11.0 for n in range(60)))
    assert found.topics == []


def test_rows_of_one_customer_at_one_moment_are_one_basket(tmp_path: Path) -> None:
    rows = [f"{who},{day},{item}" for _, who, day, item, _ in LINES]
    found = outcome(tmp_path, {"baskets.csv": table("customer_id,date,item", *rows)})
    assert found.told[:2] == (60, 5)


def test_numbers_that_start_anew_each_day_name_orders_with_their_day(tmp_path: Path) -> None:
    rows = [f"{n},c{day % 4 + n},2024-03-{day:02} 1{n}:00,5" for day in range(1, 29) for n in (1, 2, 3)]
    found = outcome(tmp_path, {"receipts.csv": table("receipt_no,customer_id,time,amount", *rows)})
    assert found.told == (84, 6, 420.0)


def test_orders_in_parts_of_a_price_that_shapes_alone_tell(tmp_path: Path) -> None:
    rows = [f"z{n:04},k-{n % 5}9,{day},w{i},{1 + n % 3},{i + 1}.25" for n, day in enumerate(DAYS) for i in (0, 1)]
    found = outcome(tmp_path, {"x.csv": table("zam,kl,dz,tow,il,cen", *rows)})
    assert found.told == (60, 5, sum((1 + n % 3) * 3.5 for n in range(60)))
    assert "customer" in found.topics


def test_what_was_paid_for_an_order_is_shared_out_over_its_lines(tmp_path: Path) -> None:
    # Lines of 4 and 6, and 3.33 for shipping: 13.33 an order, of which the dearer line has 8.00 and the other 5.33.
    rows = [f"{n},{who},{day},{item},{price}.00,3.33,13.33" for n, who, day, item, price in LINES]
    header = "order_id,customer_id,order_date,sku,line_amount,shipping,total"
    found = outcome(tmp_path, {"orders.csv": table(header, *rows)})
    assert found.told == (60, 5, 799.8)
    assert set(found.events.filter(item_id="cup")["value"]) == {800}
    assert found.topics == ["amount"]


def test_lines_within_the_records_of_a_json_file(tmp_path: Path) -> None:
    orders = [
        {
            "id": n,
            "customer": {"id": n % 5},
            "created_at": f"{day}T10:00:00Z",
            "total_price": "10.00",
            "line_items": items,
        }
        for n, day in enumerate(DAYS)
        for items in ([{"sku": "tea", "quantity": 2, "price": "2.00"}, {"sku": "cup", "quantity": 1, "price": "6.00"}],)
    ]
    found = outcome(tmp_path, {"orders.json": json.dumps({"orders": orders})})
    assert found.told == (60, 5, 600.0)
    assert found.events.filter(item_id="tea").height == 60


def test_months_that_overlap_count_once(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},{day},10" for n, day in enumerate(DAYS)]
    header = "order_id,customer_id,order_date,amount"
    found = outcome(tmp_path, {"orders.csv": table(header, *rows, *rows[20:30])})
    assert found.told == (60, 5, 600.0)
    assert found.rejected == 10  # each with its reason


def test_cents_by_name(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},{day},1050" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,amount_cents", *rows)})
    assert found.told == (60, 5, 630.0)


def test_whole_numbers_that_may_be_cents_are_asked_about(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},{day},{1095 + n}" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,total", *rows)})
    assert found.topics == ["amount"]


def test_a_word_for_nobody_is_no_customer(tmp_path: Path) -> None:
    rows = [f"{n},{'guest' if n % 4 == 0 else 100 + n % 5},{day},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,total", *rows)})
    assert (found.told, found.rejected) == ((45, 5, 450.0), 15)


def test_an_id_of_zero_among_others_is_a_customer(tmp_path: Path) -> None:
    rows = [f"{n},{n % 5},{day},10" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"orders.csv": table("order_id,customer_id,order_date,total", *rows)})
    assert (found.told, found.rejected) == ((60, 5, 600.0), 0)


def test_a_quantity_that_no_name_tells_is_taken_from_whole_numbers_and_asked_about(tmp_path: Path) -> None:
    rows = [f"{n},{who},{day},{item},{1 + n % 3},{price}.50" for n, who, day, item, price in LINES]
    found = outcome(tmp_path, {"sales.csv": table("order_id,customer_id,order_date,sku,zurb,unit_price", *rows)})
    assert found.told == (60, 5, sum((1 + n % 3) * 11.0 for n in range(60)))
    assert found.topics == ["amount"]


def test_orders_of_a_log_without_a_known_amount_are_asked_about(tmp_path: Path) -> None:
    rows = [f"c{n % 5},{day} 10:00,{('page_view', 'purchase')[n % 2]},{n}.25" for n, day in enumerate(DAYS)]
    found = outcome(tmp_path, {"events.csv": table("user_id,timestamp,event_name,zurb", *rows)})
    assert found.kinds == {"order": 30, "view": 30}
    assert found.topics == ["amount"]
