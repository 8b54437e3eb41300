"""A build that reads only what is new gives exactly what one that reads everything gives."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.lake import Lake
from features.profiles.records import records
from tests.features.shops import UNCHANGED, Cells, Shop, order_row, scopes
from tests.features.sourcing import settings_of

ReferenceRow = tuple[str, Cells] | None
Step = tuple[str, int, list[Cells], list[dict[str, object]], ReferenceRow]

MOMENTS = ("2017-01-31", "2017-01-31T10:00", "2017-02-01", "2017-03-05T12:00")
texts = st.sampled_from
rows = st.tuples(
    texts(["", "", "a", "b", "c"]),
    texts(["1", "1", "2", ""]),
    texts(MOMENTS),
    texts(["order", "order", "contact", "click"]),
    texts(["", "o1", "o2"]),
    texts(["", "x", "y"]),
    texts(["1", "2.5"]),
    texts(["", "2017-04-01", "2017-04-02"]),
)
http_events = st.fixed_dictionaries(
    {
        "event_id": texts(["a", "b", "m1", "m2"]),
        "time": st.sampled_from([1_485_860_400_000_000, 1_488_715_200_000_000]),
        "order_id": st.sampled_from([None, "o1"]),
        "id": texts(["1", "2"]),
    }
)
reference_rows = st.sampled_from(
    [None, None, ("items", ("y", "Bread")), ("people", ("2", "40")), ("people", ("1", "31"))]
)
steps = st.lists(
    st.tuples(
        texts(["named", "plain"]),
        st.sampled_from([0, 0, 0, 5]),
        st.lists(rows, max_size=4),
        st.lists(http_events, max_size=1),
        reference_rows,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=settings().max_examples // 3)  # each takes several builds
@given(steps=steps)
def test_increments_give_what_a_full_build_gives(steps: list[Step]) -> None:
    """Every build of a growing shop, then one of all its files into a new home."""
    with tempfile.TemporaryDirectory() as folder:
        shop, store = Shop.open(Path(folder)), dict[str, bytes]()
        update_store(store, shop, shop.ingest())
        for at, step in enumerate(steps, 1):
            grow(shop, step, at)
            update_store(store, shop, shop.ingest())
        full = shop.ingest("anew")
        assert full.full_read_reason is None
        assert shop.events().equals(shop.events("anew"))
        assert shop.lake().version == full.version
        assert store == {customer: record.pack() for customer, record in records(shop.lake("anew"), as_of=0)}


def grow(shop: Shop, step: Step, at: int) -> None:
    source, back, cells, events, reference = step
    shop.write(source, f"{10 * at - 11 * back:03}", *cells)  # some come before others by name
    for event in events:
        shop.receive(str(event["event_id"]), **{key: value for key, value in event.items() if key != "event_id"})
    if reference:
        shop.write(reference[0], str(at), reference[1])


def update_store(store: dict[str, bytes], shop: Shop, report: IngestReport) -> None:
    """The records as the store keeps them."""
    for customer in list(store) if report.fragments is None else report.fragments:
        store.pop(customer, None)
    store |= {customer: record.pack() for customer, record in records(shop.lake(), report.fragments, as_of=0)}


def test_nothing_new_is_nothing_read(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    first = shop.ingest()
    assert set(scopes(first).values()) == {"read whole"}
    again = shop.ingest()
    assert (scopes(again), again.version, again.fragments) == (UNCHANGED, first.version, frozenset())


def test_only_new_files_are_read_and_only_their_months_written(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.ingest()
    before = shop.lake().parts("events")
    shop.write("plain", "1", order_row(id="2", time="2017-02-03"))
    shop.write("plain", "2", order_row(id="2", time="2017-02-04"), order_row(id="", time="2017-02-04"))
    report = shop.ingest()
    assert scopes(report) == UNCHANGED | {"plain": "2 new files"}
    assert (report.sources[1].read, report.sources[1].rejected) == (3, {"missing_id": 1})
    assert report.fragments == frozenset("2")
    after = shop.lake().parts("events")
    assert (sorted(before), sorted(after)) == (["2017-01"], ["2017-01", "2017-02"])
    assert after["2017-01"] == before["2017-01"]


def test_an_order_is_numbered_across_months_and_builds(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.write("plain", "1", order_row(time="2017-03-01", basket="o2"), order_row(time="2017-03-02", basket="o9"))
    shop.ingest()
    shop.write("plain", "2", order_row(time="2017-02-01", basket="o2"))
    assert shop.ingest().full_read_reason is None
    lines = shop.events().filter(source="plain").sort("time").select("order_id", "order_line").rows()
    assert lines[1:] == [("o2", 1), ("o2", 2), ("o9", 1)]


def rejected_lines(shop: Shop) -> list[str]:
    return (shop.settings().rejects / "named.csv").read_text().splitlines()


def test_rejected_rows_are_added_to_those_of_earlier_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop.open(tmp_path)
    shop.write("named", "1", order_row("a"), order_row("b", id=""))
    shop.ingest()
    shop.write("named", "2", order_row("c", id=""), order_row("a"))
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("features.lake.manifest.write_text", fail)
        shop.ingest()
    shop.ingest()
    assert [line.split(",")[:5] for line in rejected_lines(shop)] == [
        ["source", "row", "file", "line", "code"],
        ["named", "3", "1.csv", "3", "missing_id"],
        ["named", "4", "2.csv", "2", "missing_id"],
        ["named", "5", "2.csv", "3", "duplicate_event_id"],
    ]
    shop.ingest("anew")
    assert (tmp_path / "anew" / "rejects" / "named.csv").read_text().splitlines() == rejected_lines(shop)


def fail(*_: object, **__: object) -> None:
    raise RuntimeError


def test_new_items_and_people_are_read_without_the_events(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    shop.ingest()
    shop.write("items", "1", ("z", "Bread"))
    shop.write("people", "1", ("2", "40"), ("1", "31"))
    shop.touch("people", "0")
    report = shop.ingest()
    assert scopes(report) == UNCHANGED | {"items": "read whole", "people": "read whole"}
    assert report.fragments == frozenset("2")  # the first row of 1 holds
    assert report.version == shop.ingest("anew").version


def test_new_parquet_files_are_read_as_if_with_the_earlier_ones(tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    columns = {"id": "id", "time": "time", "value": "paid / 4", "channel": "via"}
    config = settings_of(tmp_path, seen={"from": "seen", "kind": "order", "columns": columns})
    day = datetime(2017, 1, 1, tzinfo=UTC)
    files: list[dict[str, object]] = [
        {"id": 1, "time": day, "paid": 2.5, "via": "web"},
        {"id": 2, "time": day, "paid": 3},  # an integer now, and one column less
        {"id": "x", "time": day, "paid": 1, "via": "app"},  # no integer any more
    ]
    reasons = []
    for number, row in enumerate(files):
        pl.DataFrame([row]).write_parquet(tmp_path / "seen" / f"{number}.parquet")
        reasons.append(ingest(config, accept=["changed_type"]).full_read_reason)
    assert reasons == [None, None, "the columns of seen changed"]
    events = Lake(config.lake).scan("events").collect()
    assert events.select("id", "value", "channel").rows() == [("1", 62, "web"), ("2", 75, None), ("x", 25, "app")]
    fresh = config.model_copy(update={"home": tmp_path / "fresh"})
    assert ingest(fresh).version == Lake(config.lake).version


KILLED = """
import os, signal, sys
from pathlib import Path
from unittest.mock import patch
from tests.features.shops import Shop
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
with patch("features.lake.manifest.write_text", die):
    Shop(Path(sys.argv[1])).ingest()
