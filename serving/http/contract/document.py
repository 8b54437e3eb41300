"""The API's description as a whole: what each operation needs, and what every answer has in common."""

from __future__ import annotations

from typing import Any, Final

from serving.http.access.scopes import NEEDED
from serving.http.contract.sent import describe_messages

Document = dict[str, Any]
SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of `stamkund keys create`."},
    "basic": {"type": "http", "scheme": "basic", "description": "The key as user name, and no password."},
}
HEADERS: Final = {
    "ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}},
    "Location": {"description": "Where to ask how far it is.", "schema": {"type": "string"}},
    "Request-Id": {
        "description": "As it came, or a new one; the log has it.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "In how many seconds to ask again.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"description": "Which key is asked for (RFC 6750).", "schema": {"type": "string"}},
}
TOLD: Final = {
    "202": ("Location",),
    "401": ("WWW-Authenticate",),
    "403": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
HEALTH: Final = {
    "/healthz": "Whether the service runs",
    "/livez": "Whether the service runs",
    "/readyz": "Whether the service has models, and a store that answers and takes events",
}


def describe(document: Document) -> Document:
    """Add to an OpenAPI document which key each operation needs, the headers of answers, and BentoML's own paths."""
    document["components"] |= {"securitySchemes": SCHEMES, "headers": HEADERS}
    describe_messages(document)
    for route, scope in NEEDED.items():
        method, path = route.split()
        operation = document["paths"].get(path.replace(":path}", "}"), {}).get(method.lower())
        if operation is not None:
            operation["security"] = [{name: [scope] if scope else []} for name in SCHEMES]
            _describe_headers(operation["responses"])
    document["paths"] |= {path: {"get": _health(path, summary)} for path, summary in HEALTH.items()}
    return document


def _describe_headers(responses: Document) -> None:
    for status, response in responses.items():
        names = ("Request-Id", *TOLD.get(status, ()))
        own = response.get("headers", {})
        response["headers"] = own | {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _health(path: str, summary: str) -> Document:
    said = {"content": {"text/plain": {"schema": {"type": "string"}}}}
    responses = {status: {"description": text} | said for status, text in (("200", "Yes"), ("503", "No"))}
    _describe_headers(responses)
    told = {"summary": summary, "operationId": f"get_{path[1:]}", "tags": ["service"], "security": []}
    return told | {"responses": responses}
