"""The benchmark of ingest does its work at a tiny size: how long it takes is not asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.ingest.__main__ import main
from benchmarks.ingest.company import ITEMS, company, kept
from benchmarks.ingest.deaths import deaths
from benchmarks.ingest.files import measure
from benchmarks.ingest.messages import BATCH, batches, ids
from features.config.settings import Settings, read_settings
from features.events.money import Money
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.intake import receive
from serving.store.engine import open_store
from serving.store.event_log import append_events


@pytest.mark.parametrize("given_ids", [True, False])
def test_the_lake_holds_what_the_file_says(tmp_path: Path, *, given_ids: bool) -> None:
    figures = measure(tmp_path, 600, 1, given_ids=given_ids)
    assert (figures["rows"], figures["ratio"] > 0) == (600, True)


def test_no_message_is_made_twice_and_each_is_accepted() -> None:
    made = batches(["ann", "bob"], ITEMS)
    first, second = next(made), next(made)
    assert len({*ids(first), *ids(second)}) == 2 * BATCH
    log = lambda messages: {str(events[0]["event_id"]) for events in messages}  # noqa: E731
    verdicts = receive(json.loads(first)["batch"], Receiver(Money("USD", 2), now=0), log)
    assert {verdict.status for verdict in verdicts} == {"accepted"}


def test_what_is_lost_is_counted_wherever_it_is_lost(tmp_path: Path) -> None:
    config = company(tmp_path / "company")
    sent = ["a", "b"]
    keep(read_settings(config), sent)
    assert kept(config, sent) == {"lost": 0, "duplicated": 0}
    assert kept(config, [*sent, "c"]) == {"lost": 1, "duplicated": 0}


def keep(settings: Settings, sent: list[str]) -> None:
    store = open_store(settings.store_url)
    who = {"fragment": "c1", "id": "c1", "id_type": "user_id", "source": "http"}
    append_events(store, [[{"event_id": id_, "time": 1, "kind": "visit", **who}] for id_ in sent], received_at=1)
    store.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_nothing_acknowledged_is_lost_or_kept_twice_when_the_service_is_killed(
    store: str, workers: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = str(request.getfixturevalue("postgres_url")) if store == "postgres" else None
    figures = deaths(company(tmp_path / "company", url), workers=workers, kills=2)
    assert figures["acknowledged"] >= 3000
    assert (figures["lost"], figures["duplicated"], figures["kills"]) == (0, 0, 2)


@pytest.mark.slow
def test_the_command_ends_with_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--only", "http", "--runs", "1", "--requests", "4"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["lost"], figures["duplicated"]) == (0, 0)
    assert min(figures["events_per_second"], figures["events_per_second_power"]) > 0
