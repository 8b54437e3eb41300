"""Which scope each route needs."""

from __future__ import annotations

from typing import Final

from serving.segment_spec.paths import BATCHES, PATHS
from serving.store.keys import Scope

NEEDED: Final[dict[str, Scope | None]] = {
    **dict.fromkeys((f"POST {path}" for path in (*BATCHES, *PATHS)), "write"),
    "POST /v1/scores": "read",
    "POST /v1/decisions": "read",
    "GET /v1/decisions/{decision_id}": "read",
    "GET /v1/rejected": "admin",
    "GET /v1/profiles": "read",
    "GET /v1/profiles/{key:path}": "read",
    "GET /v1/profiles/{key:path}/events": "read",
    "GET /v1/profiles/{key:path}/export": "admin",
    "DELETE /v1/profiles/{key:path}": "admin",
    "GET /v1/insights/segments": "read",
    "POST /v1/insights/count": "read",
    **dict.fromkeys(
        (f"GET /v1/insights/segments/{{segment}}{part}" for part in ("", "/comparison", "/members", "/moves", "/why")),
        "read",
    ),
    "GET /v1/candidates": "read",
    "GET /v1/candidates/{candidate_id}": "read",
    "GET /v1/candidates/{candidate_id}/history": "read",
    "PUT /v1/candidates/{candidate_id}": "admin",
    "PATCH /v1/candidates/{candidate_id}": "admin",
    "DELETE /v1/candidates/{candidate_id}": "admin",
    "GET /v1/insights/metrics": "read",
    "GET /v1/insights/metrics/{metric}/people": "read",
    "GET /v1/insights/stages": "read",
    "GET /v1/insights/stages/people": "read",
    "GET /v1/insights/paths": "read",
    "GET /v1/insights/paths/people": "read",
    "GET /v1/insights/worth": "read",
    "GET /v1/insights/journeys": "read",
    "GET /v1/insights/journeys/{journey}/differing": "read",
    "GET /v1/insights/journeys/{journey}/{step}/people": "read",
    "GET /v1/insights/journeys/{journey}/{step}/winnable": "read",
    "POST /v1/jobs": "admin",
    "GET /v1/jobs": "admin",
    "GET /v1/jobs/{job_id}": "admin",
    "DELETE /v1/jobs/{job_id}": "admin",
    "GET /v1/status": "read",
    "GET /v1/me": None,  # any key may ask what it opens
    "GET /v1/texts": "read",
    "GET /metrics": "read",
}
OPEN: Final = ("GET /docs", "GET /")  # they tell nothing of the company or its customers
OPEN_HERE: Final = ("GET /metrics",)  # for who asks on the same machine
