"""Sources that tell of the same orders: each order counts once, as the source told that the others give way to."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from features.config.settings import Settings
from features.ingest.report import IngestReport
from features.profiles.records import records
from tests.features.ingest.test_increments import Step, grow, steps, update_store
from tests.features.shops import Shop, order_row

EVENING = 1_485_860_400_000_000  # 2017-01-31T11:00
GIVING_WAY = [
    {"named": ["plain"]},
    {"plain": ["named"]},
    {"named": ["http"], "plain": ["http", "named"]},
    {"plain": ["named"], "named": ["http"]},
]


@dataclass
class SameShop(Shop):
    """A shop whose sources tell of the same orders."""

    same_as: dict[str, list[str]] | None = None

    def settings(self, home: str = "home", **more: object) -> Settings:
        config = super().settings(home, **more)
        same_as = self.same_as or {}
        sources = {name: s.model_copy(update={"same_as": same_as.get(name, [])}) for name, s in config.sources.items()}
        return config.model_copy(update={"sources": sources})


def opened(folder: Path, same_as: dict[str, list[str]]) -> SameShop:
    shop = SameShop(folder, same_as=same_as)
    shop.write("named", "0", order_row("a", basket="o1"), order_row("b", basket="o2"))
    shop.write("plain", "0", order_row(basket="o1", item="y"), order_row(basket="o1"), order_row(basket=""))
    shop.write("items", "0", ("x", "Fruit"))
    shop.write("people", "0", ("1", "30"))
    return shop


def told(shop: Shop) -> list[tuple[str, str | None]]:
    """The source and the order of each line in the lake."""
    return sorted(shop.events().select("source", "order_id").rows(), key=str)


def counts(report: IngestReport) -> dict[str, tuple[int, int, int]]:
    """Of each source of events the rows read, accepted, and those that gave way."""
    return {s.name: (s.read, s.accepted, s.gave_way) for s in report.sources if s.table == "events"}


def test_of_orders_that_meet_the_named_source_stays(tmp_path: Path) -> None:
    shop = opened(tmp_path, {"plain": ["named"]})
    report = shop.ingest()
    assert counts(report) == {"named": (2, 2, 0), "plain": (3, 1, 2), "http": (0, 0, 0)}
    assert told(shop) == [("named", "o1"), ("named", "o2"), ("plain", None)]
    assert (report.rejected, list(shop.settings().rejects.glob("*"))) == (0, [])


def test_an_earlier_source_may_give_way_to_a_later_one_and_to_http(tmp_path: Path) -> None:
    shop = opened(tmp_path, {"named": ["plain", "http"]})
    shop.receive("h1", id="7", order_id="o2", time=EVENING)  # of whomever
    assert counts(shop.ingest()) == {"named": (2, 0, 2), "plain": (3, 3, 0), "http": (1, 1, 0)}
    assert told(shop) == [("http", "o2"), ("plain", "o1"), ("plain", "o1"), ("plain", None)]


def test_who_gives_way_gives_way_to_those_before_whom_the_named_one_does(tmp_path: Path) -> None:
    shop = opened(tmp_path, {"plain": ["named"], "named": ["http"]})
    shop.receive("h1", id="1", order_id="o1", time=EVENING)
    assert counts(shop.ingest()) == {"named": (2, 1, 1), "plain": (3, 1, 2), "http": (1, 1, 0)}
    assert told(shop) == [("http", "o1"), ("named", "o2"), ("plain", None)]


def test_only_orders_and_refunds_give_way_each_to_its_own_kind(tmp_path: Path) -> None:
    shop = opened(tmp_path, {"plain": ["named"]})
    shop.write("named", "1", ("c", "1", "2017-01-31", "refund", "o3", "x", "1", ""))
    kinds = ("order", "refund", "visit")
    shop.write("plain", "1", *(("", "1", "2017-01-31", kind, "o3", "x", "1", "") for kind in kinds))
    shop.ingest()
    rows = shop.events().filter(order_id="o3").select("source", "kind").rows()
    assert sorted(rows) == [("named", "refund"), ("plain", "order"), ("plain", "visit")]


def test_what_was_read_before_gives_way_to_what_is_told_later(tmp_path: Path) -> None:
    shop = opened(tmp_path, {"plain": ["http"]})
    shop.ingest()
    shop.receive("h1", id="1", order_id="o1", time=EVENING)
    report = shop.ingest()
    assert (report.full_read_reason, report.fragments) == (None, frozenset("1"))
    assert told(shop) == [("http", "o1"), ("named", "o1"), ("named", "o2"), ("plain", None)]
    assert report.version == shop.ingest("anew").version


def test_everything_is_read_where_rows_that_gave_way_count_again(tmp_path: Path) -> None:
    shop = opened(tmp_path, {"plain": ["named"]})
    shop.write("named", "1", order_row("a", basket="o9"))  # another row with the id a came first
    shop.ingest()
    shop.same_as = {"named": ["http"]}
    shop.ingest()
    shop.receive("h1", id="1", order_id="o1", time=EVENING)  # that row gives way, and the other counts
    report = shop.ingest()
    assert report.full_read_reason == "rows of named give way, which may make up for rejected ones"
    assert ("named", "o9") in told(shop)
    assert report.version == shop.ingest("anew").version


@settings(max_examples=settings().max_examples // 3)  # each takes several builds
@given(steps=steps, same_as=st.sampled_from(GIVING_WAY))
def test_increments_give_what_a_full_build_gives(steps: list[Step], same_as: dict[str, list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop, store = opened(Path(folder), same_as), dict[str, bytes]()
        update_store(store, shop, shop.ingest())
        for at, step in enumerate(steps, 1):
            grow(shop, step, at)
            update_store(store, shop, shop.ingest())
        full = shop.ingest("anew")
        assert shop.events().equals(shop.events("anew"))
        assert shop.lake().version == full.version
        assert store == {customer: record.pack() for customer, record in records(shop.lake("anew"), as_of=0)}
