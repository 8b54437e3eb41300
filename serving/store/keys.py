"""API keys: random, kept as hashes only, each with its scopes until it expires or is revoked."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.errors import StamkundError
from serving.store.reader import reading
from serving.store.tables.schema import KEYS

Scope = Literal["write", "read", "admin"]
SCOPES: Final[tuple[Scope, ...]] = ("write", "read", "admin")
PREFIX: Final = "sk_"  # by which people, and programs that look for leaked secrets, recognise a key
_KEY: Final = sa.select(KEYS.c.id, KEYS.c.name, KEYS.c.scopes, KEYS.c.created, KEYS.c.expires, KEYS.c.revoked)
_BY_HASH: Final = _KEY.where(KEYS.c.hash == sa.bindparam("hash"))
_ANY: Final = sa.select(sa.exists(sa.select(KEYS.c.id)))


@dataclass(frozen=True)
class Key:
    """What is kept of a key beside its hash; moments are µs.

    >>> key = Key("1f", "shop", ("admin",), created=0, expires=10, revoked=None)
    >>> key.allows("read"), key.state(9), key.state(10)
    (True, 'valid', 'expired')
    """

    id: str
    name: str
    scopes: tuple[str, ...]
    created: int
    expires: int | None
    revoked: int | None

    def allows(self, scope: Scope) -> bool:
        """Whether it opens what needs a scope; ``admin`` opens everything."""
        return scope in self.scopes or "admin" in self.scopes

    def state(self, at: int) -> Literal["valid", "expired", "revoked"]:
        """Whether it is good at a moment."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= at else "valid"


def clock() -> int:
    """The machine's time in µs: whatever the setting ``clock:`` says, a key expires by this one."""
    return time.time_ns() // 1000


def create_key(engine: Engine, name: str, scopes: Sequence[str], *, now: int, lifetime: int | None) -> tuple[Key, str]:
    """A new key, good for so many µs or until it is revoked, and its secret, which is told here and never again."""
    with engine.begin() as connection:
        return _insert(connection, _name(name), _scopes(scopes), now, lifetime)


def key_of(engine: Engine, secret: str) -> Key | None:
    """The key with this secret, whatever its state; None for an unknown one."""
    with reading(engine) as ask:
        rows = ask(_BY_HASH, hash=_hash(secret))
    return _key(rows[0]) if rows else None


def any_key(engine: Engine) -> bool:
    """Whether a key was ever made: from then on each request needs one, though all were revoked."""
    with reading(engine) as ask:
        return bool(ask(_ANY)[0][0])


def all_keys(engine: Engine) -> list[Key]:
    """Every key, the oldest first."""
    with engine.connect() as connection:
        return [_key(row) for row in connection.execute(_KEY.order_by(KEYS.c.created, KEYS.c.id))]


def rotate_key(engine: Engine, id_: str, *, now: int, grace: int) -> tuple[Key, str]:
    """A key of the same name, scopes and lifetime, and its secret; the old one is good for ``grace`` µs at most."""
    with engine.begin() as connection:
        old = _known(connection, id_)
        if (state := old.state(now)) != "valid":
            message = f"Key {id_} is {state}. Make a new one with `stamkund keys create`."
            raise StamkundError(f"{state}_key", message, field="id")
        lifetime = None if old.expires is None else old.expires - old.created
        end = now + grace if old.expires is None else min(old.expires, now + grace)
        connection.execute(sa.update(KEYS).where(KEYS.c.id == id_).values(expires=end))
        return _insert(connection, old.name, old.scopes, now, lifetime)


def revoke_key(engine: Engine, id_: str, *, now: int) -> Key:
    """Let a key open nothing from now on; one that was revoked before stays as it is."""
    with engine.begin() as connection:
        _known(connection, id_)
        connection.execute(sa.update(KEYS).where(KEYS.c.id == id_, KEYS.c.revoked.is_(None)).values(revoked=now))
        return _known(connection, id_)


def _insert(
    connection: Connection, name: str, scopes: Sequence[str], now: int, lifetime: int | None
) -> tuple[Key, str]:
    secret = PREFIX + secrets.token_urlsafe(32)
    expires = None if lifetime is None else now + lifetime
    key = Key(secrets.token_hex(4), name, tuple(scopes), now, expires, None)
    connection.execute(sa.insert(KEYS), {**asdict(key), "scopes": " ".join(scopes), "hash": _hash(secret)})
    return key, secret


def _hash(secret: str) -> str:
    """One round of SHA-256: 256 random bits cannot be tried out, so a slow hash for people's passwords adds nothing.

    The look-up by an index takes equally long for every secret that it does not find, and tells nothing of the others.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: Sequence[Any]) -> Key:
    id_, name, scopes, *moments = row
    return Key(id_, name, tuple(scopes.split()), *moments)


def _known(connection: Connection, id_: str) -> Key:
    row = connection.execute(_KEY.where(KEYS.c.id == id_)).first()
    if row is None:
        raise StamkundError.unknown(
            "unknown_key", "key", id_, connection.execute(sa.select(KEYS.c.id)).scalars(), field="id"
        )
    return _key(row)


def _name(name: str) -> str:
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise StamkundError("bad_name", f"{name!r} is no name for a key. Say who uses it, such as shop.", field="name")
    return name.strip()


def _scopes(scopes: Sequence[str]) -> tuple[Scope, ...]:
    """Each scope once, in their order; at least one."""
    for scope in scopes or [""]:
        if scope not in SCOPES:
            raise StamkundError.unknown("unknown_scope", "scope", scope, SCOPES, field="scope")
    return tuple(scope for scope in SCOPES if scope in scopes)
