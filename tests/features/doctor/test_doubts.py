"""What is read without a complaint and may mean something else: each kind of it once there, and once not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml

from features.doctor import Diagnosis, Finding, examine
from features.doctor.doubts.statuses import void_words
from features.ingest.ingest import ingest
from features.moments import micros
from tests.features.sourcing import settings_of

AS_OF = micros(date(2024, 3, 1))
COLUMNS = {"id": "who", "time": "bought", "order_id": "basket", "item_id": "item", "value": "paid"}


def diagnosed(
    folder: Path, head: str, rows: Iterable[str], columns: Mapping[str, str] = COLUMNS, **source: object
) -> Diagnosis:
    """The diagnosis of one CSV of orders."""
    (folder / "shop.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    orders: dict[str, object] = {"from": "shop.csv", "kind": "order", "columns": dict(columns), **source}
    return examine(settings_of(folder, shop=orders), as_of=AS_OF)


def found(diagnosis: Diagnosis, words: str) -> list[Finding]:
    return [finding for finding in diagnosis.findings if words in finding.message]


def written(finding: Finding) -> dict[str, object]:
    """What its next step says to write, read as YAML."""
    assert finding.next_step is not None
    content: dict[str, object] = yaml.safe_load(finding.next_step.split("`")[1])
    return content


def lines(paid: Iterable[str], item: str = "i{n}", orders: int = 12) -> list[str]:
    """Three lines an order, each with what was paid for it."""
    return [
        f"c{order % 4},2024-01-{1 + order:02}T10:00:00,o{order},{item.format(n=n)},{amount.format(o=order)}"
        for order in range(orders)
        for n, amount in enumerate(paid)
    ]


def test_the_total_on_each_line_is_told_with_the_column_that_adds_up_to_it(tmp_path: Path) -> None:
    head = "who,bought,basket,item,paid,each line"
    told = found(diagnosed(tmp_path, head, lines(["30,10", "30,12", "30,8"])), "the same on all lines")
    assert [finding.level for finding in told] == ["problem"]
    assert "in 12 of 12 orders, and each line adds up to it" in told[0].message
    assert written(told[0]) == {"value": "each line"}


def test_lines_that_cost_the_same_are_no_doubt_where_the_total_stands_beside_them(tmp_path: Path) -> None:
    head = "who,bought,basket,item,paid,total"
    assert not found(diagnosed(tmp_path, head, lines(["10,30", "10,30", "10,30"])), "the same on all lines")


def test_a_total_without_the_lines_amounts_is_asked_about_and_counts_once_as_advised(tmp_path: Path) -> None:
    head, rows = "who,bought,basket,item,paid", lines(["{o}9"] * 3)
    (told,) = found(diagnosed(tmp_path, head, rows), "is it the order's total?")
    value = str(written(told)["value"])
    assert not found(diagnosed(tmp_path, head, rows, COLUMNS | {"value": value}), "order's total")
    assert not found(diagnosed(tmp_path, head, lines(["1", "2", "{o}"])), "the same on all lines")


def test_a_column_of_states_that_is_not_used_is_told_with_the_condition(tmp_path: Path) -> None:
    rows = [f"c{n},2024-01-01T10:00:{n:02},o{n},tea,5,{('paid', 'cancelled', 'refunded')[n % 3]}" for n in range(30)]
    (told,) = found(diagnosed(tmp_path, "who,bought,basket,item,paid,Order state", rows), "all of them count")
    assert "(cancelled 10, paid 10 and refunded 10)" in told.message
    assert written(told) == {"where": "\"Order state\" NOT IN ('cancelled', 'refunded')"}
    colours = [row.replace("cancelled", "red").replace("refunded", "blue") for row in rows]
    assert not found(diagnosed(tmp_path, "who,bought,basket,item,paid,colour", colours), "all of them count")
    mapped = COLUMNS | {"status": "state"}
    assert not found(diagnosed(tmp_path, "who,bought,basket,item,paid,state", rows, mapped), "all of them count")


def test_words_of_several_languages_say_that_a_row_does_not_count() -> None:
    words = ("storniert", "annulée", "devuelto", "Geannuleerd", "paid", "bezahlt", "shipped", "resolved")
    assert void_words(dict.fromkeys(words, 1)) == ["storniert", "annulée", "devuelto", "Geannuleerd"]


def test_baskets_without_an_order_id_are_told_and_counted_as_advised(tmp_path: Path) -> None:
    rows = [f"c{n % 5},2024-01-{1 + n // 15:02},i{n}" for n in range(60)]  # 4 days of 5 customers with 3 lines each
    columns = {"id": "who", "time": "bought at", "item_id": "item"}
    (told,) = found(diagnosed(tmp_path, "who,bought at,item", rows, columns), "name no order")
    assert "60 of 60 order lines share customer and moment" in told.message
    assert "they count as 60 orders, not as 20" in told.message
    assert written(told) == {"order_id": "who || '-' || \"bought at\""}
    again = diagnosed(tmp_path, "who,bought at,item", rows, columns | {"order_id": str(written(told)["order_id"])})
    assert not found(again, "name no order")


def test_order_ids_that_start_anew_each_day_are_told_and_told_apart_as_advised(tmp_path: Path) -> None:
    rows = [f"c{n % 12},2024-01-{1 + n // 12:02}T10:00:00,{n % 12},tea,5" for n in range(36)]
    (told,) = found(diagnosed(tmp_path, "who,bought,basket,item,paid", rows), "start anew")
    assert "12 of 12 orders have lines on several days" in told.message
    columns = COLUMNS | {"order_id": str(written(told)["order_id"])}
    assert not found(diagnosed(tmp_path, "who,bought,basket,item,paid", rows, columns), "start anew")


def test_orders_that_come_by_two_roads_are_told_with_the_source_that_gives_way(tmp_path: Path) -> None:
    rows = [f"c{n},2024-01-01T10:00:{n:02},o{n},tea,5" for n in range(12)]
    (tmp_path / "web.csv").write_text("\n".join(["who,bought,basket,item,paid", *rows[:3]]))
    (tmp_path / "shop.csv").write_text("\n".join(["who,bought,basket,item,paid", *rows]))
    source: dict[str, object] = {"kind": "order", "columns": COLUMNS}
    settings = settings_of(tmp_path, till={"from": "shop.csv", **source}, shop={"from": "web.csv", **source})
    (told,) = found(examine(settings, as_of=AS_OF), "counts twice")
    assert (told.level, told.message) == (
        "problem",
        "Told by till and shop, so that their value counts twice: 3 orders (25%).",
    )
    assert (written(told), "in the source shop" in str(told.next_step)) == ({"same_as": ["till"]}, True)


def test_the_same_line_twice_is_counted_and_named(tmp_path: Path) -> None:
    rows = [f"c{n},2024-01-01T10:00:00,o{n},tea,5.50,{n}" for n in range(10)]
    again = [rows[3][:-1] + "x", rows[3][:-1] + "y", rows[4][:-1] + "z"]  # another column differs
    columns = COLUMNS | {"text": "note"}
    (told,) = found(diagnosed(tmp_path, "who,bought,basket,item,paid,note", [*rows, *again], columns), "Told again")
    assert told.level == "warning"
    assert told.message.endswith("3 order lines; shop: order o3 of c3, 2024-01-01 10:00 tea for 5.50, 3 times.")


def test_customers_that_stand_for_nobody_are_named_with_their_events(tmp_path: Path) -> None:
    rows = [f"{who},2024-01-01T10:00:0{n},o{n},tea,5" for n, who in enumerate(["Guest", "GUEST", "Gustav", "test"])]
    (told,) = found(diagnosed(tmp_path, "who,bought,basket,item,paid", rows), "stand for nobody")
    assert told.message.endswith("with 3 events: 'GUEST' 1, 'Guest' 1 and 'test' 1.")


@pytest.mark.parametrize(
    ("moments", "formats"),
    [
        (["1.2.2024", "13.2.2024"], [{"bought": "%d.%m.%Y"}]),
        (["1/2/2024", "2/3/2024"], [{"bought": "%d/%m/%Y"}, {"bought": "%m/%d/%Y"}]),
    ],
)
def test_refused_times_come_with_every_format_that_they_fit(
    moments: list[str], formats: list[dict[str, str]], tmp_path: Path
) -> None:
    rows = [f"c{n},{moment},o{n},tea,5" for n, moment in enumerate(moments)]
    (told,) = found(diagnosed(tmp_path, "who,bought,basket,item,paid", rows), "rejected")
    assert told.next_step is not None
    assert [yaml.safe_load(text) for text in told.next_step.split("`")[1:-2:2]] == [{"formats": f} for f in formats]


def test_a_kind_that_is_nearly_a_usual_one_is_told_and_becomes_it_as_advised(tmp_path: Path) -> None:
    rows = [f"c{n},2024-01-01T10:00:0{n},{kind}" for n, kind in enumerate(["order", "ordr", "yoga"])]
    columns, head = {"id": "who", "time": "bought", "kind": "kind"}, "who,bought,kind"
    (told,) = found(diagnosed(tmp_path, head, rows, columns, kind=None), "under its own name")
    assert told.message.startswith("'ordr' seems to be what is called 'order' here")
    advised = columns | yaml.safe_load((told.next_step or "").split("`")[3])
    assert "1 kind" not in found(diagnosed(tmp_path, head, rows, advised, kind=None), "of events:")[0].message
    assert (
        "2 kinds of events: order 2"
        in found(diagnosed(tmp_path, head, rows, advised, kind=None), "of events:")[0].message
    )


def test_a_clock_is_proposed_where_the_data_ended_long_ago(tmp_path: Path) -> None:
    rows = [f"c{n},2024-01-0{n}T10:00:00,o{n},tea,5" for n in range(1, 6)]
    (told,) = found(diagnosed(tmp_path, "who,bought,basket,item,paid", rows), "older than")
    assert "`clock: 2024-01-06`" in str(told.next_step)


def test_what_would_stop_the_next_build_stops_the_doctor(tmp_path: Path) -> None:
    head, rows = "who,bought,basket,item,paid", lines(["1", "2", "{o}"])
    assert not found(diagnosed(tmp_path, head, rows), "less than half")
    ingest(settings_of(tmp_path, shop={"from": "shop.csv", "kind": "order", "columns": COLUMNS}))
    (told,) = found(diagnosed(tmp_path, head, rows[:9]), "less than half")
    assert (told.area, told.level) == ("schedule", "problem")
    assert "`stamkund build --accept fewer_rows`" in str(told.next_step)


def test_no_events_for_a_first_build_are_told_before_it_fails(tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text("\n".join(["who,bought,basket,item,paid", *lines(["1"])]), encoding="utf-8")
    settings = settings_of(tmp_path, shop={"from": "shop.csv", "kind": "order", "columns": COLUMNS})
    assert not found(examine(settings, as_of=AS_OF), "nothing to derive features from")
    early = settings.features.model_copy(update={"fitted_at": date(2023, 12, 1)})
    (told,) = found(
        examine(settings.model_copy(update={"features": early}), as_of=AS_OF), "nothing to derive features from"
    )
    assert told.level == "problem"
