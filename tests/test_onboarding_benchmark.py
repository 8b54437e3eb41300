"""The benchmark of onboarding: its companies, what it holds for right, and how it judges."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from benchmarks.onboarding.company.plan import Plan
from benchmarks.onboarding.company.world import World
from benchmarks.onboarding.draw import LANGUAGES, SYSTEMS, UNSEEN
from benchmarks.onboarding.export import Dialect, Export
from benchmarks.onboarding.figures import figures
from benchmarks.onboarding.header_sets import SYSTEMS as FOLDER
from benchmarks.onboarding.header_sets import exports
from benchmarks.onboarding.trial import Trial, measured
from benchmarks.onboarding.truth import Outcome, right_outcomes
from benchmarks.onboarding.writing.files import write

FIRST, LAST = datetime(2024, 1, 2, tzinfo=UTC), datetime(2024, 6, 30, tzinfo=UTC)
RIGHT = Outcome(orders=3, customers=2, money=600, first=FIRST, last=LAST, kinds={})


def export(plan: Plan, **columns: str) -> Export:
    files = {"orders.csv": {"rows": "orders", "columns": columns}}
    return Export("a/b", "a", "https://example.com", Dialect(), plan, files)


def trial(came: Outcome | None = RIGHT, *, ambiguous: list[str] | None = None, questions: list[str] | None = None,
          code: int = 0, error: str = "", unseen: bool = False) -> Trial:  # fmt: skip
    return Trial("a", unseen, ambiguous or [], [RIGHT], came, questions or [], code, error)


def test_cancelled_and_failed_orders_and_those_of_nobody_do_not_count_and_refunds_reduce() -> None:
    plan = Plan(orders=60, cancelled=0.2, failed=0.2, refunded=0.2, guests=0.2)
    kept = [order for order in World.of(plan).orders if order.status in {"paid", "refunded"} and order.customer]
    (right,) = right_outcomes(export(plan, No="{number}"))
    assert 0 < len(kept) < 60
    assert (right.orders, right.customers) == (len(kept), len({order.customer for order in kept}))
    assert right.money == sum(order.total for order in kept if order.status == "paid")


def test_a_part_that_is_given_back_reduces_by_the_price_of_one_piece() -> None:
    plan = Plan(orders=9, returned=1.0)
    orders = World.of(plan).orders
    (right,) = right_outcomes(export(plan, No="{number}"))
    assert right.money == sum(order.total - order.lines[0].unit for order in orders) > 0


def test_a_lake_is_counted(tmp_path: Path) -> None:
    hour = 3_600_000_000
    rows: list[tuple[object, ...]] = [
        ("order", "a", 1, 500, 1),
        ("order", "a", 1, 250, 2),
        ("order", "b", 2, 100, None),
    ]
    rows += [("refund", "b", 3, 40, None), ("open", "c", 4, None, None)]
    frame = pl.DataFrame(rows, schema=["kind", "fragment", "time", "value", "order_line"], orient="row")
    frame.with_columns(pl.col("time") * hour).write_parquet(tmp_path / "events-1970-01-x.parquet")
    came = measured(tmp_path)
    assert (came.orders, came.customers, came.money, came.kinds) == (2, 2, 810, {"open": 1})
    assert (came.first, came.last) == (datetime(1970, 1, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("change", "differs"),
    [({}, []), ({"orders": 4}, ["orders"]), ({"money": 601}, ["money"]), ({"kinds": {"open": 1}}, []),
     ({"first": datetime(2024, 1, 4, tzinfo=UTC)}, ["times"]),
     ({"customers": 3, "last": FIRST}, ["customers", "times"])],
)  # fmt: skip
def test_differences(change: dict[str, object], differs: list[str]) -> None:
    assert Outcome(**{**vars(RIGHT), **change}).differences(RIGHT) == differs


def test_figures() -> None:
    wrong = Outcome(**{**vars(RIGHT), "money": 1})
    found = figures([
        trial(),                                                       # right
        trial(wrong),                                                  # silently wrong
        trial(wrong, questions=["amount"], unseen=True),               # asked about what is wrong
        trial(wrong, questions=["time_zone"]),                         # asked about something else
        trial(ambiguous=["time_format"], questions=["time_format"]),   # asked as it should
        trial(None, code=1, error="init: bad_encoding: It is none. Give `encoding`."),
        trial(None, code=70, error="build: crash: Traceback"),
    ])  # fmt: skip
    assert found == {
        "sets": 7, "built_unaided": 0.1667, "asked_right": 0.3333, "silently_wrong": 1, "refused_with_remedy": 0.5,
        "unseen_built_unaided": 0.0, "unseen_silently_wrong": 0,
    }  # fmt: skip


def test_every_system_is_known_and_documentation_is_an_address_or_was_not_found() -> None:
    known = {*SYSTEMS, *LANGUAGES, "handmade"}
    assert {export.system for export in exports()} <= known
    cited = {export.documentation for export in exports()} - {""}
    assert len(cited) > 20
    assert all(address.startswith("https://") for address in cited)
    assert len(UNSEEN) == 12


def test_exports_are_the_same_each_time(tmp_path: Path) -> None:
    chosen = exports()[::20]
    for again in ("a", "b"):
        for number, export in enumerate(chosen):
            write(export, tmp_path / again / str(number))
    one, other = (
        {p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*.*sv")} for n in ("a", "b")
    )
    assert one
    assert one == other


def test_the_generator_knows_nothing_of_the_product() -> None:
    code = "import sys; import benchmarks.onboarding.writing.files, benchmarks.onboarding.truth; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=FOLDER.parents[2], capture_output=True, text=True, check=True
    )
    assert not {name.split(".")[0] for name in loaded.stdout.split()} & {
        "features",
        "training",
        "insights",
        "serving",
        "stamkund",
    }
