"""Keyed hashes of identifiers: only whoever has the key can tie them to anybody."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

PSEUDONYM: Final = "hmac:[0-9a-f]{64}"  # what stands in place of an identifier's value
_HASHED: Final = re.compile("[a-z][a-z0-9_]*:hmac:([0-9a-f]{64})")


def keyed_hash(key: bytes, node: str) -> str:
    """The keyed hash of an identifier's node; of one whose value is a pseudonym, the hash that this is.

    >>> told = keyed_hash(b"secret", "email:anna@x.se")
    >>> keyed_hash(b"secret", f"email:hmac:{told}") == told
    True
    """
    hashed = _HASHED.fullmatch(node)
    return hashed[1] if hashed else hmac.new(key, node.encode(), hashlib.sha256).hexdigest()


def pseudonym(key: bytes, node: str) -> str:
    """What stands in place of the value of a node's identifier.

    >>> pseudonym(b"secret", "email:anna@x.se")[:13]
    'hmac:c9fdea16'
    """
    return f"hmac:{keyed_hash(key, node)}"


def key_mark(key: bytes) -> str:
    """What tells a key from another one, without telling the key."""
    return keyed_hash(key, "")[:16]
