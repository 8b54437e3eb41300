"""Which attributes of customers features are made of, by what was known at the moment of fitting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import orjson
import polars as pl

from features.evaluate.attribute_values import date_of, number_of, text_of
from features.events.knowledge import known_events
from features.identity.people import People
from features.lake import Lake
from features.language.attributes import Attribute, Origin
from features.language.defaults.vocabulary import fewest_people
from features.privacy.gatekeeper import EVERYBODY, Pass

MOST_WORDS: Final = 50  # an attribute with more different texts tells who somebody is, not what they are like
ID_DIGITS: Final = 6  # whole numbers of so many digits that are all different are somebody's number, not a quantity


@dataclass(frozen=True)
class AttributeChoice:
    """The attributes that features are made of, and why each other one is left out, by its name."""

    used: tuple[Attribute, ...]
    left_out: dict[str, str]


def attributes_at(
    lake: Lake,
    *,
    as_of: int,
    sensitive: Collection[str] = (),
    predicted: Collection[str] = (),
    allowed: Pass = EVERYBODY,
) -> AttributeChoice:
    """The attributes of the lake by their values at a moment (µs): of customers with events, and of snapshots.

    Where columns are ``predicted``, which are no attributes then, or nobody has events, all customers are meant. Values
    of customers who are not ``allowed`` are not looked at, and ``sensitive`` attributes are used of nobody.
    """
    used, left_out = list[Attribute](), dict[str, str]()
    people = People.at(lake, [as_of])
    events = allowed.over(known_events(people.customer_events(), as_of))
    active = events.select(pl.col("customer_id").unique()).collect(engine="streaming")
    if predicted or tables_alone(lake):
        told = allowed.over(_people_in_tables(people, as_of=as_of)).collect()
        active = pl.concat([active, told]).unique()
    least = fewest_people(active.height)
    for name, origin, texts, count in _values(people, events, active, allowed, as_of):
        reasons = {**dict.fromkeys(predicted, "what a target predicts"), **dict.fromkeys(sensitive, "sensitive")}
        attribute = reasons.get(name) or attribute_of(name, origin, texts, count=count)
        if isinstance(attribute, Attribute) and attribute.reading == "word":
            attribute = _shared(attribute, texts, least)
        if isinstance(attribute, str):
            left_out[name] = attribute
            continue
        used.append(attribute)
        if origin == "snapshots" and attribute.reading == "number":
            used.append(replace(attribute, reading="change"))
    return AttributeChoice(tuple(used), left_out)


def tables_alone(lake: Lake) -> bool:
    """Whether a lake has customers or snapshots and not a single event: a company that has just a table."""
    return not lake.files("events") and bool(lake.files("customers") or lake.files("snapshots"))


def _people_in_tables(people: People, *, as_of: int) -> pl.LazyFrame:
    """``customer_id`` of all of whom the tables tell by a moment."""
    snapshots = people.about("snapshots").filter(pl.col("time") <= as_of)
    return pl.concat([table.select("customer_id") for table in (people.about("customers"), snapshots)]).unique()


def _shared(attribute: Attribute, people: Mapping[str, int], least: int) -> Attribute | str:
    """The attribute with the words that enough people share, or else why it is not used."""
    words = tuple(word for word in attribute.vocabulary if people[word] >= least)
    return replace(attribute, vocabulary=words) if len(words) > 1 else f"no two texts that {least} people share"


def _values(
    people: People, events: pl.LazyFrame, active: pl.DataFrame, allowed: Pass, as_of: int
) -> Iterator[tuple[str, Origin, Mapping[str, int], int]]:
    """Each attribute, where it stands, its different texts with how many people have each, and its number of values."""
    traits = _traits(events)
    table = people.about("customers").join(active.lazy(), on="customer_id", how="semi").collect(engine="streaming")
    for name in table.columns:
        if name != "customer_id":
            told, said = _texts(table, name), traits.pop(name, [])
            yield name, "traits" if said else "customers", _people([*told, *said]), len(told) + len(said)
    for name in sorted(traits):
        yield name, "traits", _people(traits[name]), len(traits[name])
    snapshots = allowed.over(people.about("snapshots").filter(pl.col("time") <= as_of)).collect(engine="streaming")
    for name in snapshots.columns:
        if name not in ("customer_id", "time"):
            told = _texts(snapshots, name)
            yield name, "snapshots", _people(told), len(told)


def _people(told: Collection[tuple[str, str]]) -> Counter[str]:
    """How many people have each text, of what is told of customers."""
    return Counter(text for _, text in set(told))


def _texts(table: pl.DataFrame, name: str) -> list[tuple[str, str]]:
    """Whose each value of a column is, and its text."""
    rows = table.select("customer_id", name).drop_nulls().iter_rows()
    return [(customer, text) for customer, value in rows if (text := text_of(value)) is not None]


def _traits(events: pl.LazyFrame) -> dict[str, list[tuple[str, str]]]:
    """What ``identify`` events said of whom, by name."""
    identifies = events.filter(pl.col("kind") == "identify", pl.col("properties").is_not_null())
    traits = dict[str, list[tuple[str, str]]]()
    for customer, properties in identifies.select("customer_id", "properties").collect(engine="streaming").iter_rows():
        for name, value in orjson.loads(properties).items():
            text = text_of(value)
            if text is not None:
                traits.setdefault(name, []).append((customer, text))
    return traits


def attribute_of(name: str, origin: Origin, texts: Collection[str], *, count: int) -> Attribute | str:
    """What an attribute is read as that has these different ``texts`` in ``count`` values, or else why it is not used.

    >>> attribute_of("age", "customers", ["34", "7"], count=3)
    Attribute(name='age', origin='customers', reading='number', vocabulary=())
    >>> attribute_of("email", "customers", [f"{n}@example.org" for n in range(99)], count=99)
    '99 different texts'
    """
    distinct = sorted(texts)
    if len(distinct) < 2:
        return "the same for everybody" if distinct else "no values"
    numbers = [number_of(text) for text in distinct]
    if all(number == number for number in numbers):  # noqa: PLR0124  (NaN is the only number that differs from itself)
        long = all(text.isdigit() and len(text) >= ID_DIGITS for text in distinct)
        if long and count == len(distinct) > MOST_WORDS and origin != "snapshots":
            return f"{count:,} whole numbers, all different"
        return Attribute(name, origin, "number")
    if all(date_of(text) is not None for text in distinct):
        return Attribute(name, origin, "date")
    if len(distinct) > MOST_WORDS:
        return f"{len(distinct):,} different texts"
    return Attribute(name, origin, "word", tuple(distinct))
