"""Rows of erased people go; what others' rows tell of them goes too, and nothing else."""

from __future__ import annotations

import polars as pl
import pytest

from features.privacy.traces import Traces

ERASED = {"7": 10, "email:anna@x.se": 10, "anonymous_id:f00": 10, "phone:+4670": 10, "email:åsa@x.se": 10}
Told = tuple[str, str, str | None, str | None]
USER: tuple[str, str] = ("user_id", "8")
# What a row of user 8 tells (own type and value, others, properties), and what it tells without traces.
ROWS: list[tuple[Told, Told]] = [
    ((*USER, '{"email":"Anna@X.se"}', None), (*USER, None, None)),
    ((*USER, '{"email":["anna@x.se","b@x.se"],"user_id":"7"}', None), (*USER, '{"email":"b@x.se"}', None)),
    ((*USER, '{"phone":"+46 (7) 0"}', None), (*USER, None, None)),
    ((*USER, '{"email":"ÅSA@x.se"}', None), (*USER, None, None)),
    ((*USER, '{"email":"\\u00e5sa@x.se"}', None), (*USER, None, None)),
    (("anonymous_id", "f00", '{"device_id":"d","user_id":"8"}', None), (*USER, '{"device_id":"d"}', None)),
    ((*USER, None, '{"email":"anna@x.se","name":"anna@x.se"}'), (*USER, None, '{"name":"anna@x.se"}')),
    ((*USER, None, '{"email":["b@x.se; Anna <anna@x.se>"]}'), (*USER, None, "{}")),
    ((*USER, None, '{"previous_id":"f00","user_id":"8"}'), (*USER, None, '{"user_id":"8"}')),
    ((*USER, '{"anonymous_id":"f00","user_id":"f00"}', None), (*USER, None, None)),  # an alias
    ((*USER, '{"loyalty_card":"7"}', '{"phone":7}'),) * 2,  # other types
    (
        (*USER, None, '{"context":{"traits":{"email":"anna@x.se","age":7},"also":[{"email":"Anna@X.se"}]}}'),
        (*USER, None, '{"context":{"traits":{"age":7},"also":[{}]}}'),
    ),
    ((*USER, '{"email":"hanna@x.se"}', '{"total": 1.50}'),) * 2,
]  # fmt: skip


def frame(rows: list[Told], *, time: int | None = 10) -> pl.DataFrame:
    columns = ("fragment", "time", "id_type", "id", "ids", "properties")
    types = [pl.Int64 if name == "time" else pl.String for name in columns]
    return pl.DataFrame([("8", time, *row) for row in rows], dict(zip(columns, types, strict=True)), orient="row")


@pytest.mark.parametrize("traces", [Traces(ERASED.get), Traces.of(ERASED)], ids=["by moments", "by texts"])
def test_what_others_tell_of_the_erased_goes_and_all_else_stays(traces: Traces) -> None:
    before, after = (frame([row[side] for row in ROWS]) for side in (0, 1))
    assert traces.out_of(before).rows() == after.rows()
    assert [traces.out_of_event(row) for row in before.to_dicts()] == after.to_dicts()


def test_rows_of_the_erased_go_unless_they_are_from_later() -> None:
    rows = frame([(*USER, '{"email":"anna@x.se"}', None)] * 2).with_columns(
        fragment=pl.Series(["7", "8"]), time=pl.Series([10, 11])
    )
    traces = Traces(ERASED.get)
    assert traces.out_of(rows).rows() == rows.rows()[1:]
    assert traces.out_of(rows.with_columns(time=pl.lit(11))).rows() == rows.with_columns(time=pl.lit(11)).rows()
    timeless = rows.with_columns(time=pl.lit(None, pl.Int64))  # these go always
    assert traces.out_of(timeless).select("fragment", "ids").rows() == [("8", None)]


def test_what_customers_tables_tell_of_nobody_else_any_more_goes() -> None:
    told = pl.DataFrame({"time": [1, 1], "id_type": "user_id", "id": ["8", "9"]}).with_columns(
        ids=pl.Series(['{"email":"anna@x.se"}', '{"email":"b@x.se"}'])
    )
    assert Traces.of(ERASED).out_of_identifications(told).rows() == told.rows()[1:]
