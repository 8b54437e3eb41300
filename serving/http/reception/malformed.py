"""Bodies that are not JSON: what came, and where."""

from __future__ import annotations

from json import JSONDecodeError
from typing import Final

from features.errors import StamkundError
from serving.reading.repeated_names import REPEATED

_SHOWN: Final = 20  # characters of what came
_NO_CHARACTER: Final = "\ufffd"


def malformed_json(error: JSONDecodeError) -> StamkundError:
    r"""What a parser found, as an error that tells the place.

    >>> import orjson
    >>> def told(body: bytes) -> str:
    ...     try:
    ...         return str(orjson.loads(body))
    ...     except JSONDecodeError as error:
    ...         return str(malformed_json(located(error, body)))
    >>> print(told(b'{"a": 1,\n b: 2}'))
    The body is not JSON: 'b: 2}' stands in line 2, column 2, where it cannot.
    >>> print(told(b'{"a": 1'))
    The body is not JSON: it ends in line 1, column 8, before it is complete.
    >>> print(told("[é]".encode("latin-1")))
    The body is not UTF-8: in line 1, column 2 stands what is no character. Send UTF-8.
    >>> print(malformed_json(JSONDecodeError(REPEATED, '{"a":1,"a":2}', 7)))
    The body names '"a"' in line 1, column 8 a second time in one object. Name it once.
    """
    came = error.doc[error.pos : error.pos + _SHOWN]
    shown = came.partition(":")[0] if error.msg == REPEATED else came
    return StamkundError(_code(error, came), line=error.lineno, column=error.colno, came=repr(shown))


def _code(error: JSONDecodeError, came: str) -> str:
    if not error.doc.strip():
        return "malformed_json.empty"
    if not came.strip():
        return "malformed_json.ends"
    if error.msg == REPEATED:
        return "malformed_json.repeated"
    if came.startswith(_NO_CHARACTER):
        return "malformed_json.encoding"
    return "malformed_json.deep" if error.msg.startswith("depth") else "malformed_json"


def located(error: JSONDecodeError, body: bytes) -> JSONDecodeError:
    """The error with its place, which the parser does not tell where the body is not UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        before = body[: wrong.start].decode()
        return JSONDecodeError(wrong.reason, before + _NO_CHARACTER, len(before))
    return error
