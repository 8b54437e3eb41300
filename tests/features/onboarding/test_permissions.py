"""Exports of who may be written to: a source to be taken out of its comments, and a question; never silence."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.config.settings import read_settings
from features.ingest.ingest import ingest
from features.lake import Lake
from tests.features.onboarding.newcomers import outcome, table


@pytest.mark.parametrize(
    ("header", "row", "asked"),
    [
        ("Email Address,First Name,Status,OPTIN_TIME,LAST_CHANGED", "subscribed,2024-01-01,2024-02-01", ["status"]),
        ("Email Address,First Name,Email Marketing Consent,Joined", "NEVER_SUBSCRIBED,2024-01-01", ["status"]),
        ("Email Address,First Name,Newsletter,Joined", "ja,2024-01-01", ["status"]),
        ("Email Address,First Name,Status,Joined", "vip,2024-01-01", []),
        ("Email Address,First Name,Married,Joined", "ja,2024-01-01", []),
    ],
)
def test_a_column_of_permissions_is_asked_about(tmp_path: Path, header: str, row: str, asked: list[str]) -> None:
    rows = [f"k{n}@x.se,Ann{n},{row}" for n in range(9)]
    found = outcome(tmp_path, {"members.csv": table(header, *rows)})
    assert (found.topics, [*found.settings.sources]) == (asked, ["members"])
    assert found.settings.clock is None


def test_the_source_in_comments_counts_once_they_are_taken_away(tmp_path: Path) -> None:
    rows = [f"k{n}@x.se,Ann{n},{'cleaned' if n == 3 else 'subscribed'},2024-01-01,2024-02-0{1 + n}" for n in range(9)]
    header = "Email Address,First Name,Status,OPTIN_TIME,LAST_CHANGED"
    found = outcome(tmp_path, {"members.csv": table(header, *rows)})
    lines = found.text.splitlines()
    start = lines.index("  # members_status:")
    source = [line.replace("  # ", "  ", 1) if line.startswith("  # ") else line for line in lines[start : start + 9]]
    file = tmp_path / "stamkund.yaml"
    file.write_text("\n".join([*lines[:start], *source, *lines[start + 9 :]]))
    settings = read_settings(file)
    ingest(settings)
    events = Lake(settings.lake).scan("events").sort("fragment").collect()
    assert events["kind"].to_list() == ["subscribe"] * 9
    (closed,) = events.filter(pl.col("status") == "cleaned").select("channel", "ids").rows()
    assert closed == ("email", '{"email":"k3@x.se"}')


KLAVIYO = (
    "Email,Klaviyo ID,First Name,Last Name,City,Country,Latitude,Longitude,Source,Email Marketing Consent,"
    "Email Marketing Consent Timestamp,Historic Customer Lifetime Value,Average Order Value,Historic Number Of Orders,"
    "First Active,Last Active,Profile Created On,Date Added,Last Open,Average Days Between Orders"
)
MAILCHIMP = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,{}LATITUDE,LONGITUDE,LAST_CHANGED,LEID,EUID"


def at(n: int) -> str:
    return f"2024-{1 + n // 28:02}-{1 + n % 28:02} {n % 24:02}:{n % 60:02}:{n % 60:02}"


def test_an_export_of_profiles_is_a_table_of_customers_whatever_it_tells_of_orders_and_places(tmp_path: Path) -> None:
    words = ("SUBSCRIBED", "UNSUBSCRIBED", "NEVER_SUBSCRIBED")
    rows = [
        f"k{n}@x.se,01H{n:04}AB,Ann{n},Lee,Austin,US,{30 + n / 100:.4f},{-97 - n / 100:.4f},Shop,"
        f"{words[n % 3]},{at(n)},{n * 3.5:.2f},{20 + n % 7}.50,{n % 5},"
        f"{at(n)},{at(n + 9)},{at(n)},{at(n + 1)},{at(n + 5)},{n % 30}.1"
        for n in range(40)
    ]
    found = outcome(tmp_path, {"klaviyo.csv": table(KLAVIYO, *rows)})
    (source,) = found.settings.sources.values()
    assert (source.table, source.columns["customer_id"], found.topics) == ("customers", "Email", ["status"])
    assert not {"value", "average_order_value", "historic_number_of_orders"} & source.columns.keys()
    assert "  # klaviyo_email_marketing_consent:" in found.text


@pytest.mark.parametrize(("column", "kind"), [("", "subscribe"), ("UNSUB_TIME,", "unsubscribe")])
def test_a_list_of_who_joined_or_left_tells_it_by_its_moments(tmp_path: Path, column: str, kind: str) -> None:
    left = f"{at(50)}," if column else ""
    rows = [
        f"m{n}@x.se,Bo{n},{1 + n % 5},,{at(n)},{left}59.{n},18.{n},{at(n + 3)},{1000 + n},e{n:04x}" for n in range(40)
    ]
    found = outcome(tmp_path, {"members.csv": table(MAILCHIMP.format(column), *rows)})
    assert ([*found.settings.sources], found.topics) == (["members"], ["status"])
    lines = found.text.splitlines()
    start = lines.index(f"  # members_{'unsub_time' if column else 'confirm_time'}:")
    assert lines[start + 1] == f"  #   kind: {kind}"


WIDE = "user_id,timestamp,C0001,C0002,C0004"
LONG = "Controller ID,Timestamp,Consent Action,Data Processing Service ID,Consent Given"


@pytest.mark.parametrize(
    ("name", "header", "row", "mapped"),
    [
        ("choices", WIDE, "u{k},{at},1,{bit},0", {"C0001": "C0001", "C0002": "C0002", "C0004": "C0004"}),
        ("history", LONG, "c{k}f{k}e,{at},onSave{bit},{service},{word}", None),
    ],
)
def test_a_log_of_consents_says_what_was_answered(
    tmp_path: Path, name: str, header: str, row: str, mapped: dict[str, str] | None
) -> None:
    services, words = ("HkocEodjb7", "BJ59EidsWQ", "S1pcEj_jZX"), ("false", "true")
    rows = [
        row.format(k=100 + n % 12, at=at(n), bit=n % 2, service=services[n % 3], word=words[n % 2]) for n in range(48)
    ]
    found = outcome(tmp_path, {f"{name}.csv": table(header, *rows)})
    (source,) = found.settings.sources.values()
    assert (source.kind, found.rejected, "status" in found.topics) == ("consent", 0, True)
    if mapped is None:
        told = found.events.select("purpose", "status").unique().rows()
        assert {purpose for purpose, _ in told} == set(services)
        assert {status for _, status in told} == set(words)
    else:
        assert source.consents == mapped
        assert found.events["consents"].unique().sort().to_list() == [
            '{"C0001":true,"C0002":false,"C0004":false}', '{"C0001":true,"C0002":true,"C0004":false}',
        ]  # fmt: skip
