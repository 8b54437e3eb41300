from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from serving.http.current.state import CurrentState
from serving.jobs.queue.rows import advance_job, end_job, job_of, start_job
from serving.store.engine import open_store
from serving.store.keys import clock, create_key
from tests.serving.clients import client_of


@pytest.fixture
def shop(current: CurrentState, tmp_path: Path) -> Iterator[CurrentState]:
    """The shop with an empty store."""
    state = replace(current.state, store=open_store(f"sqlite:///{tmp_path / 'store.db'}"))
    shop = CurrentState(state, lambda _: state, lambda: None)
    yield shop
    shop.close()


@pytest.fixture
def http(shop: CurrentState) -> TestClient:
    return client_of(shop)


def arguments(store: Engine, job_id: str) -> list[str]:
    return list(job_of(store, job_id).arguments)


def test_a_job_is_asked_for_told_of_and_cancelled(http: TestClient, shop: CurrentState) -> None:
    asked = http.post("/v1/jobs", json={"kind": "build"})
    assert asked.status_code == 202
    place, told = asked.headers["location"], asked.json()
    assert place == f"/v1/jobs/{told['id']}"
    assert (told["kind"], told["state"], told["progress"], told["asked_by"]) == ("build", "queued", None, None)
    job = job_of(shop.state.store, told["id"])
    assert start_job(shop.state.store, job)
    advance_job(shop.state.store, job, {"step": "orders", "done": 1, "total": 3})
    got = http.get(place).json()
    assert (got["state"], got["progress"]) == ("running", {"step": "orders", "done": 1, "total": 3})
    assert http.delete(place).status_code == 202  # it is told to end
    end_job(shop.state.store, job, "cancelled")
    over = http.delete(place)
    assert (over.status_code, over.json()["state"]) == (200, "cancelled")
    assert http.get("/v1/jobs").json() == {"jobs": [over.json()], "next": None}


def test_each_kind_is_a_command_line(http: TestClient, shop: CurrentState) -> None:
    for body, expected in (
        ({"kind": "build"}, []),
        (
            {"kind": "build", "as_of": "2017-12-03", "anew": True, "refit": True, "accept": ["a", "b"]},
            ["--as-of=2017-12-03", "--anew", "--refit", "--accept=a,b"],
        ),
        ({"kind": "train", "targets": ["lapse"], "quick": True}, ["--quick", "--", "lapse"]),
        ({"kind": "score"}, ["--out=scores.parquet", "--table=scores", "--reasons=3"]),
        (
            {"kind": "score", "out": "${CRM}", "append": True, "reasons": 0},
            ["--out=${CRM}", "--table=scores", "--append", "--reasons=0"],
        ),
        ({"kind": "effects"}, []),
        ({"kind": "effects", "as_of": "2017-12-03"}, ["--as-of=2017-12-03"]),
        ({"kind": "decide"}, ["--everyone", "--out=decisions.parquet", "--table=decisions"]),
        (
            {
                "kind": "decide",
                "placements": ["home"],
                "count": 2,
                "context": {"channel": "email"},
                "batch": "spring",
                "out": "${CRM}",
                "table": "offers",
                "append": True,
                "dry_run": True,
            },
            [
                "--everyone",
                "--placement=home",
                "--count=2",
                "--context=channel=email",
                "--batch=spring",
                "--out=${CRM}",
                "--table=offers",
                "--append",
                "--dry-run",
            ],
        ),
    ):
        told = http.post("/v1/jobs", json=body).json()
        assert arguments(shop.state.store, told["id"]) == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "erase"}, "invalid_request"),
        ({}, "invalid_request"),
        ({"kind": "build", "out": "x.parquet"}, "invalid_request"),
        ({"kind": "build", "as_of": "soon"}, "bad_time"),
        ({"kind": "train", "targets": ["laps"]}, "unknown_target"),
        ({"kind": "train", "targets": ["--config=other.yaml"]}, "invalid_request"),
        ({"kind": "score", "out": "../scores.parquet"}, "invalid_request"),
        ({"kind": "score", "out": "/etc/passwd"}, "invalid_request"),
        ({"kind": "score", "out": "postgresql://crm:secret@db/crm"}, "invalid_request"),
        ({"kind": "score", "out": "${A}${B}"}, "invalid_request"),
        ({"kind": "score", "out": "--customer=3.parquet"}, "invalid_request"),
        ({"kind": "decide", "out": "../decisions.parquet"}, "invalid_request"),
        ({"kind": "decide", "as_of": "2017-12-03"}, "invalid_request"),
        ({"kind": "decide", "context": {"--out": "x"}}, "invalid_request"),
        ({"kind": "decide", "count": 0}, "invalid_request"),
    ],
)
def test_what_no_job_can_be_is_refused_at_the_door(http: TestClient, body: dict[str, object], code: str) -> None:
    refused = http.post("/v1/jobs", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)
    assert http.get("/v1/jobs").json()["jobs"] == []


