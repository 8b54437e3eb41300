from __future__ import annotations

from pathlib import Path

import pytest

from tests.features.onboarding.newcomers import outcome, table


def test_spans_are_subscriptions_that_start_and_end(tmp_path: Path) -> None:
    rows = [f"s{n},a{n % 4},2024-01-{1 + n:02},{f'2024-03-{1 + n:02}' if n % 3 == 0 else ''},9.00" for n in range(24)]
    found = outcome(tmp_path, {"subs.csv": table("subscription_id,account_id,start_date,end_date,mrr_amount", *rows)})
    assert found.kinds == {"subscription_end": 8, "subscription_start": 24}
    assert found.events["fragment"].n_unique() == 4
    assert found.topics == []


def test_a_log_of_mails_tells_what_each_row_is(tmp_path: Path) -> None:
    rows = [f"k{n % 5}@x.se,2024-01-{1 + n:02} 10:00,{('Sent', 'Opened', 'Clicked')[n % 3]},spring" for n in range(27)]
    found = outcome(tmp_path, {"log.csv": table("email,ts,st_text,campaign", *rows)})
    assert found.kinds == {"click": 9, "contact": 9, "open": 9}


def test_columns_of_moments_are_messages_opens_and_clicks(tmp_path: Path) -> None:
    rows = [
        f"c{n},spring,2024-01-01 08:00,{'2024-01-01 09:00' if n % 2 else ''},{'2024-01-01 09:05' if n == 3 else ''}"
        for n in range(10)
    ]
    found = outcome(tmp_path, {"sends.csv": table("customer_id,campaign,sent_at,opened_at,clicked_at", *rows)})
    assert found.kinds == {"click": 1, "contact": 10, "open": 5}


def test_answers_are_surveys_on_the_scale_of_their_question(tmp_path: Path) -> None:
    header = "#,How likely are you to recommend us to a friend?,email,Submit Date (UTC)"
    rows = [f"r{n},{n % 11},k{n % 5}@x.se,2024-01-{1 + n:02} 10:00:00" for n in range(22)]
    found = outcome(tmp_path, {"responses.csv": table(header, *rows)})
    assert found.kinds == {"survey": 22}
    assert set(found.events["scale"]) == {"nps"}


def test_tickets_are_support(tmp_path: Path) -> None:
    rows = [f"{n},c{n % 5},2024-01-{1 + n:02} 10:00,late,solved" for n in range(20)]
    found = outcome(tmp_path, {"tickets.csv": table("ticket_id,customer_id,created_at,subject,status", *rows)})
    assert found.kinds == {"support": 20}


def test_a_ticket_is_answered_and_solved_when_its_columns_say(tmp_path: Path) -> None:
    header = "Ticket ID,Requester email,Created time,Due by Time,Initial response time,Resolved time,Closed time,Type"
    rows = [
        f"{n},c{n % 5}@x.se,2024-01-{1 + n:02} 10:00,2024-02-01 10:00,2024-01-{1 + n:02} 11:00,"
        f"{f'2024-01-{1 + n:02} 12:00' if n % 2 else ''},,{('Late', 'Broken')[n % 2]}"
        for n in range(20)
    ]
    found = outcome(tmp_path, {"export.csv": table(header, *rows)})
    assert found.kinds == {"support": 20, "support_answered": 20, "support_resolved": 10}
    assert found.events["ticket_id"].n_unique() == 20
    assert set(found.events["category"]) == {"Late", "Broken"}
    assert found.topics == []


def test_tickets_that_are_rated_are_tickets_and_answers(tmp_path: Path) -> None:
    header = "Ticket ID,Customer Email,Created time,Resolved time,Customer Satisfaction Rating"
    rows = [
        f"{n},c{n % 5}@x.se,2024-01-{1 + n:02} 10:00,{f'2024-01-{2 + n:02} 12:00,{1 + n % 5}' if n % 2 else ','}"
        for n in range(20)
    ]
    found = outcome(tmp_path, {"export.csv": table(header, *rows)})
    assert found.kinds == {"support": 20, "support_resolved": 10, "survey": 10}
    assert found.events.filter(kind="survey")["ticket_id"].n_unique() == 10
    assert set(found.events.filter(kind="survey")["scale"]) == {"csat"}


