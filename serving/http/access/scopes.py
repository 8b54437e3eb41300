"""Which scope each route needs, and how the API's description says so."""

from __future__ import annotations

from typing import Any, Final

from serving.segment_spec.paths import BATCHES, PATHS
from serving.store.keys import Scope

NEEDED: Final[dict[str, Scope | None]] = {
    **dict.fromkeys((f"POST {path}" for path in (*BATCHES, *PATHS)), "write"),
    "POST /v1/scores": "read",
    "POST /v1/decisions": "read",
    "GET /v1/rejected": "admin",
    "GET /v1/profiles/{key:path}": "read",
    "GET /v1/profiles/{key:path}/events": "read",
    "GET /v1/profiles/{key:path}/export": "admin",
    "DELETE /v1/profiles/{key:path}": "admin",
    "GET /v1/status": "read",
    "GET /v1/me": None,  # any key may ask what it opens
    "GET /v1/texts": "read",
    "GET /metrics": "read",
}
OPEN: Final = ("GET /docs", "GET /")  # they tell nothing of the company or its customers
OPEN_HERE: Final = ("GET /metrics",)  # for who asks on the same machine
SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of `stamkund keys create`."},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, and no password."},
}


def describe_scopes(document: dict[str, Any]) -> None:
    """Add to an OpenAPI document which key each operation needs."""
    document.setdefault("components", {})["securitySchemes"] = SCHEMES
    for route, scope in NEEDED.items():
        method, path = route.split()
        operations = document["paths"].get(path.replace(":path}", "}"), {})
        if method.lower() in operations:
            operations[method.lower()]["security"] = [{name: [scope] if scope else []} for name in SCHEMES]
