"""Whether an answer is as `/openapi.json` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from httpx import Response
from jsonschema import Draft202012Validator

from serving.segment_spec.paths import PATHS

Json = dict[str, Any]
LONG: Final = {**{path: f"/v1/{type_}" for path, type_ in PATHS.items()}, "/v1/b": "/v1/batch"}
MEANT: Final = {"retry-after", "www-authenticate", "request-id"}  # what an answer tells its reader in headers
PAGES: Final = re.compile(r"/|/docs|/openapi\.json|/static/.*")  # for people, and the description itself


class Contract:
    """A description of an API, which answers are held against."""

    def __init__(self, document: Json) -> None:
        self.paths: Json = document["paths"]
        self._components = {**document["components"], "schemas": dict(_closed(document["components"]["schemas"]))}
        self._patterns = [(re.compile(re.sub(r"\{\w+\}", ".*", path), re.DOTALL), path) for path in self.paths]
        self._validator = cache(self._new_validator)

    def check(self, got: Response) -> None:
        """Fail where status, headers or body are not as described; every member of a body must be."""
        is_head = got.request.method == "HEAD"  # an answer by GET without its body
        method, path = "GET" if is_head else got.request.method, got.request.url.path
        operation = self._operation(method, path)
        if operation is None:
            assert PAGES.fullmatch(path) or method == "OPTIONS" or got.status_code in {404, 405}, (method, path)
            if got.status_code >= 400 and not is_head:
                self.check_error(got)
            return
        described = operation["responses"].get(str(got.status_code))
        assert described is not None, f"{method} {path} answers {got.status_code}, which is not described"
        self._check_headers(described.get("headers", {}), got)
        (kind, content), *_ = described["content"].items()
        assert got.headers["content-type"].partition(";")[0] == kind
        if kind == "application/json" and not is_head:
            self._validate(content["schema"].get("$ref") or content["schema"], got)

    def check_error(self, got: Response) -> None:
        """Fail where an answer is no error in the one shape."""
        assert "request-id" in got.headers
        self._validate("#/components/schemas/ErrorAnswer", got)

    def _operation(self, method: str, path: str) -> Json | None:
        path = LONG.get(path, path)
        found = next((template for pattern, template in self._patterns if pattern.fullmatch(path)), None)
        operation: Json | None = None if found is None else self.paths[found].get(method.lower())
        return operation

    def _check_headers(self, described: Json, got: Response) -> None:
        assert {name.lower() for name in described} >= MEANT & {*got.headers}, (described, got.headers)
        for name, reference in described.items():
            header = self._components["headers"][reference["$ref"].rpartition("/")[2]]
            assert name in got.headers or not header.get("required"), (name, got.headers)

    def _validate(self, schema: Json | str, got: Response) -> None:
        validator = self._validator(schema) if isinstance(schema, str) else self._new_validator(schema)
        wrong = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(got.json())]
        assert not wrong, (got.status_code, wrong)

    def _new_validator(self, schema: Json | str) -> Draft202012Validator:
        own = {"$ref": schema} if isinstance(schema, str) else schema
        return Draft202012Validator({**own, "components": self._components})


def _closed(schemas: Json) -> Iterator[tuple[str, Json]]:
    """Schemas that allow nothing which they do not describe."""
    for name, schema in schemas.items():
        yield name, {"additionalProperties": False, **schema} if "properties" in schema else schema
