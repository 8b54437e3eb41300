from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.errors import StamkundError
from features.units import DAY, HOUR
from serving.store.keys import SCOPES, all_keys, any_key, create_key, key_of, revoke_key, rotate_key
from serving.store.tables.schema import KEYS

NOW = 1_000 * DAY


def test_a_key_is_found_by_its_secret_alone(store: Engine) -> None:
    shop, secret = create_key(store, "shop", ["write"], now=NOW, lifetime=None)
    crm, other = create_key(store, "crm", ["read", "write"], now=NOW + 1, lifetime=90 * DAY)
    assert (key_of(store, secret), key_of(store, other)) == (shop, crm)
    assert [key_of(store, text) for text in ("", secret[:-1], f"{secret} ", secret.swapcase(), shop.id)] == [None] * 5
    assert all_keys(store) == [shop, crm]
    assert (shop.scopes, shop.expires, crm.scopes, crm.expires) == (
        ("write",),
        None,
        ("write", "read"),
        NOW + 1 + 90 * DAY,
    )


def test_a_secret_is_random_and_kept_nowhere(store: Engine) -> None:
    secrets = [create_key(store, "shop", ["read"], now=NOW, lifetime=None)[1] for _ in range(3)]
    assert len(set(secrets)) == 3
    assert {(secret[:3], len(secret)) for secret in secrets} == {("sk_", 3 + 43)}  # 43 characters hold 256 bits
    with store.connect() as connection:
        kept = [str(value) for row in connection.execute(sa.select(KEYS)) for value in row]
    assert not [value for value in kept if any(secret[3:] in value for secret in secrets)]


@pytest.mark.parametrize(
    ("scopes", "opened"),
    [(["write"], {"write"}), (["read"], {"read"}), (["read", "write"], {"read", "write"}), (["admin"], set(SCOPES))],
)
def test_a_key_opens_its_scopes_and_admin_opens_all(store: Engine, scopes: list[str], opened: set[str]) -> None:
    key, secret = create_key(store, "shop", scopes, now=NOW, lifetime=None)
    found = key_of(store, secret)
    assert found == key
    assert {scope for scope in SCOPES if key.allows(scope)} == opened


def test_a_key_expires_at_the_end_of_its_life(store: Engine) -> None:
    key, _ = create_key(store, "shop", ["read"], now=NOW, lifetime=DAY)
    assert [key.state(at) for at in (NOW, NOW + DAY - 1, NOW + DAY)] == ["valid", "valid", "expired"]


def test_a_rotated_key_lives_on_for_the_grace_and_its_successor_as_long_as_it_did(store: Engine) -> None:
    old, old_secret = create_key(store, "shop", ["read"], now=NOW, lifetime=90 * DAY)
    new, secret = rotate_key(store, old.id, now=NOW + 80 * DAY, grace=24 * HOUR)
    before = key_of(store, old_secret)
    assert before is not None
    assert (before.id, before.expires) == (old.id, NOW + 81 * DAY)
    assert (new.name, new.scopes, new.created, new.expires) == ("shop", ("read",), NOW + 80 * DAY, NOW + 170 * DAY)
    assert new.id != old.id
    assert secret != old_secret
    assert key_of(store, secret) == new


def test_a_grace_never_prolongs_a_life(store: Engine) -> None:
    short, _ = create_key(store, "shop", ["read"], now=NOW, lifetime=HOUR)
    endless, _ = create_key(store, "crm", ["read"], now=NOW, lifetime=None)
    new, successor = (rotate_key(store, key.id, now=NOW, grace=DAY)[0] for key in (short, endless))
    ends = {key.id: key.expires for key in all_keys(store)}
    assert (ends[short.id], ends[endless.id]) == (NOW + HOUR, NOW + DAY)
    assert (new.expires, successor.expires) == (NOW + HOUR, None)


def test_a_revoked_key_stays_known_and_opens_nothing(store: Engine) -> None:
    key, secret = create_key(store, "shop", ["admin"], now=NOW, lifetime=None)
    assert revoke_key(store, key.id, now=NOW + 1).revoked == NOW + 1
    assert revoke_key(store, key.id, now=NOW + 2).revoked == NOW + 1  # the first time counts
    found = key_of(store, secret)
    assert found is not None
    assert found.state(NOW + 3) == "revoked"
    assert any_key(store)  # so that the service does not open again


def test_a_store_without_keys_has_none(store: Engine) -> None:
    assert (any_key(store), all_keys(store), key_of(store, "sk_")) == (False, [], None)


@pytest.mark.parametrize(
    ("name", "scopes", "code", "field"),
    [
        (" ", ["read"], "bad_name", "name"),
        ("a\nb", ["read"], "bad_name", "name"),
        ("a" * 101, ["read"], "bad_name", "name"),
        ("shop", ["reed"], "unknown_scope", "scope"),
        ("shop", [], "unknown_scope", "scope"),
    ],
)
def test_a_key_that_cannot_be_is_refused(store: Engine, name: str, scopes: list[str], code: str, field: str) -> None:
    with pytest.raises(StamkundError) as caught:
        create_key(store, name, scopes, now=NOW, lifetime=None)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert not any_key(store)


def test_only_a_known_key_is_revoked_and_only_a_valid_one_rotated(store: Engine) -> None:
    ended, _ = create_key(store, "shop", ["read"], now=NOW, lifetime=DAY)
    revoked, _ = create_key(store, "shop", ["read"], now=NOW, lifetime=None)
    revoke_key(store, revoked.id, now=NOW)
    for id_, code in (("nope", "unknown_key"), (ended.id, "expired_key"), (revoked.id, "revoked_key")):
        with pytest.raises(StamkundError) as caught:
            rotate_key(store, id_, now=NOW + DAY, grace=DAY)
        assert (caught.value.code, caught.value.field) == (code, "id")
    with pytest.raises(StamkundError, match="Unknown key 'nope'"):
        revoke_key(store, "nope", now=NOW)
    assert len(all_keys(store)) == 2
