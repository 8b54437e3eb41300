"""The command that proposes which customers are one person, by what is known of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import StamkundError
from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import output

if TYPE_CHECKING:
    from features.config.sections.fuzzy import FuzzySettings
    from features.config.settings import Settings

Out = Annotated[Path | None, typer.Option(help="A Parquet file for all links, each with its evidence.")]
Merge = Annotated[bool, typer.Option("--merge", help="Make the links of at least `accept`, as rulings.")]


def propose(
    config: Config = YAML,
    out: Out = None,
    count: Annotated[int, typer.Option(min=0, help="How many doubtful links to show.")] = 20,
    *,
    merge: Merge = False,
    as_json: Json = False,
) -> None:
    """Propose customers who are probably one person, though no identifier joins them; see identity: fuzzy:.

    Nothing is joined but by `stamkund identity merge`, or by --merge above the probability that `accept` states.
    """
    from features.files import atomic_file
    from features.identity.attributes.rows import attributes_of
    from features.identity.fuzzy.proposals import propose as proposals_of
    from features.identity.fuzzy.rulings import rulings_of, unruled
    from features.lake import Lake
    from serving.store.engine import opened_store, outages_as_errors
    from serving.store.people.rulings import add_ruling, all_rulings
    from serving.terminal.answers import links_answer
    from serving.terminal.tables import links_table

    with output(as_json=as_json) as told, outages_as_errors():
        settings = settings_of(config)
        fuzzy, lake = _fuzzy(settings, merge=merge), Lake(settings.lake)
        with told.progress() as report:
            report("customers", 0, 1)
            proposals = proposals_of(attributes_of(lake).collect(), fuzzy)
        with opened_store(settings) as store:
            rulings = all_rulings(store)
            links = unruled(proposals.links, rulings).sort("probability", descending=True)
            if out is not None:
                with atomic_file(out) as draft:
                    links.write_parquet(draft)
            doubtful, sure = fuzzy.doubtful(links), fuzzy.sure(links)
            if merge:
                for ruling in rulings_of(sure, rulings, time=settings.now()):
                    add_ruling(store, ruling)
        told.say(links_table(doubtful.head(count)))
        done = "are joined by the next build" if merge else "are beyond doubt"
        told.say(f"{doubtful.height:,} links are doubtful, {sure.height:,} {done}.")
        told.say(f"Links of at least {proposals.cut:.3f} promise the most right ones for the fewest wrong ones.")
        answer = {"doubtful": doubtful.height, "sure": sure.height, "merged": merge, "cut": proposals.cut}
        told.answer(links_answer(doubtful.head(count)) | answer)


def _fuzzy(settings: Settings, *, merge: bool) -> FuzzySettings:
    """What the settings say; merging needs the probability stated from which on."""
    fuzzy = None if settings.identity is None else settings.identity.fuzzy
    if fuzzy is None:
        text = "Say which columns tell people apart: identity: {fuzzy: {columns: {full_name: name, born: date, …}}}."
        raise StamkundError("missing_setting", text, field="identity.fuzzy")
    if merge and fuzzy.accept is None:
        text = "Say from which probability on links are made, such as identity: {fuzzy: {accept: 0.999, …}}."
        raise StamkundError("missing_setting", text, field="identity.fuzzy.accept")
    return fuzzy
