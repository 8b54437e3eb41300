"""Commands about API keys: make, list, rotate and revoke them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serving.terminal.options import YAML, Config, Json, settings_of, span
from serving.terminal.output import Output, output

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from serving.store.keys import Key

Id = Annotated[str, typer.Argument(metavar="ID", help="The key's id, as `stamkund keys list` shows it.")]


def create(
    name: Annotated[str, typer.Argument(help="Who uses it, such as shop.")],
    scope: Annotated[list[str], typer.Option(help="What it opens: write (events), read, admin (everything).")],
    config: Config = YAML,
    expires: Annotated[str | None, typer.Option(help="After how long, such as 90d. Default: never.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a key. It is shown once, and kept as a hash only; from the first one on every request needs one."""
    from serving.store.keys import clock, create_key

    with output(as_json=as_json) as out:
        lifetime = None if expires is None else span(expires, "expires")
        with _store(config) as store:
            _show(out, *create_key(store, name, scope, now=clock(), lifetime=lifetime))


def list_keys(config: Config = YAML, *, as_json: Json = False) -> None:
    """Every key with its scopes and its state, without the key itself."""
    from serving.store.keys import all_keys, clock
    from serving.terminal.answers import key_answer
    from serving.terminal.tables import keys_table

    with output(as_json=as_json) as out:
        with _store(config) as store:
            keys, now = all_keys(store), clock()
        out.say(keys_table(keys, now) if keys else "There are no keys. Next: `stamkund keys create NAME --scope read`.")
        out.answer({"keys": [key_answer(key, now) for key in keys]})


def rotate(
    id_: Id,
    config: Config = YAML,
    grace: Annotated[str, typer.Option(help="How long the old key stays good.")] = "24h",
    *,
    as_json: Json = False,
) -> None:
    """Make a new key of the same name and scopes; the old one stays good for a while, so that users can change over."""
    from serving.store.keys import clock, rotate_key

    with output(as_json=as_json) as out:
        lasting = span(grace, "grace")
        with _store(config) as store:
            key, secret = rotate_key(store, id_, now=clock(), grace=lasting)
        _show(out, key, secret)
        out.say(f"Key {id_} stays good for {grace} at most; `stamkund keys revoke {id_}` ends it at once.")


def revoke(id_: Id, config: Config = YAML, *, as_json: Json = False) -> None:
    """Let a key open nothing any more, from the next request on, in every worker."""
    from serving.store.keys import clock, revoke_key
    from serving.terminal.answers import key_answer

    with output(as_json=as_json) as out:
        with _store(config) as store:
            key = revoke_key(store, id_, now=clock())
        out.say(f"Key {key.id} of {key.name} opens nothing any more.")
        out.answer(key_answer(key, clock()))


def _show(out: Output, key: Key, secret: str) -> None:
    """Tell a new key, this once."""
    from serving.store.keys import clock
    from serving.terminal.answers import key_answer

    out.say(f"Key {key.id} of {key.name}, for {', '.join(key.scopes)}. It is not shown again:", secret)
    out.answer({**key_answer(key, clock()), "key": secret})


@contextmanager
def _store(config: Path) -> Iterator[Engine]:
    """The store of a settings file, as long as a command needs it."""
    from serving.store.engine import opened_store, outages_as_errors

    with outages_as_errors(), opened_store(settings_of(config)) as store:
        yield store
