"""The route that takes a request: its path may hold a customer's id, and there is no end of paths."""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

NOWHERE: Final = "none"  # the endpoint of a request that no route takes


def endpoint(scope: Scope) -> str:
    """The route that took a request, such as ``/v1/profiles/{key:path}``.

    >>> endpoint({"path": "/v1/anna@shop.example"})
    'none'
    """
    return getattr(scope.get("route"), "path", NOWHERE)
