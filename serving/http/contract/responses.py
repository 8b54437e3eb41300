"""What each route may answer, by status: for the API's description alone, no answer is checked by it."""

from __future__ import annotations

from typing import Any, Final

Responses = dict[int | str, dict[str, Any]]
ERRORS: Final = {
    400: "No JSON, or no HTTP",
    401: "No key, or one that opens nothing",
    403: "A key without the scope that this needs",
    404: "Nobody and nothing is known by this id",
    408: "The body did not come in time",
    409: "What there is, or what was asked for before, is at odds with it",
    412: "It was changed meanwhile: params tell the difference",
    413: "The body is over the limit",
    415: "The body is packed in a way that is not understood",
    422: "Something in the request is wrong",
    429: "More than this key may ask",
    500: "A mistake of the service",
    503: "Not now; Retry-After says when to ask again, unless it is for the service's owner to mend",
}
OF_ALL: Final = (400, 401, 403, 413, 422, 429, 500, 503)
OF_BODIES: Final = (408, 415)


ERROR: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
TEXT: Final = {200: {"description": "Done", "content": {"text/plain": {"schema": {"type": "string"}}}}}


def answers(model: object, *others: int) -> Responses:
    """A route's answers: ``model`` with 200, and the errors of every route and of the ``others``.

    >>> sorted(answers(dict, 404))
    [200, 400, 401, 403, 404, 413, 422, 429, 500, 503]
    """
    return {200: {"description": "Done", "model": model}, **errors(*others)}


def errors(*others: int) -> Responses:
    """The errors that any route may answer, and the ``others``."""
    return {status: {"description": ERRORS[status], "content": ERROR} for status in sorted((*OF_ALL, *others))}
