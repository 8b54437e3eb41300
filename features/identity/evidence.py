"""Evidence: what a lake knows of its people, and by which events somebody is who they are."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.errors import StamkundError
from features.events.identifiers import identifier
from features.identity.people import People
from features.lake import Lake
from features.privacy.pseudonyms import stored_node


@dataclass(frozen=True)
class Summary:
    """The people of a lake in numbers: ``refused`` links by limit, and of ``shared`` values the worst ones.

    ``shared`` holds ``fragment, nobody_from, refused``: since when a value is nobody's, and how many links it was
    refused; ``largest`` holds ``customer_id, identifiers``.
    """

    links: int
    merges: int
    refused: pl.DataFrame
    shared: pl.DataFrame
    largest: pl.DataFrame


def summary(lake: Lake, *, as_of: int) -> Summary:
    """The people that a lake knows at a moment (µs)."""
    past = {table: lake.scan(table).filter(pl.col("time") <= as_of) for table in ("merges", "refused")}
    refused = past["refused"].group_by("limit", "id_type").agg(links=pl.len(), events=pl.col("n").sum())
    joined = People.at(lake, [as_of]).joined.drop_nulls("customer_id")
    sizes = joined.group_by("customer_id").agg(identifiers=pl.len() + 1)
    return Summary(
        int(lake.scan("links").filter(pl.col("first") <= as_of).select(pl.len()).collect().item()),
        int(past["merges"].select(pl.len()).collect().item()),
        refused.sort("links", "limit", descending=[True, False]).collect(),
        shared_values(lake, as_of=as_of),
        sizes.sort("identifiers", "customer_id", descending=[True, False]),
    )


def shared_values(lake: Lake, *, as_of: int) -> pl.DataFrame:
    """``fragment, nobody_from, refused`` of the values that are nobody's at a moment, the most wanted first."""
    shared = lake.scan("persons").filter(pl.col("nobody_from") <= as_of).select("fragment", "nobody_from").unique()
    refused = lake.scan("refused").filter(pl.col("time") <= as_of)
    ends = pl.concat([refused.select(fragment=side) for side in ("a", "b")])
    counts = ends.group_by("fragment").agg(refused=pl.len())
    rows = shared.join(counts, on="fragment", how="left").with_columns(pl.col("refused").fill_null(0))
    return rows.sort("refused", "fragment", descending=[True, False]).collect()


def nobodys_values(lake: Lake, *, as_of: int) -> pl.DataFrame:
    """``fragment, n``: what came in place of an address or of somebody's id, and in how many events; the most first."""
    refused = lake.scan("refused").filter(pl.col("time") <= as_of, pl.col("limit") == "nobody")
    of_type = pl.col("a").str.starts_with(pl.col("id_type") + ":")
    values = refused.select("n", fragment=pl.when(of_type).then("a").otherwise("b"))
    return values.group_by("fragment").agg(pl.col("n").sum()).sort("n", "fragment", descending=[True, False]).collect()


def refused_links(lake: Lake, *, as_of: int) -> pl.DataFrame:
    """The links that joined nobody, the most frequent first; those of values that are nobody's are left out."""
    refused = lake.scan("refused").filter(pl.col("time") <= as_of, ~pl.col("limit").is_in(["block", "nobody"]))
    return refused.sort("n", "time", "a", "b", descending=[True, False, False, False]).collect()


@dataclass(frozen=True)
class Explanation:
    """Who somebody is: their ``customer``, all their ``fragments``, and the events that joined them or did not.

    ``merges`` and ``refused`` are rows of the lake's tables about these fragments.
    """

    customer: str | None
    fragments: tuple[str, ...]
    merges: pl.DataFrame
    refused: pl.DataFrame


def explain(lake: Lake, fragment: str, *, as_of: int) -> Explanation:
    """Who a fragment is at a moment (µs), and why."""
    people = People.at(lake, [as_of])
    asked = pl.LazyFrame({"fragment": [fragment], "time": [as_of]})
    customer = people.assigned(asked).collect()["customer_id"][0]
    theirs = people.joined.filter(pl.col("customer_id") == customer)["fragment"].to_list() if customer else []
    fragments = tuple(sorted({*theirs, fragment, *([customer] if customer else [])}))
    about = pl.col("a").is_in(fragments) | pl.col("b").is_in(fragments)
    merges, refused = (
        lake.scan(table).filter(about, pl.col("time") <= as_of).sort("time", "a", "b").collect()
        for table in ("merges", "refused")
    )
    return Explanation(customer, fragments, merges, refused)


def known_node(settings: Settings, identity: IdentitySettings, text: str) -> str:
    """The node that somebody means by a text such as ``1042`` or ``email:anna@x.se``; an error where nobody has it."""
    lake, (id_type, value) = Lake(settings.lake), identifier(text)
    if id_type not in identity.types:
        raise StamkundError.unknown("unknown_id_type", "type of identifier", id_type, identity.types, field="id")
    kind = identity.types[id_type]
    stored = stored_node(settings, id_type, value)
    meant = stored if kind.form == "text" or kind.hashed else f"{id_type}:{kind.plain(value)}"
    linked = lake.scan("links").filter((pl.col("a") == meant) | (pl.col("b") == meant)).select(pl.len())
    seen = lake.scan("events").filter(pl.col("fragment").is_in([meant, stored])).select(pl.len())
    if not any(frame.collect().item() for frame in (linked, seen)):
        text = f"Nobody in the lake has the identifier {meant}. Look it up as `user id` or `type:value`."
        raise StamkundError("unknown_customer", text, field="id")
    return meant