def test_the_same_request_is_the_same_job(http: TestClient, shop: CurrentState) -> None:
    body, header = {"kind": "train", "request_id": "night"}, {"idempotency-key": "night"}
    first = http.post("/v1/jobs", json=body).json()
    assert http.post("/v1/jobs", json=body).json() == first
    assert http.post("/v1/jobs", json={"kind": "train"}, headers=header).json() == first
    other = http.post("/v1/jobs", json={"kind": "build"}, headers=header)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "request_id_reused")
    assert http.post("/v1/jobs", json={"kind": "train"}).json()["id"] != first["id"]
    _, secret = create_key(shop.state.store, "night shift", ["admin"], now=clock(), lifetime=None)
    key = {"authorization": f"Bearer {secret}"}
    by_key = http.post("/v1/jobs", json=body, headers=key).json()
    assert by_key["id"] != first["id"]
    assert by_key["asked_by"] is not None


def test_jobs_are_listed_by_kind_and_state_a_page_at_a_time(http: TestClient) -> None:
    ids = [http.post("/v1/jobs", json={"kind": kind}).json()["id"] for kind in ("build", "train", "build")]
    http.delete(f"/v1/jobs/{ids[1]}")
    page = http.get("/v1/jobs", params={"count": 2}).json()
    assert [job["id"] for job in page["jobs"]] == [ids[2], ids[1]]
    rest = http.get("/v1/jobs", params={"count": 2, "before": page["next"]}).json()
    assert ([job["id"] for job in rest["jobs"]], rest["next"]) == ([ids[0]], None)
    builds = http.get("/v1/jobs", params={"kind": "build", "state": "queued"}).json()
    assert [job["id"] for job in builds["jobs"]] == [ids[2], ids[0]]


def test_a_job_that_is_unknown_or_over(http: TestClient, shop: CurrentState) -> None:
    for method in ("GET", "DELETE"):
        unknown = http.request(method, "/v1/jobs/1f")
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_job")
    told = http.post("/v1/jobs", json={"kind": "build"}).json()
    end_job(shop.state.store, job_of(shop.state.store, told["id"]), "done", exit_code=0, result={"customers": 7})
    over = http.delete(f"/v1/jobs/{told['id']}")
    assert (over.status_code, over.json()["error"]["code"]) == (409, "job_over")
    assert http.get(f"/v1/jobs/{told['id']}").json()["result"] == {"customers": 7}


def test_a_service_that_carries_its_models_has_no_jobs(http: TestClient, shop: CurrentState) -> None:
    settings = shop.state.settings
    carried = settings.model_copy(update={"serving": settings.serving.model_copy(update={"models": "carried"})})
    shop.state = replace(shop.state, settings=carried)
    refused = http.post("/v1/jobs", json={"kind": "build"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "carried_models")
