"""Names in the settings that nobody's data has: an attribute of customers, a kind of event."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import orjson
import polars as pl

from features.config.preferences import attributes_of
from features.config.sections.consent import DefaultByAttribute
from features.config.settings import Settings
from features.errors import StamkundError
from features.events.kinds import KINDS
from features.events.tables import Table


def check_names(settings: Settings, events: pl.LazyFrame, accept: Collection[str]) -> None:
    """Refuse the first name that nobody's data has, unless its code is accepted."""
    for error in unknown_names(settings, events):
        if error.code not in accept:
            raise StamkundError(error.code, f"{error} {correction(error)}", field=error.field)


def correction(error: StamkundError) -> str:
    """What to do about such a name."""
    return f"Correct `{error.field}`; if it is yet to come: `stamkund build --accept {error.code}`."


def unknown_names(settings: Settings, events: pl.LazyFrame) -> Iterator[StamkundError]:
    """Attributes that no source and no ``identify`` event tells, and kinds that no event has.

    Of which attributes there are, nothing is known where no source tells of customers; of kinds, where no event is.
    """
    yield from _unknown_attributes(settings, events)
    yield from _unknown_kinds(settings, events)


def _unknown_attributes(settings: Settings, events: pl.LazyFrame) -> Iterator[StamkundError]:
    for field, name, tables in _named_attributes(settings):
        known = [each for table in tables for each in attributes_of(settings.sources, table)]
        if known and name not in known and not _is_trait(events, name):
            names = {*known, *_traits(events)}
            yield StamkundError.unknown("unknown_attribute", "attribute of customers", name, names, field=field)


def _named_attributes(settings: Settings) -> Iterator[tuple[str, str, tuple[Table, ...]]]:
    """Where the settings name attributes, beside the rules of ``identity.attributes``; which, and of which tables."""
    identity, consent = settings.identity, settings.consent
    for place, name in enumerate(() if identity is None else identity.household):
        yield f"identity.household[{place}]", name, ("customers",)
    for place, name in enumerate(settings.privacy.sensitive):
        yield f"privacy.sensitive[{place}]", name, ("customers", "snapshots")
    if consent is not None and consent.minors is not None:
        yield "consent.minors.attribute", consent.minors.attribute, ("customers",)
    if consent is not None and isinstance(consent.default, DefaultByAttribute):
        yield "consent.default.attribute", consent.default.attribute, ("customers",)


def _is_trait(events: pl.LazyFrame, name: str) -> bool:
    return any(name in each for each in _told(events, pl.col("properties").str.contains(f'"{name}"', literal=True)))


def _traits(events: pl.LazyFrame) -> set[str]:
    return {name for each in _told(events, pl.col("properties").is_not_null()) for name in each}


def _told(events: pl.LazyFrame, where: pl.Expr) -> Iterator[dict[str, object]]:
    """What ``identify`` events say of their customers."""
    rows = events.filter(pl.col("kind") == "identify", where).select(pl.col("properties").unique())
    return map(orjson.loads, rows.collect(engine="streaming").to_series())


def _unknown_kinds(settings: Settings, events: pl.LazyFrame) -> Iterator[StamkundError]:
    named = [(f"privacy.keep.{kind}", kind) for kind in settings.privacy.keep]
    for purpose, each in () if settings.consent is None else settings.consent.purposes.items():
        named += [(f"consent.purposes.{purpose}.after", each.after)] if each.after is not None else []
    known = {*KINDS, *(source.kind for source in settings.sources.values() if source.kind is not None)}
    if all(kind in known for _, kind in named):
        return
    there = set(events.select(pl.col("kind").unique()).collect(engine="streaming").to_series())
    for field, kind in named if there else ():
        if kind not in known | there:
            yield StamkundError.unknown("unknown_kind", "kind of event", kind, known | there, field=field)
