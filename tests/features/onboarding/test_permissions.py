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
