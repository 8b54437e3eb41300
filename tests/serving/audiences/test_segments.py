"""Segments where they are used: in decisions, on the command line, and written elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from typer.testing import CliRunner

from features import build
from features.config.settings import Settings
from insights.segments.refresh import refresh_segments
from insights.tables import Tables
from serving.http.current.state import open_state
from serving.jobs.build import build_all
from serving.jobs.insights import refresh_all
from stamkund import app
from tests.insights.segments.homes import YAML, unbuilt
from tests.serving.clients import client_of
from tests.serving.http.errors import reasons_of

OFFERS = "  cups: {table: offers, from: cups.csv, columns: {offer_id: id, name: name, membership: who}}\nconsent:\n"
RULES = """
decisions:
  traits: {kids: number, joined: moment}
  arbitration: {formula: 1}
  caps:
    monthly: {limit: 1, channel: email, within: 30d}
    seen: {limit: 2, counts: exposures, channel: push, within: 30d}
    in_all: {limit: 1, scope: total, channel: sms}
    of_spring: {limit: 1, campaign: spring}
  rests: {clicked: {after: click, channel: letter, rest: 30d}}
  rules:
    for_big: {about: 'candidate.offer_id == "cup"', when: segments.big}
    for_silent: {about: 'candidate.offer_id == "pot"', when: 'journeys.again.order == "dropped"'}
