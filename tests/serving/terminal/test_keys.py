"""The commands of keys, as people and machines use them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from features.config.settings import read_settings
from features.moments import micros
from features.units import DAY
from serving.store.engine import open_store
from serving.store.keys import key_of
from stamkund import app

Run = Callable[..., Result]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    (tmp_path / "stamkund.yaml").write_text("name: Shop\nsources: {}\n")
    store = open_store(read_settings(tmp_path / "stamkund.yaml").store_url)
    yield store
    store.dispose()


@pytest.fixture
def keys(store: Engine, tmp_path: Path) -> Run:
    """The commands on a company that has an empty store."""
    del store

    def run(command: str, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["keys", command, *arguments, "--config", str(tmp_path / "stamkund.yaml")])

    return run


def answer(result: Result) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(result.stdout)
    return content


def moment(text: str) -> int:
    from datetime import datetime  # noqa: PLC0415

    return micros(datetime.fromisoformat(text))


def test_a_key_is_shown_once_and_opens_what_was_asked(keys: Run, store: Engine) -> None:
    made = keys("create", "shop", "--scope", "read", "--scope", "write", "--expires", "90d")
    told, secret = made.stdout.splitlines()
    key = key_of(store, secret)
    assert key is not None
    assert told == f"Key {key.id} of shop, for write, read. It is not shown again:"
    assert key.expires == key.created + 90 * DAY
    assert secret not in keys("list").stdout + keys("list", "--json").stdout
    (row,) = keys("list").stdout.splitlines()[1:]
    assert row.split()[:4] == ["shop", key.id, "write", "read"]


def test_machines_get_the_same(keys: Run, store: Engine) -> None:
    made = answer(keys("create", "shop", "--scope", "write", "--json"))
    key = key_of(store, made.pop("key"))
    assert key is not None
    assert made == {
        "id": key.id, "name": "shop", "scopes": ["write"], "created": made["created"], "expires": None,
        "revoked": None, "state": "valid",
    }  # fmt: skip
    assert moment(made["created"]) == key.created
    assert answer(keys("list", "--json")) == {"keys": [made]}
    revoked = answer(keys("revoke", key.id, "--json"))
    assert (revoked["state"], revoked["revoked"] is None) == ("revoked", False)


@pytest.mark.parametrize(("options", "grace"), [([], DAY), (["--grace", "2d"], 2 * DAY)])
def test_the_old_key_stays_good_for_the_grace(keys: Run, options: list[str], grace: int) -> None:
    old = answer(keys("create", "shop", "--scope", "write", "--json"))
    new = answer(keys("rotate", old["id"], "--json", *options))
    before, after = answer(keys("list", "--json"))["keys"]
    assert (before["id"], after["id"], before["state"], after["expires"]) == (old["id"], new["id"], "valid", None)
    assert moment(before["expires"]) == moment(after["created"]) + grace
    said = keys("rotate", new["id"]).stdout
    assert f"Key {new['id']} stays good for 24h at most" in said


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (["create", "shop", "--scope", "reed"], "unknown_scope", "scope"),
        (["create", "shop", "--scope", "read", "--expires", "soon"], "bad_duration", "expires"),
        (["rotate", "nope"], "unknown_key", "id"),
        (["rotate", "nope", "--grace", "0h"], "bad_duration", "grace"),
        (["revoke", "nope"], "unknown_key", "id"),
    ],
)
def test_a_mistake_is_told_with_its_code(keys: Run, arguments: list[str], code: str, field: str) -> None:
    told = keys(*arguments, "--json")
    assert (told.exit_code, answer(told)["error"]["code"], answer(told)["error"]["field"]) == (1, code, field)
    assert answer(keys("list", "--json")) == {"keys": []}


def test_a_key_without_scope_is_bad_usage(keys: Run) -> None:
    assert keys("create", "shop").exit_code == 2


def test_without_keys_the_next_step_is_told(keys: Run) -> None:
    assert "stamkund keys create NAME --scope read" in keys("list").stdout
