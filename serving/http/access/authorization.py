"""The key in a request's Authorization header."""

from __future__ import annotations

import base64
import binascii


def secret_in(header: str | None) -> str | None:
    """The key of ``Bearer KEY``, or of Basic with the key as user name and no password; None where there is none.

    >>> secret_in("Bearer sk_1"), secret_in("Basic " + base64.b64encode(b"sk_1:").decode())
    ('sk_1', 'sk_1')
    >>> [secret_in(header) for header in (None, "", "sk_1", "Bearer", "Basic c2tfMQ==", "Basic ?", "Digest sk_1")]
    [None, None, None, None, None, None, None]
    """
    scheme, _, value = (header or "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip() or None
    return _user(value.strip()) if scheme.lower() == "basic" else None


def _user(encoded: str) -> str | None:
    """The user name of Basic credentials whose password is empty."""
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user if user and colon and not password else None
