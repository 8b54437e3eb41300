"""Requests that are valid but for one or a few things: types, depth, encodings, truncations, headers, paths."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import httpx

Json = dict[str, Any]
ORDER: Final[Json] = {
    "type": "track",
    "messageId": "m",
    "userId": "3",
    "event": "Order Completed",
    "timestamp": "2017-11-01T12:00:00Z",
    "sentAt": "2017-12-01T12:00:00Z",
    "context": {"traits": {"email": "a@shop.example"}, "page": {"path": "/"}},
    "properties": {"order_id": "o", "revenue": 9.5, "currency": "USD", "products": [{"product_id": "tea", "price": 4}]},
}
SURVEY: Final[Json] = {**ORDER, "event": "NPS Survey Answered", "properties": {"rating": 9, "scale": "nps"}}
IDENTIFY: Final[Json] = {"type": "identify", "messageId": "m", "anonymousId": "f", "traits": {"age": 3, "plan": "x"}}
ALIAS: Final[Json] = {"type": "alias", "messageId": "m", "userId": "3", "previousId": "f"}
GROUP: Final[Json] = {"type": "group", "messageId": "m", "userId": "3", "groupId": "g", "traits": {"name": "Tea"}}
ASKED: Final[tuple[tuple[str, Json | None], ...]] = (
    ("POST /v1/track", ORDER),
    ("POST /v1/t", SURVEY),
    ("POST /v1/identify", IDENTIFY),
    ("POST /v1/alias", ALIAS),
    ("POST /v1/group", GROUP),
    ("POST /v1/batch?strict=true", {"batch": [ORDER, IDENTIFY, ALIAS], "sentAt": "2017-12-01T12:00:00Z"}),
    ("POST /v1/import", {"batch": [SURVEY, GROUP], "context": {"ip": "::1"}}),
    ("POST /v1/scores", {"profiles": [{"id_type": "user_id", "id": "1"}], "as_of": "2017-11-01", "reasons": 1}),
    ("POST /v1/decisions", {"profile": {"id": "1"}, "context": {"channel": "web"}, "placements": [{"id": "a"}]}),
    ("GET /v1/profiles/user_id:1?as_of=2017-11-01", None),
    ("GET /v1/profiles/user_id:1/events?kind=order&limit=2&cursor=WzFd", None),
    ("GET /v1/rejected?before=9&count=2&code=bad_time", None),
    ("GET /v1/texts?lang=sv", None),
    ("DELETE /v1/profiles/user_id:nobody?suppress=true", None),
)
ODD: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 2**63, 10**400, 1e308, -0.0, "", " ", "\0", "\ud800", "é" * 600, "9" * 5000, "2017-13-45", "=1",
    "0001-01-01T00:00:00+14:00", [], {}, [[]], {"": {}}, [None] * 2000, {"$ref": "#"}, "' OR 1=1 --", "\u202e", "NaN",
)  # fmt: skip
LITERALS: Final = (
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"00",
    b"'x'",
    b"\xff",
    b"undefined",
    b"/**/",
    b"\xef\xbb\xbf",
    b"\0",
)
CODINGS: Final = ("utf-16", "utf-32", "latin-1", "utf-8-sig", "cp037")
HEADERS: Final = (
    b"content-type: text/plain", b"content-type: \xff\xfe", b"content-encoding: gzip", b"content-encoding: br",
    b"content-encoding: gzip, gzip", b"content-length: -1", b"content-length: 1e3", b"content-length: 99999999999999",
    b"transfer-encoding: chunked", b"transfer-encoding: gzip", b"authorization: Bearer", b"authorization: Basic ***",
    b"authorization: Bearer " + b"x" * 9000, b"authorization: \xc3\xa9", b"no colon", b": no name", b"x y: z", b"x: \0",
    b"expect: 100-continue", b"upgrade: websocket\r\nconnection: upgrade", b"request-id: \xff\xff", b"range: bytes=9-1",
    b"x-forwarded-for: 192.0.2.7", b"origin: null", b"accept: nothing/*;q=x", b"cookie: " + b"a=b;" * 2000, b"host:",
    b"x: " + b"y" * 70_000,
)  # fmt: skip
TARGETS: Final = (
    b"%00", b"%", b"%zz", b"%2F..%2F", b"%0A", b"%FF%FE", b"//", b"?", b"#", b"&", b"=", b" ", b"\xc3\xa9", b"a" * 9000,
)  # fmt: skip
METHODS: Final = (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"HEAD", b"TRACE", b"get", b"BREW", b"")


@dataclass(frozen=True)
class Mutant:
    """The bytes of a request, its method, and the request that they are where method and path are right."""

    sent: bytes
    method: bytes
    request: httpx.Request | None


def mutants(count: int, draw: Random) -> Iterator[Mutant]:
    """As many requests as asked for, each with one to three things wrong."""
    for number in range(count):
        route, body = draw.choice(ASKED)
        yield _mutant(route, None if body is None else {**body, "messageId": f"m{number}"}, draw)


def _mutant(route: str, body: Json | None, draw: Random) -> Mutant:
    asked = httpx.Request(*route.replace(" ", " http://shop").split())
    method, target = (part.encode() for part in route.split())
    headers = [b"host: shop", b"connection: close"]
    content = b""
    if body is not None:
        for _ in range(draw.randint(0, 2)):
            body = _with_odd(body, draw)
        content = _spoilt(json.dumps(body).encode(), draw)
        headers.append(b"content-type: application/json")
    if body is None or draw.random() < 0.2:
        target = _cut_in(target, draw.choice(TARGETS), draw)
    if draw.random() < 0.1:
        method = draw.choice(METHODS)
    if draw.random() < 0.3:
        headers.append(draw.choice(HEADERS))
    if content and not any(header.startswith((b"content-length", b"transfer")) for header in headers):
        headers.append(b"content-length: %d" % len(content))
    sent = b"\r\n".join([method + b" " + target + b" HTTP/1.1", *headers, b"", b""]) + content
    is_right = f"{method.decode()} {target.decode('latin-1')}" == route
    return Mutant(sent, method, asked if is_right else None)


def _with_odd(value: Any, draw: Random) -> Any:
    """A body with something odd somewhere: another value, one missing, one more, or one deep inside of lists."""
    if isinstance(value, dict) and value and draw.random() < 0.8:
        key = draw.choice([*value])
        match draw.randint(0, 9):
            case 0:
                return {name: each for name, each in value.items() if name != key}
            case 1:
                return {**value, draw.choice(["", "extra", "\0", key.upper()]): draw.choice(ODD)}
        return {**value, key: _with_odd(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.8:
        place = draw.randrange(len(value))
        return [*value[:place], _with_odd(value[place], draw), *value[place + 1 :]]
    if draw.random() < 0.1:
        return _deep(draw.choice([5, 50, 300]))
    return draw.choice(ODD)


def _deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def _spoilt(content: bytes, draw: Random) -> bytes:
    """A body in bytes, perhaps cut off, in another coding, packed, or with something in it that is no JSON."""
    match draw.randint(0, 9):
        case 0:
            return content[: draw.randrange(len(content))]
        case 1:
            return content.decode().encode(draw.choice(CODINGS), "replace")
        case 2:
            return _cut_in(content, draw.choice(LITERALS), draw)
        case 3:
            return gzip.compress(content)[: draw.choice([5, 20, None])]
        case 4:
            return b"[" * 50_000 if draw.random() < 0.1 else content * 2
    return content


def _cut_in(whole: bytes, part: bytes, draw: Random) -> bytes:
    place = draw.randint(1, len(whole))
    return whole[:place] + part + whole[place:]
