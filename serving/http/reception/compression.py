"""Bodies that come packed."""

from __future__ import annotations

import zlib
from typing import Final

from features.errors import StamkundError

_GZIP: Final = zlib.MAX_WBITS | 16


def unpack(body: bytes, encoding: str | None, limit: int) -> bytes:
    """A body as it was before it was packed, of at most ``limit`` bytes: what holds more is refused while it unpacks.

    >>> import gzip
    >>> unpack(gzip.compress(b"[1]"), "gzip", 3), unpack(b"[1]", None, 3)
    (b'[1]', b'[1]')
    >>> unpack(gzip.compress(b"[10]"), "gzip", 3)
    Traceback (most recent call last):
    features.errors.StamkundError: Unpacked, the body is larger than the 3 bytes that are allowed. Send less at a time.
    """
    match (encoding or "identity").strip().lower():
        case "identity":
            return body
        case "gzip" | "x-gzip":
            return _gunzip(body, limit)
        case other:
            raise StamkundError("unsupported_encoding", encoding=other[:40], field="content-encoding")


def _gunzip(body: bytes, limit: int) -> bytes:
    parts, size = [], 0
    while body:  # a body may be several packed parts, one after the other
        part = zlib.decompressobj(_GZIP)
        try:
            parts.append(part.decompress(body, limit - size + 1))
        except zlib.error:
            raise StamkundError("malformed_gzip", field="content-encoding") from None
        size += len(parts[-1])
        if size > limit:
            raise StamkundError("body_too_large.unpacked", limit=limit)
        if not part.eof:
            raise StamkundError("malformed_gzip", field="content-encoding")
        body = part.unused_data
    return b"".join(parts)
