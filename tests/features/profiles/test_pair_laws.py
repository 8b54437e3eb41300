"""The laws for customers beside campaigns: nothing later, nobody else, no order of rows, and both evaluators alike."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features.evaluate.online.record import Record
from features.events.tables import LakeTable, schema
from features.lake import Lake
from features.profiles.pairs.campaigns import campaigns
from features.profiles.pairs.features import PAIR_FEATURES, WINDOW
from features.profiles.pairs.frames import pair_frame, pair_vectors
from features.units import DAY
from tests.features.histories import known, known_at, own
from tests.features.one_customer import NOW, Row, event, frame

MOMENT = 1 / DAY  # a microsecond, in days
EDGES = (0, MOMENT, -MOMENT, 1, WINDOW, WINDOW - MOMENT, WINDOW + 1, WINDOW + 2, -1, -5)
MOMENTS = (NOW - DAY, NOW - 1, NOW)
CUSTOMERS, CAMPAIGNS, ITEMS = ("ann", "bob"), ("7", "8"), ("tea", "cup", "cake")
KINDS = ("order", "order", "refund", "cancel", "coupon_applied", "contact", "redeem", "visit")
WAYS: tuple[dict[str, str], ...] = (
    {},
    {"contact": "redeem", "response": "order"},
)  # by which kinds a campaign reaches and is answered
Bits = dict[tuple[object, ...], list[str]]


@dataclass(frozen=True)
class Told(Lake):
    """Tables in memory, whose rows lie in the order given."""

    path: Path = Path()
    tables: Mapping[LakeTable, pl.LazyFrame] = field(default_factory=dict)

    def scan(self, table: LakeTable) -> pl.LazyFrame:
        return self.tables.get(table, pl.LazyFrame(schema=schema(table)))


def events() -> st.SearchStrategy[Row]:
    """Any event that pairs could look at, as often on an edge as between, and as often later."""
    columns = {
        "item_id": st.sampled_from([*ITEMS, None]),
        "campaign_id": st.sampled_from([*CAMPAIGNS, "9", None]),
        "value": st.sampled_from([None, 0, 1, 250, -250]),
        "known_at": st.sampled_from([None, None, NOW - DAY, NOW, NOW + 1]),
    }
    return st.builds(
        lambda days, kind, customer, name, held: event(days, kind, customer=customer, id=f"{name:x}", **held),
        st.sampled_from(EDGES) | st.floats(-10, 100, width=32),
        st.sampled_from(KINDS),
        st.sampled_from([*CUSTOMERS, None]),
        st.integers(0, 2**40),
        st.fixed_dictionaries(columns),
    )


def histories() -> st.SearchStrategy[list[Row]]:
    return st.lists(events(), min_size=5, max_size=40, unique_by=lambda row: row["event_id"])


def offers() -> st.SearchStrategy[list[Row]]:
    """Some offers of each campaign, with and without bounds and products, some on the same product."""
    bound = st.none() | st.integers(-30, 30).map(lambda days: NOW + days * DAY)
    items = st.none() | st.lists(st.sampled_from(ITEMS), max_size=3)
    more = st.lists(st.builds(_offer, st.sampled_from(CAMPAIGNS), starts=bound, ends=bound, item_ids=items), max_size=4)
    each = [_offer(campaign, starts=NOW - DAY, ends=NOW, item_ids=["tea"]) for campaign in CAMPAIGNS]
    return more.map(lambda others: [*each, *others])


def _offer(campaign: str, **columns: object) -> Row:
    return {"offer_id": "any", "campaign_id": campaign, **columns}


def told(rows: Sequence[Row], offered: Sequence[Row]) -> Told:
    return Told(tables={"events": frame(list(rows)), "offers": pl.LazyFrame(offered, schema=schema("offers"))})


def framed(lake: Lake, moments: Iterable[int] = MOMENTS, *, way: Mapping[str, str] | None = None) -> Bits:
    """Every pair at every moment, as its bits, from frames."""
    keys = list(product((*CUSTOMERS, "nobody"), CAMPAIGNS, moments))
    pairs = pl.DataFrame(keys, schema=["customer_id", "campaign_id", "as_of"], orient="row")
    rows = pair_frame(lake, pairs, **(way or {}))
    assert rows.select(pairs.columns).rows() == keys
    return {key: bits(values) for key, values in zip(keys, rows.select(PAIR_FEATURES).rows(), strict=True)}


def recorded(
    lake: Lake, rows: Sequence[Row], moments: Iterable[int] = MOMENTS, *, way: Mapping[str, str] | None = None
) -> Bits:
    """The same from records."""
    known = campaigns(lake)
    records = {customer: Record.of(own(rows, customer)) for customer in (*CUSTOMERS, "nobody")}
    return {
        (customer, campaign, as_of): bits(row)
        for (customer, record), as_of in product(records.items(), moments)
        for campaign, row in zip(
            CAMPAIGNS,
            pair_vectors(record, [known[each] for each in CAMPAIGNS], as_of=as_of, **(way or {})).tolist(),
            strict=True,
        )
    }


def bits(values: Iterable[float]) -> list[str]:
    """Each feature by its name and all its digits."""
    return [f"{name}: {float(value).hex()}" for name, value in zip(PAIR_FEATURES, values, strict=True)]


@given(histories(), offers(), st.sampled_from(WAYS))
def test_a_record_says_of_a_pair_what_the_frames_say(rows: list[Row], offered: list[Row], way: dict[str, str]) -> None:
    lake = told(rows, offered)
    assert recorded(lake, rows, way=way) == framed(lake, way=way)


@given(histories(), histories(), offers(), st.sampled_from(MOMENTS))
def test_no_later_event_changes_a_pair(rows: list[Row], others: list[Row], offered: list[Row], then: int) -> None:
    past = [row | {"known_at": None} for row in known(rows, then)]
    later = [row | {"event_id": f"later {n}"} for n, row in enumerate(others) if known_at(row, ()) > then]
    for more in (later, [row for row in rows if known_at(row, rows) > then]):
        grown, cut = told([*past, *more], offered), told(past, offered)
        assert framed(grown, [then]) == framed(cut, [then])
        assert recorded(grown, [*past, *more], [then]) == recorded(cut, past, [then])


@given(histories(), offers(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_anybody_else_changes_a_pair(
    rows: list[Row], offered: list[Row], chance: random.Random
) -> None:
    everyone, mixed = framed(told(rows, offered)), chance.sample(rows, len(rows))
    shuffled = told(mixed, chance.sample(offered, len(offered)))
    assert framed(shuffled) == everyone
    assert recorded(shuffled, mixed) == everyone
    for customer in CUSTOMERS:
        alone = framed(told(own(rows, customer), offered))
        assert {key: alone[key] for key in alone if key[0] == customer} == {
            key: everyone[key] for key in everyone if key[0] == customer
        }


@given(histories(), offers())
def test_a_pair_asked_for_alone_is_the_pair_among_all(rows: list[Row], offered: list[Row]) -> None:
    lake = told(rows, offered)
    together = framed(lake)
    for moment in MOMENTS:
        assert framed(lake, [moment]).items() <= together.items()