"""
PLAIN = "decisions: {traits: {kids: number, joined: moment}}\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("tea")
    (folder / "cups.csv").write_text("id,name,who\ncup,Cup,anyone\npot,Pot,anyone\n", encoding="utf-8")
    settings = unbuilt(folder, YAML.replace("consent:\n", OFFERS, 1).replace(PLAIN, RULES.lstrip()))
    build_all(settings, as_of=settings.now())
    refresh_segments(settings, as_of=settings.now())
    return settings


@pytest.fixture(scope="module")
def http(settings: Settings) -> Iterator[TestClient]:
    current = open_state(settings.file)
    yield client_of(current, raise_server_exceptions=False)
    current.close()


def asked(settings: Settings, *words: str) -> dict[str, Any]:
    run = CliRunner().invoke(app, ["insights", "segments", *words, "--config", str(settings.file), "--json"])
    assert run.exit_code == 0, run.output
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def test_the_command_counts_lists_and_explains(settings: Settings) -> None:
    every = asked(settings)
    assert {each["name"]: each["members"] for each in every["segments"]}["lund"] == 4
    assert asked(settings, "lund", "--list")["list"] == ["ann", "bo", "cy", "fay"]
    before = asked(settings, "lund", "--list", "--as-of", "2024-06-09")
    assert before["list"] == ["bo", "cy", "fay"]  # ann said so on the tenth
    assert asked(settings, "--count", "traits.kids >= 2")["members"] == 2
    beside = asked(settings, "lund", "--versus", "big")
    assert (beside["members"], beside["other_members"], beside["both"], beside["differences"]) == (4, 2, 2, [])
    overlap = {(each["segment"], each["other"]): each["both"] for each in asked(settings, "--overlap")["overlap"]}
    assert (overlap["big", "lund"], len(overlap)) == (2, 28)  # eight segments
    slip = asked(settings, "--count", 'has(journeys.again.second) || traits.city == "Lundd"')["nobody_has"]
    assert [(each["name"], each["near"]) for each in slip] == [("journeys.again.second", None), ("traits.city", "Lund")]
    why = asked(settings, "big_in_lund", "--why", "bo")
    assert why["segments"]["big"]["needs"] == "features.spent_90d is 60 and must be at least 100"


def test_a_narrow_terminal_shows_each_segment_with_its_figures_however_long_its_rule_is(settings: Settings) -> None:
    rule, narrow = " && ".join(["features.spent_90d >= 0"] * 6), settings.file.with_name("narrow.yaml")
    text = settings.file.read_text(encoding="utf-8")
    narrow.write_text(text.replace("segments:\n", f"segments:\n  any: '{rule}'\n", 1), encoding="utf-8")
    run = CliRunner().invoke(app, ["insights", "segments", "--config", str(narrow)], env={"COLUMNS": "80"})
    (row,) = [line.split() for line in run.output.splitlines() if line.startswith("any ")]
    assert row[3] == "%"


@pytest.mark.parametrize(
    ("words", "english", "swedish"),
    [
        ([], "5 customers as of 2024-06-29T22:00:00Z segment customers share", "5 kunder per 2024-06-29T22:00:00Z"),
        (["lund"], "4 of 5 customers as of", "4 av 5 kunder per 2024-06-29T22:00:00Z: traits.city =="),
        (["lund"], "condition keep out of them unknown alone left", "villkor stänger ute okänt för ensamt kvar"),
        (["--count", "has(journeys.again.second)"], "Nobody ever came to", "Ingen har någonsin kommit till"),
        (["--count", "traits.city == 'Lundd'"], "Did you mean 'Lund'?", "Ingens traits.city är 'Lundd'. Menade du"),
        (["--count", "traits.city == 'X'"], "Nobody's traits.city is 'X'.", "Ingens traits.city är 'X'."),
        (["lund", "--versus", "big"], "4 in lund, 2 in big, 2 in both", "4 i lund, 2 i big, 2 i båda"),
        (["lund", "--versus", "big"], "0 of 0 comparisons stand", "Inget skiljer mer än av slump. 0 av 0 jämförelser"),
        (["lund", "--overlap"], "segment customers and customers in both", "segmentet kunder och kunder i båda"),
        (["big", "--why", "bo"], "bo is not in: features.spent_90d", "bo är inte med: features.spent_90d"),
        (["big_in_lund", "--why", "ann"], "ann is in. segments.big: is in", "ann är med. segments.big: är med"),
    ],
)
def test_people_are_told_of_segments_in_the_language_of_the_settings(
    settings: Settings, words: list[str], english: str, swedish: str
) -> None:
    other = settings.file.with_name("swedish.yaml")
    other.write_text(settings.file.read_text(encoding="utf-8") + "language: sv\n", encoding="utf-8")
    for file, told in ((settings.file, english), (other, swedish)):
        run = CliRunner().invoke(app, ["insights", "segments", *words, "--config", str(file)], env={"COLUMNS": "200"})
        assert told in " ".join(run.output.split())


def test_without_segments_it_is_said_how_to_name_some(tmp_path: Path) -> None:
    settings = unbuilt(tmp_path, YAML.partition("segments:\n")[0] + "language: sv\n")
    build(settings, as_of=settings.now())
    refresh_segments(settings, as_of=settings.now())
    for words in ([], ["--overlap"]):
        run = CliRunner().invoke(app, ["insights", "segments", *words, "--config", str(settings.file)])
        assert "Inga segment är deklarerade" in run.output


def test_people_are_told_in_words_whom_a_channel_reaches(settings: Settings) -> None:
    words = ["insights", "segments", "lund", "--channel", "letter", "--config", str(settings.file)]
    told = [" ".join(line.split()) for line in CliRunner().invoke(app, words).output.splitlines()]
    assert told[-3:] == ["Who can be written to: letter customers", "in the segment 4", "can be reached 4 (100.0 %)"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["lundd"], "unknown_segment"), (["lund", "--count", "true"], "bad_option"), (["--list"], "bad_option"),
        (["lund", "--why", "zoe"], "unknown_customer"), (["--count", "features.spent_91d > 1"], "unknown_name"),
    ],
)  # fmt: skip
def test_the_command_refuses_what_it_does_not_understand(settings: Settings, words: list[str], code: str) -> None:
    run = CliRunner().invoke(app, ["insights", "segments", *words, "--config", str(settings.file), "--json"])
    assert run.exit_code != 0
    assert code in run.output


@pytest.mark.parametrize("kind", ["parquet", "csv", "database"])
def test_members_are_written_elsewhere(settings: Settings, tmp_path: Path, kind: str) -> None:
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    to = url if kind == "database" else str(tmp_path / f"lund.{kind}")
    told = asked(settings, "lund", "--export", to, "--table", "audience")
    assert told["members"] == 4
    if kind == "database":
        rows = pl.read_database("SELECT * FROM audience", sa.create_engine(url))
    else:
        rows = pl.read_parquet(to) if kind == "parquet" else pl.read_csv(to)
    assert rows["customer_id"].sort().to_list() == ["ann", "bo", "cy", "fay"]
    assert set(rows["segment"]) == {"lund"}
    assert {str(each)[:10] for each in rows["as_of"]} == {"2024-06-29"}  # as UTC


def test_an_event_that_changes_the_segment_changes_the_next_decision(http: TestClient) -> None:
    def decided() -> dict[str, Any]:
        body = {"profile": {"id": "bo"}, "placements": [{"id": "home", "count": 2}], "explain": "full"}
        got = http.post("/v1/decisions", json=body)
        assert got.status_code == 200, got.text
        return dict(got.json()["placements"][0])

    before = decided()
    assert [item["offer_id"] for item in before["items"]] == ["pot"]
    assert reasons_of(before)["cup"] == "rule"
    order = {"event": "Order Completed", "userId": "bo", "messageId": "m1", "timestamp": "2024-06-29T10:00:00Z",
             "properties": {"order_id": "o9", "total": 90, "products": [{"product_id": "x", "price": 90}]}}  # fmt: skip
    assert http.post("/v1/track", json=order).json()["accepted"] == 1
    after = decided()
    assert [item["offer_id"] for item in after["items"]] == ["cup"]
    assert reasons_of(after)["pot"] == "rule"  # the time of this order is not over


def why_out(http: TestClient, settings: Settings, channel: str) -> dict[str, str]:
    """By id why members of a segment cannot be reached, which HTTP and the command tell alike."""
    got = http.get("/v1/insights/segments/lund/members", params={"channel": channel}).json()
    assert asked(settings, "lund", "--channel", channel, "--list")["out"] == got["out"]
    told: dict[str, str] = got["out"]
    return told


def test_who_has_had_enough_on_a_channel_falls_out_and_is_told_why(http: TestClient, settings: Settings) -> None:
    no_address = dict.fromkeys(["ann", "bo", "cy", "fay"], "no_address")
    steps = [(step["step"], step["left"]) for step in asked(settings, "lund", "--channel", "email")["audience"]]
    assert steps == [("in_segment", 4), ("identified", 4), ("consented", 1), ("under_caps", 1), ("reachable", 0)]
    assert why_out(http, settings, "email") == {**dict.fromkeys(no_address, "no_permission"), "ann": "no_address"}

    body = {"profile": {"id": "ann"}, "placements": [{"id": "mail"}], "context": {"channel": "email"}}
    assert not http.post("/v1/decisions", json=body).json()["placements"][0]["items"][0]["is_fallback"]
    assert why_out(http, settings, "email")["ann"] == "capped"
    one = http.get("/v1/insights/segments/lund", params={"channel": "email"}).json()
    assert [step["left"] for step in one["audience"]] == [4, 4, 1, 0, 0]
    before = asked(settings, "lund", "--channel", "email", "--list", "--as-of", "2024-06-29")
    assert before["out"]["ann"] == "no_address"  # nothing was chosen by then
    count = http.post("/v1/insights/count", json={"conditions": {"city": "Lund"}, "channel": "email"}).json()
    assert count["audience"] == one["audience"]


def test_exposures_rests_and_what_is_used_up_for_all_count(http: TestClient, settings: Settings) -> None:
    def track(name: str, who: str, event: str, channel: str) -> None:
        sent = {"messageId": name, "userId": who, "event": event, "timestamp": "2024-06-28T10:00:00Z",
                "context": {"channel": channel}, "properties": {"promotion_id": "pot"}}  # fmt: skip
        assert http.post("/v1/track", json=sent).json()["accepted"] == 1

    track("v1", "cy", "Promotion Viewed", "push")
    assert "capped" not in why_out(http, settings, "push").values()
    track("v2", "cy", "Promotion Viewed", "push")
    assert [who for who, why in why_out(http, settings, "push").items() if why == "capped"] == ["cy"]
    track("u1", "fay", "Promotion Clicked", "letter")
    assert [who for who, why in why_out(http, settings, "letter").items() if why == "capped"] == ["fay"]

    assert "capped" not in why_out(http, settings, "sms").values()
    body = {"profile": {"id": "di"}, "placements": [{"id": "text"}], "context": {"channel": "sms"}}
    assert not http.post("/v1/decisions", json=body).json()["placements"][0]["items"][0]["is_fallback"]
    assert set(why_out(http, settings, "sms").values()) == {"capped"}


def test_a_refresh_writes_whom_each_channel_reaches_with_the_caps_as_they_stand(
    http: TestClient, settings: Settings
) -> None:
    body = {"profile": {"id": "ann"}, "placements": [{"id": "mail"}], "context": {"channel": "email"}}
    http.post("/v1/decisions", json=body)
    refresh_all(settings, as_of=settings.now())
    rows = Tables(settings.insights).read("audiences").to_pylist()
    lund = {
        channel: [row["left"] for row in rows if (row["segment"], row["channel"]) == ("lund", channel)]
        for channel in sorted({row["channel"] for row in rows})
    }
    assert [*lund] == ["email", "letter", "push", "sms"]  # of a purpose, a rest and caps; nobody has an address
    assert lund["email"] == [4, 4, 1, 0, 0]  # ann alone allows it, and has got her one message
    for channel, left in lund.items():
        told = asked(settings, "lund", "--channel", channel)["audience"]
        assert left == [step["left"] for step in told], channel