"""


def test_a_build_that_is_killed_leaves_the_last_good_one(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path)
    first = shop.ingest()
    shop.write("plain", "1", order_row())
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == -signal.SIGKILL
    assert shop.lake().version == first.version
    assert shop.events().height == 2
    assert shop.ingest().full_read_reason is None
    assert shop.events().height == 3
    assert not list(shop.lake().path.glob(".writing-*"))


@pytest.mark.parametrize("first", ["mails", "answers"])
def test_an_answer_at_the_moment_of_its_question_is_known_after_it_whichever_is_read_first(
    tmp_path: Path, first: str
) -> None:
    """Of both only the day is known. The other file comes with the second build, then ann's mail is taken back."""
    kinds = {"mails": "contact", "answers": "click"}
    columns = {"event_id": "e", "id": "c", "time": "d"}
    sources: dict[str, dict[str, object]] = {n: {"from": n, "kind": k, "columns": columns} for n, k in kinds.items()}
    rows = {
        "mails": "e,c,d\nm1,ann,2017-02-01\nm2,bob,2017-02-01\n",
        "answers": "e,c,d\na1,ann,2017-02-01\na2,bob,2017-02-02\na3,cat,2017-02-01\n",
    }
    for name in kinds:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text("e,c,d\n")
    settings = settings_of(tmp_path, **sources)
    for name in (first, *({*rows} - {first})):
        (tmp_path / name / "b.csv").write_text(rows[name])
        ingest(settings)
    known = Lake(settings.lake).scan("events").filter(pl.col("known_at").is_not_null())
    assert known.select("id", "kind", pl.col("known_at") - pl.col("time")).collect().rows() == [("ann", "click", 1)]
    (tmp_path / "mails" / "b.csv").write_text(rows["mails"].replace("m1,ann,2017-02-01\n", ""))
    ingest(settings)
    assert Lake(settings.lake).scan("events").collect()["known_at"].null_count() == 4
