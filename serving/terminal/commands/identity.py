"""Commands about who is who: what was joined and why, and what people say about it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from serving.terminal.options import YAML, AsOf, Config, Json, moment, settings_of
from serving.terminal.output import output

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from features.config.sections.identity import IdentitySettings
    from features.config.settings import Settings
    from features.identity.rulings import Ruling

Ids = Annotated[list[str], typer.Argument(metavar="ID ID…", help="User ids, or TYPE:VALUE such as email:anna@x.se.")]
Reason = Annotated[str, typer.Option(help="Why: it is kept with the ruling.")]
Who = Annotated[str, typer.Option(help="Who says so. Default: you.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would become of whom.")]


def report(config: Config = YAML, as_of: AsOf = None, *, dry_run: DryRun = False, as_json: Json = False) -> None:
    """How many identifiers are joined, what was refused, and which values are shared; or what a build would change."""
    from features.identity.evidence import summary
    from features.identity.preview import preview
    from features.lake import Lake
    from serving.terminal.people import people_table

    with output(as_json=as_json) as out:
        settings, identity = _settings(config)
        lake, now = Lake(settings.lake), settings.now(moment(as_of, settings.timezone))
        if dry_run:
            found = preview(lake, identity, _rulings(settings), as_of=now)
            out.say(found.text)
            out.answer({"joined": found.joined, "split": found.split, "largest": found.largest})
            return
        told = summary(lake, as_of=now)
        out.say(f"{told.merges:,} merges from {told.links:,} links; {len(told.shared):,} values are shared.")
        for name, frame in (("refused", told.refused), ("shared", told.shared), ("largest", told.largest)):
            if len(frame):
                out.say(f"{name}:", people_table(frame.head(10)))
        out.say("Next: `stamkund identity explain ID` tells why somebody is who they are, `review` who may be one.")
        frames = {name: getattr(told, name).head(100).to_dicts() for name in ("refused", "shared", "largest")}
        out.answer({"links": told.links, "merges": told.merges, "shared_values": len(told.shared), **frames})


def explain(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    config: Config = YAML,
    as_of: AsOf = None,
    *,
    as_json: Json = False,
) -> None:
    """Who somebody is, and the events that joined them or were refused."""
    from features.identity.evidence import explain as explained
    from features.identity.evidence import known_node
    from features.lake import Lake
    from serving.terminal.people import merge_lines, refusal_lines

    with output(as_json=as_json) as out:
        settings, identity = _settings(config)
        lake, now = Lake(settings.lake), settings.now(moment(as_of, settings.timezone))
        told = explained(lake, known_node(settings, identity, id_), as_of=now)
        out.say(f"{id_} is {told.customer or 'nobody we know'}: {', '.join(told.fragments)}.")
        if len(told.merges):
            out.say("Joined by:", *merge_lines(told.merges))
        if len(told.refused):
            out.say("Not joined:", *refusal_lines(told.refused))
            out.say("Next: `stamkund identity merge ID ID --reason …` joins those who are one person after all.")
        rows = {name: getattr(told, name).to_dicts() for name in ("merges", "refused")}
        out.answer({"customer_id": told.customer, "identifiers": told.fragments, **rows})


def merge(
    ids: Ids, reason: Reason, config: Config = YAML, who: Who = "", *, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Say that these are one person, called by the first one; from now on, as of the next build."""
    _rule("merge", ids, reason, who, config, dry_run=dry_run, as_json=as_json)


def split(
    ids: Ids, reason: Reason, config: Config = YAML, who: Who = "", *, dry_run: DryRun = False, as_json: Json = False
) -> None:
    """Say that each of these is another person: as of the next build, as if they never had been joined."""
    _rule("split", ids, reason, who, config, dry_run=dry_run, as_json=as_json)


def review(
    config: Config = YAML,
    as_of: AsOf = None,
    count: Annotated[int, typer.Option(help="How many.")] = 20,
    *,
    as_json: Json = False,
) -> None:
    """The links that were refused most often: who may be one person after all, if you say so with `merge`."""
    from features.identity.evidence import refused_links
    from features.lake import Lake
    from serving.terminal.people import refusal_lines

    with output(as_json=as_json) as out:
        settings, _ = _settings(config)
        rows = refused_links(Lake(settings.lake), as_of=settings.now(moment(as_of, settings.timezone))).head(count)
        out.say(*(refusal_lines(rows) if len(rows) else ["Nothing was refused."]))
        if len(rows):
            out.say("Next: `stamkund identity merge ID ID --reason …` joins those who are one person after all.")
        out.answer({"refused": rows.to_dicts()})


def _rule(
    kind: Literal["merge", "split"],
    ids: Sequence[str],
    reason: str,
    who: str,
    config: Path,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Keep a ruling, or show what it would do."""
    from features.errors import StamkundError
    from features.identity.evidence import known_node
    from features.identity.preview import preview
    from features.identity.rulings import Ruling
    from features.lake import Lake
    from serving.store.people.rulings import add_ruling

    with output(as_json=as_json) as out:
        settings, identity = _settings(config)
        lake, now = Lake(settings.lake), settings.now()
        nodes = tuple(dict.fromkeys(known_node(settings, identity, text) for text in ids))
        if len(nodes) < 2:
            raise StamkundError(
                "too_few_ids", f"A {kind} needs two different identifiers: name another one.", field="id"
            )
        ruling = Ruling(now, kind, nodes, who or getpass.getuser(), reason)
        found = preview(lake, identity, [*_rulings(settings), ruling], as_of=now)
        if not dry_run:
            with _store(settings) as store:
                add_ruling(store, ruling)
        out.say(found.text, *([] if dry_run else ["It is kept. Next: `stamkund build`."]))
        answer = {"joined": found.joined, "split": found.split, "largest": found.largest}
        out.answer({"kind": kind, "identifiers": nodes, "kept": not dry_run, **answer})


def _settings(config: Path) -> tuple[Settings, IdentitySettings]:
    """The settings of a file, and what they say of identity."""
    from features.errors import StamkundError
    from features.lake import Lake

    settings = settings_of(config)
    if settings.identity is None:
        text = (
            f"{config} has no section `identity:`, so nobody is joined. Add the line `identity:` for the usual rules."
        )
        raise StamkundError("no_identity", text, field="identity")
    Lake(settings.lake).check_written()
    return settings, settings.identity


def _rulings(settings: Settings) -> list[Ruling]:
    from serving.store.people.rulings import all_rulings

    with _store(settings) as store:
        return all_rulings(store)


@contextmanager
def _store(settings: Settings) -> Iterator[Engine]:
    """The store, as long as a command needs it."""
    from serving.privacy.hashing import check_hashing
    from serving.store.engine import opened_store, outages_as_errors

    with outages_as_errors(), opened_store(settings) as store:
        check_hashing(store, settings)
        yield store
