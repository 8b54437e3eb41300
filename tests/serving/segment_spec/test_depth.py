"""Messages that are nested very deeply, among others."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from serving.segment_spec.event.depth import DEEPEST, MARK, cut
from serving.segment_spec.event.numerals import read_json
from tests.serving.http.errors import error_of


def page(id_: str, more: bytes = b"1") -> bytes:
    return b'{"type":"page","messageId":"%s","userId":"deep","properties":{"x":%s}}' % (id_.encode(), more)


def nested(levels: int, of: bytes = b"[]") -> bytes:
    return (of[:1] if of == b"[]" else b'{"a":') * levels + b"7" + of[1:] * levels


@pytest.mark.parametrize("of", [b"[]", b"{}"])
@pytest.mark.parametrize("levels", [300, 1021, 1022, 5000])
@pytest.mark.parametrize("beside", [b"1", b"123456789012345678901234567890"])  # that is read by another reader
def test_a_message_that_is_too_deep_is_refused_alone(http: TestClient, levels: int, of: bytes, beside: bytes) -> None:
    name = f"{levels}{of.decode()}{len(beside)}"
    body = b'{"batch":[%s,%s,%s]}' % (page(f"a{name}"), page(f"b{name}", nested(levels, of)), page(f"c{name}", beside))
    got = http.post("/v1/batch", content=body).json()
    assert [(each["messageId"][0], each["status"]) for each in got["results"]] == [
        ("a", "accepted"), ("b", "rejected"), ("c", "accepted"),
    ]  # fmt: skip
    assert got["results"][1]["code"] in ("too_deep", "bad_properties")
    assert MARK not in json.dumps(got)


def test_a_single_one_refuses_its_request(http: TestClient) -> None:
    got = http.post("/v1/page", content=page("alone", nested(5000)))
    assert (got.status_code, error_of(got)["code"]) == (422, "too_deep")


@pytest.mark.parametrize("body", [b"[" * 5000, b'{"batch":[' + b"[" * 5000 + b"]" * 4999, b'"' + b"[" * 5000])
def test_what_is_no_json_stays_none(http: TestClient, body: bytes) -> None:
    got = http.post("/v1/batch", content=body)
    assert (got.status_code, error_of(got)["code"]) == (400, "malformed_json")


_VALUES = st.recursive(
    st.none() | st.text(alphabet='ab"\\[]{}', max_size=6),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_VALUES, st.integers(1, 4))
def test_what_is_not_too_deep_is_not_touched(value: object, escapes: int) -> None:
    for body in (orjson.dumps([value, "\\" * escapes, '"[']), json.dumps([value, '"[']).encode()):
        assert cut(body) == body
        below = b'["\\"[",' * DEEPEST + body + b"]" * DEEPEST
        assert cut(below) == b'["\\"[",' * DEEPEST + f'"{MARK}"'.encode() + b"]" * DEEPEST


def test_nothing_but_what_is_deep_is_cut() -> None:
    body = b'{"a":%s,"b":"]]]","c":%s,"d":[1]}' % (nested(DEEPEST - 1), nested(DEEPEST))
    assert read_json(body) == orjson.loads(body)  # 1,024 levels can be read
    shallow = orjson.loads(cut(body))
    assert shallow["a"] == orjson.loads(body)["a"]
    assert (cut(body).count(MARK.encode()), shallow["b"], shallow["d"]) == (1, "]]]", [1])
