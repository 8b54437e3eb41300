"""Metrics: what they count, that their labels have an end, and that two workers count together."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from features.units import DAY, SECOND
from serving.http.app import create_app
from serving.http.current.built import Built
from serving.http.current.freshness import Freshness
from serving.http.current.state import CurrentState
from serving.http.readiness.pulse import Standing
from serving.store.tables.schema import META
from tests.serving.clients import HERE, client_of
from tests.serving.http.servers import stamkund_server
from tests.serving.process.watching import Values, in_progress, values, wait_for, workers_of
from tests.serving.shop import NOW, carried_shop


def moved(http: TestClient, ask: Callable[[], object], names: str) -> Values:
    """By how much the series whose names match have moved, of those that have."""
    before = values(http.get("/metrics").text)
    ask()
    after = values(http.get("/metrics").text)
    moves = {name: value - before.get(name, 0.0) for name, value in after.items()}
    return {name: by for name, by in moves.items() if by and re.match(names, name)}


def decide(http: TestClient, **more: object) -> httpx.Response:
    got: httpx.Response = http.post("/v1/decisions", json={"placements": [{"id": "home", "count": 1}]} | more)
    assert got.status_code == 200
    return got


def test_decisions_are_counted_by_what_they_come_to(own: CurrentState) -> None:
    http = client_of(own)
    got = decide(http, profile={"id": "1"}, explain="full").json()["placements"][0]
    assert not got["items"][0]["is_fallback"]
    excluded = {each["reason"]: each["count"] for each in got["excluded"] if each["reason"] != "outranked"}
    assert excluded
    moves = moved(http, lambda: decide(http, profile={"id": "1"}, explain="none"), "stamkund_(decisions|exclusions)_t")
    assert moves == {'stamkund_decisions_total{outcome="chosen"}': 1.0} | {
        f'stamkund_exclusions_total{{reason="{reason}"}}': count for reason, count in excluded.items()
    }
    unknown = moved(http, lambda: decide(http, profile={"id": "nobody"}), "stamkund_(decisions|exclusions)_t")
    assert unknown == {'stamkund_decisions_total{outcome="fallback"}': 1.0}


def test_a_decision_of_the_past_is_not_counted(own: CurrentState) -> None:
    http = client_of(own)
    past = {"profile": {"id": "1"}, "as_of": "2017-11-20T00:00:00Z"}
    assert moved(http, lambda: decide(http, **past), "stamkund_(decisions|exclusions)_t") == {}


def test_errors_are_counted_by_code(own: CurrentState) -> None:
    http = client_of(own)

    def ask() -> None:
        http.get("/v1/nowhere")
        http.post("/v1/scores", json={"customers": []})
        http.post("/v1/scores", content=b"{", headers={"content-type": "application/json"})
        http.post("/v1/scores", json={"customers": 1})
        http.post("/v1/batch", content=b" " * 200_000)

    codes = ("not_found", "no_profiles", "malformed_json", "invalid_request", "body_too_large")
    assert moved(http, ask, "stamkund_errors_t") == {f'stamkund_errors_total{{code="{code}"}}': 1.0 for code in codes}


def test_the_stores_time_is_told_by_operation(own: CurrentState) -> None:
    http = client_of(own)

    def ask() -> None:
        decide(http, profile={"id": "1"})
        http.post("/v1/track", json={"userId": "1", "event": "Product Viewed", "messageId": "once"})

    moves = moved(http, ask, "stamkund_store_seconds_count")
    assert moves.pop('stamkund_store_seconds_count{operation="read"}') >= 1
    assert moves == {
        'stamkund_store_seconds_count{operation="save_decision"}': 1.0,
        'stamkund_store_seconds_count{operation="append_events"}': 1.0,
    }


def test_two_thousand_paths_make_no_more_series_than_one(own: CurrentState) -> None:
    app = create_app(own)

    async def ask(paths: Iterable[str]) -> None:
        for path in paths:
            sent: list[Message] = []
            await app(scope_of(path), nothing, partial(keep, sent))
            assert sent[0]["status"] == 404

    def paths(number: int) -> list[str]:
        anna = f"anna{number}@shop.example"
        return [f"/{anna}", f"/v1/{anna}", f"/v1/profiles/email:{anna}", f"/v1/profiles/email:{anna}/events"]

    async def told() -> list[str]:
        sent: list[Message] = []
        await app(scope_of("/metrics"), nothing, partial(keep, sent))
        lines: list[str] = sent[1]["body"].decode().splitlines()
        return lines

    async def series() -> tuple[list[str], list[str]]:
        await ask(paths(0))
        await told()
        before = await told()
        await ask(path for number in range(500) for path in paths(number))
        return before, await told()

    before, after = asyncio.run(series())
    assert len(after) == len(before)
    assert [line for line in after if "anna" in line] == []


def scope_of(path: str) -> Scope:
    return {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b"", "client": HERE}


async def nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def keep(sent: list[Message], message: Message) -> None:
    sent.append(message)


def test_models_build_and_lake_are_as_old_as_they_are(own: CurrentState) -> None:
    own.built = Built(as_of=NOW - DAY, records=80, written=1_000.0, is_behind=True)
    lineup = own.state.lineup
    assert lineup is not None
    models = {name: replace(model, version=7, as_of=NOW - 84 * DAY) for name, model in lineup.models.items()}
    own.state = replace(own.state, lineup=replace(lineup, models=models))
    told: dict[tuple[str, ...], float] = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in Freshness(own, clock=lambda: 4_600.0).collect()
        for sample in metric.samples
    }
    expected: dict[tuple[str, ...], float] = (
        {
            ("stamkund_ready",): 1,
            ("stamkund_store_up", "read"): 1,
            ("stamkund_store_up", "write"): 1,
            ("stamkund_targets_unanswered",): 0,
            ("stamkund_build_age_seconds",): 86_400.0,
            ("stamkund_records",): 80,
            ("stamkund_records_behind",): 1,
            ("stamkund_lake_age_seconds",): 3_600.0,
        }
        | {("stamkund_model_version", name): 7 for name in models}
        | {("stamkund_model_age_seconds", name): 84 * 86_400.0 for name in models}
    )
    assert told == expected
    own.pulse.standing = Standing(writes="store_full")
    text = client_of(own).get("/metrics").text
    assert values(text)['stamkund_store_up{operation="write"}'] == 0
    assert values(text)["stamkund_ready"] == 0


def test_what_is_told_of_the_build_is_renewed_though_no_model_changes(own: CurrentState) -> None:
    assert own.built is not None
    assert (own.built.as_of, own.built.is_behind) == (NOW, False)
    with own.state.store.begin() as connection:
        for key, value in (("as_of", NOW + SECOND), ("lake", "other")):
            connection.execute(sa.update(META).where(META.c.key == key).values(value=str(value)))
    own.renew()
    assert (own.built.as_of, own.built.is_behind) == (NOW + SECOND, True)
    with own.state.store.begin() as connection:
        connection.exec_driver_sql("DROP TABLE meta")
    own.renew()
    assert own.built.as_of == NOW + SECOND  # what was known last


@pytest.mark.slow
def test_two_workers_count_together_and_what_a_killed_one_was_at_is_over(tmp_path: Path) -> None:
    home = carried_shop(tmp_path)
    with stamkund_server(home / "stamkund.yaml", home / "log", "--workers", "2") as (url, child):
        for _ in range(40):
            assert httpx.post(f"{url}/v1/decisions", json={"profile": {"id": "1"}}).status_code == 200
        for _ in range(10):  # whichever worker is asked
            series = values(httpx.get(f"{url}/metrics").text)
            assert series['stamkund_decisions_total{outcome="chosen"}'] == 40
            assert (series["stamkund_ready"], series["stamkund_requests_worked_at"]) == (1, 0)
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as client:
            client.sendall(b"POST /v1/scores HTTP/1.1\r\nhost: shop\r\ncontent-length: 9\r\n\r\n{")
            wait_for(lambda: in_progress(url) == 2)  # this one, and that for metrics
            for pid in workers_of(child.pid):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: in_progress(url) == 1)
        assert values(httpx.get(f"{url}/metrics").text)['stamkund_decisions_total{outcome="chosen"}'] == 40