def test_a_log_of_tickets_opens_each_once(tmp_path: Path) -> None:
    steps = ("new", "open", "on hold", "solved", "reopened", "open")
    rows = [f"{n // 6},c{n // 6 % 5},2024-01-{1 + n // 6:02} 1{n % 6}:00,{steps[n % 6]}" for n in range(120)]
    found = outcome(tmp_path, {"ticket_log.csv": table("ticket_id,customer_id,timestamp,status", *rows)})
    assert found.kinds == {
        "support": 20, "support_on_hold": 20, "support_open": 40, "support_reopened": 20, "support_resolved": 20,
    }  # fmt: skip


def test_totals_of_today_are_no_attributes(tmp_path: Path) -> None:
    rows = [f"{n},Lund,{n}.50,{n}" for n in range(5)]
    found = outcome(tmp_path, {"customers.csv": table("customer_id,city,Total Spent,Total Orders", *rows)})
    assert found.settings.sources["customers"].columns == {"customer_id": "customer_id", "city": "city"}
    assert "totals of today" in found.text


def test_who_answers_again_is_told_by_what_comes_again(tmp_path: Path) -> None:
    rows = [f"r{n:03},k{n % 5}@x.se,2024-01-{1 + n:02} 10:00:00,{n % 11}" for n in range(22)]
    found = outcome(tmp_path, {"survey.csv": table("Respondent ID,Email,submitted at,NPS score", *rows)})
    assert found.events["fragment"].n_unique() == 5
    assert found.topics == ["customer"]


@pytest.mark.parametrize(("name", "topics"), [("snapshots.csv", []), ("balances.csv", ["kind"])])
def test_rows_of_customers_at_moments_are_snapshots(tmp_path: Path, name: str, topics: list[str]) -> None:
    rows = [f"c{n},2024-0{month}-01,{100 * n + month},gold" for month in (1, 2, 3) for n in range(10)]
    found = outcome(tmp_path, {name: table("customer_id,day,balance,tier", *rows)})
    (source,) = found.settings.sources.values()
    columns = {"customer_id": "customer_id", "time": "day", "balance": "balance", "tier": "tier"}
    assert (source.table, source.columns, found.topics) == ("snapshots", columns, topics)
    assert found.rejected == 0


def test_durations_are_neither_people_nor_amounts(tmp_path: Path) -> None:
    rows = [f"T{n},2024-03-{1 + n % 28:02} 10:00,agent {n % 4},{1 + n % 7},{2 * (n % 19)}" for n in range(40)]
    header = "Ticket ID,Created Date,Agent Assigned,Response Time (hours),Resolution Time (hours)"
    found = outcome(tmp_path, {"tickets.csv": table(header, *rows)})
    assert (found.kinds, found.topics) == ({"support": 40}, ["customer"])


def test_a_questionnaire_is_no_table_of_orders_though_it_has_weights(tmp_path: Path) -> None:
    names = ",".join(f"Q{n}A" for n in range(1, 11))
    rows = (f"{n},{n % 7},2016-05-{1 + n:02},DELTA,{','.join([str(n % 5 + 1)] * 10)},1.0{n:02}" for n in range(28))
    found = outcome(tmp_path, {"sfo.csv": table(f"RESPNUM,RUNID,INTDATE,AIRLINE,{names},WEIGHT", *rows)})
    assert found.topics == ["unplaced"]
    assert found.kinds == {}
    assert "questionnaire of 10 questions (Q1A, Q2A, Q3A, Q4A, Q5A …)" in found.text
    assert "#   kind: survey" in found.text
