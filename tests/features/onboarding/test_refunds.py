from __future__ import annotations

from pathlib import Path

import pytest

from tests.features.onboarding.newcomers import outcome, table

ROWS = [f"{n},c{n % 3},2024-01-{1 + n:02} 10:00,20.00" for n in range(30)]
HEADER = "order_id,customer_id,time,amount"


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_column_of_kinds_tells_refunds(tmp_path: Path, sign: str) -> None:
    rows = [f"{row},Sale" for row in ROWS] + [f"{n},c0,2024-02-01 10:00,{sign}5.00,Refund" for n in (0, 3)]
    found = outcome(tmp_path, {"payments.csv": table(f"{HEADER},type", *rows)})
    assert found.told == (30, 3, 590.0)
    assert found.kinds == {"order": 30, "refund": 2}


def test_what_was_given_back_stands_beside_the_amount(tmp_path: Path) -> None:
    rows = [f"{row},{'5.00' if row.startswith('1,') else '0.00'}" for row in ROWS]
    found = outcome(tmp_path, {"orders.csv": table(f"{HEADER},refunded_amount", *rows)})
    assert found.told == (30, 3, 595.0)
    assert found.kinds == {"order": 30, "refund": 1}


def test_an_order_that_was_given_back_counts_where_a_column_tells_how_much(tmp_path: Path) -> None:
    rows = [f"{row},{'20.00,refunded' if row.startswith('1,') else '0.00,paid'}" for row in ROWS]
    found = outcome(tmp_path, {"orders.csv": table(f"{HEADER},refunded_amount,status", *rows)})
    assert found.told == (30, 3, 580.0)


@pytest.mark.parametrize("name", ["refunds.csv", "retouren.csv", "palautukset.csv"])
def test_a_file_of_refunds(tmp_path: Path, name: str) -> None:
    back = table(HEADER, "1,c1,2024-02-01 10:00,20.00", "2,c2,2024-02-01 11:00,20.00")
    found = outcome(tmp_path, {"orders.csv": table(HEADER, *ROWS), name: back})
    assert found.told == (30, 3, 560.0)


def test_amounts_below_zero_throughout_are_asked_about(tmp_path: Path) -> None:
    rows = [row.replace("20.00", "-20.00") for row in ROWS]
    found = outcome(tmp_path, {"card.csv": table(HEADER, *rows)})
    assert found.topics == ["refund"]
    assert found.told == (30, 3, 600.0)


def test_payouts_and_fees_are_neither(tmp_path: Path) -> None:
    rows = [f"{row},Charge" for row in ROWS] + [
        "90,c0,2024-02-01 10:00,500.00,Payout",
        "91,c0,2024-02-01 10:00,1.00,Fee",
    ]
    found = outcome(tmp_path, {"balance.csv": table(f"{HEADER},type", *rows)})
    assert found.told == (30, 3, 600.0)


def test_many_amounts_below_zero_are_asked_about(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 3},2024-01-{1 + n:02} 10:00,{'-' if n % 2 else ''}20.00" for n in range(30)]
    found = outcome(tmp_path, {"account.csv": table(HEADER, *rows)})
    assert (found.kinds, found.topics) == ({"order": 15, "refund": 15}, ["refund"])
    assert "# where: 'amount > 0'" in found.text


def test_refunds_of_an_account_are_of_whom_they_went_to_and_of_their_order(tmp_path: Path) -> None:
    # Of ten payments by three people the first two are paid back, each under an id of its own.
    header = (
        "Date,Time,TimeZone,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,To Email Address,"
        "Transaction ID,Reference Txn ID"
    )
    row = "{day},10:00:00,CET,{who},{kind},Completed,EUR,{paid},0.00,{paid},{sender},{receiver},{number},{original}"
    paid = {"kind": "Website Payment", "paid": "8.00", "receiver": "us@x.se", "original": ""}
    back = {"kind": "Payment Refund", "paid": "-8.00", "sender": "us@x.se"}
    rows = [
        *(row.format(**paid, day=f"01/{15 + n}/2024", who=f"p{n % 3}", sender=f"p{n % 3}@x.se", number=f"T{n}")
          for n in range(10)),
        *(row.format(**back, day=f"02/{15 + n}/2024", who=f"p{n}", receiver=f"P{n}@x.se", number=f"R{n}",
                     original=f"T{n}") for n in (0, 1)),
    ]  # fmt: skip
    found = outcome(tmp_path, {"Download.csv": table(header, *rows)})
    assert found.told == (10, 3, 64.0)
    refunds = found.events.filter(kind="refund").sort("order_id")
    assert refunds["fragment"].to_list() == ["p0@x.se", "p1@x.se"]
    assert refunds["order_id"].to_list() == ["T0", "T1"]
