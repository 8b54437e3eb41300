"""The laws, over every feature: of the default set and of everything that can be declared."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features import Lake, profile_frame, profiles_at, write_profiles
from features.arrays import Floats
from features.evaluate.offline.checkpoint_writer import write_checkpoint
from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.events.computed_columns import NET
from features.events.kinds import RETURNS
from features.identity.people import customer_events_at
from features.language.feature import Feature, Formula, Unit, code
from features.language.terms import Op
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.features.histories import (
    CUSTOMERS,
    every_feature,
    histories,
    history,
    known,
    own,
    record_of,
    snapshots,
    traits,
    twins,
)
from tests.features.one_customer import NOW, Row, frame

EVERY = every_feature()
NAMES = EVERY.names
ALONE = {f.name: FeatureSet((f,), 0) for f in EVERY.features if not f.inputs}  # but those that compare other features
MOMENTS = [NOW - 28 * DAY, NOW - 1, NOW]


def profiles_of(rows: Sequence[Row], *as_of: int) -> dict[tuple[str, int], bytes]:
    """Everyone's profile at each moment, as its bits."""
    out = profile_frame(frame(list(rows)), EVERY, as_of=as_of, attributes=traits(), snapshots=snapshots())
    values = out.select(NAMES).to_numpy()
    return {(c, t): bits(row) for c, t, row in zip(out["customer_id"], out["as_of"], values, strict=True)}


def bits(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bytes:
    """All bits of a vector, the sign of NaN included."""
    return values.tobytes()


def told(difference: bytes, other: bytes, names: Sequence[str] = NAMES) -> dict[str, tuple[float, float]]:
    """The features that differ."""
    pair = zip(names, np.frombuffer(difference), np.frombuffer(other), strict=True)
    return {name: (float(a), float(b)) for name, a, b in pair if np.float64(a).tobytes() != np.float64(b).tobytes()}


def test_every_formula_and_operation_is_among_the_features() -> None:
    assert {f.formula for f in EVERY.features} == set(get_args(Formula))
    assert {t.measure.op for t in EVERY.plan.terms} == set(get_args(Op))
    conditions = [c for m in EVERY.plan.measures for c in m.where]
    assert {(len(c.values) > 1, c.negated) for c in conditions if c.values} >= {
        (False, False),
        (True, False),
        (False, True),
    }
    assert any(c.low > 0 for c in conditions)


@given(histories())
def test_a_record_says_what_the_frames_say(rows: list[Row]) -> None:
    for (customer, as_of), profile in profiles_of(rows, *MOMENTS).items():
        live = EVERY.online.vector(record_of(rows, customer), as_of=as_of)
        assert told(profile, bits(live)) == {}


@given(histories())
def test_records_together_say_what_each_says_alone(rows: list[Row]) -> None:
    records = [Record.of(()), *(record_of(rows, customer) for customer in CUSTOMERS), Record.of(())]
    for as_of in MOMENTS:
        together = EVERY.online.matrix(records, as_of=as_of)
        for row, record in zip(together, records, strict=True):
            assert told(bits(EVERY.online.vector(record, as_of=as_of)), bits(row)) == {}


@given(histories(), st.randoms(use_true_random=False))
def test_a_record_is_the_same_however_events_come(rows: list[Row], chance: random.Random) -> None:
    for customer in CUSTOMERS:
        mine = own(rows, customer)
        delivered = [*mine, *mine[: len(mine) // 2]]  # half of them twice
        chance.shuffle(delivered)
        record = Record.of(())
        for some in (delivered[:3], delivered[3:]):
            record = Record.unpack(append(record, some).pack())
        once, late = (EVERY.online.vector(r, as_of=NOW) for r in (Record.of(mine), record))
        assert told(bits(once), bits(late)) == {}


@given(st.integers(), st.integers(0, 60))
def test_events_at_once_make_the_record_that_one_after_the_other_make(seed: int, before: int) -> None:
    rows = history(seed, 60)
    held, later = rows[:before], [*rows[before:], *rows[:2]]
    together = append(Record.of(held), later)
    one_by_one = functools.reduce(append, ([event] for event in later), Record.of(held))
    assert whole(together) == whole(one_by_one)


def whole(record: Record) -> dict[str, object]:
    """All that a record holds of events."""
    numbers = {column: record.number(column).tolist() for column in record.number_columns}
    return {**numbers, **record.words, **{f"{c} codes": record.codes(c).tolist() for c in record.words}} | {
        "traits": record.traits
    }


@given(histories(), st.randoms(use_true_random=False))
def test_a_record_that_is_looked_at_again_says_what_a_new_one_says(rows: list[Row], chance: random.Random) -> None:
    for customer in CUSTOMERS:
        record, near = record_of(rows, customer), [moment + step for moment in MOMENTS for step in (0, 1, 1, DAY)]
        for as_of in chance.sample(near, len(near)):
            new = EVERY.online.vector(record_of(rows, customer), as_of=as_of)
            assert told(bits(new), bits(EVERY.online.vector(record, as_of=as_of))) == {}


@given(histories())
def test_neither_later_rows_nor_the_order_of_rows_change_a_profile(rows: list[Row]) -> None:
    then = MOMENTS[0]
    profiles = profiles_of([*rows, *twins(known(rows, then))], then)
    for customer in {str(row["customer_id"]) for row in known(rows, then)}:
        assert told(profiles[customer, then], profiles[f"{customer}'s twin", then]) == {}


@given(histories())
def test_neither_other_customers_nor_other_moments_change_a_profile(rows: list[Row]) -> None:
    first, then = str(rows[0]["customer_id"]), MOMENTS[0]
    alone = profiles_of(own(rows, first), then)
    together = profiles_of(rows, *MOMENTS)
    assert alone == {key: profile for key, profile in together.items() if key == (first, then)}


@given(histories())
def test_a_feature_alone_says_what_it_says_among_all(rows: list[Row]) -> None:
    record = record_of(rows, CUSTOMERS[0])
    for of in (record, Record.of(())):
        among = EVERY.online.vector(of, as_of=NOW)
        alone = [f.online.vector(of, as_of=NOW)[0] for f in ALONE.values()]
        assert told(bits(among[[NAMES.index(name) for name in ALONE]]), bits(np.array(alone)), list(ALONE)) == {}


def test_features_of_attributes_alone_and_no_features_need_no_events() -> None:
    trait = FeatureSet((code("age", ("old", "young")),), 0)
    assert trait.online.vector(Record.of((), {"age": "young"}), as_of=NOW).tolist() == [1.0]
    assert FeatureSet((), 0).online.vector(Record.of(()), as_of=NOW).tolist() == []


def test_a_checkpoint_of_the_old_events_changes_no_profile(tmp_path: Path) -> None:
    until = NOW - 380 * DAY
    known_at = pl.when(pl.col("time") > until).then("known_at")  # a checkpoint is of what is known
    rows = frame(history(4, 600)).with_columns(known_at=known_at).collect()
    everything, recent = Lake(tmp_path / "everything"), Lake(tmp_path / "recent")
    everything.write({"events": rows, "customers": traits(), "snapshots": snapshots()})
    read = (pl.col("time") > until) | (pl.col("kind") == "identify")  # what gives traits is no aggregate
    recent.write({"events": rows.filter(read), "customers": traits(), "snapshots": snapshots()})
    checkpoint = write_checkpoint(
        customer_events_at(everything, as_of=until), EVERY.plan, tmp_path / "checkpoint", until=until, basis=""
    )
    write_profiles(recent, EVERY, tmp_path / "continued.parquet", as_of=NOW, checkpoint=checkpoint)
    continued, whole = pl.read_parquet(tmp_path / "continued.parquet"), profiles_at(everything, EVERY, as_of=NOW)
    continued = continued.filter(pl.col("customer_id").is_in(whole["customer_id"].implode()))  # the others had no event
    assert [name for name in whole.columns if not whole[name].equals(continued[name], null_equal=True)] == []


def test_every_feature_says_what_it_is() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert [
        f.name for f in EVERY.features if not (f.unit in get_args(Unit) and f.text and f.text == f.text.strip())
    ] == []
    assert [f.name for f in EVERY.features if (f.unit == "code") != bool(f.vocabulary)] == []
    assert [f.name for f in EVERY.features if f.unit == "money" and f.scale != 100] == []


@given(histories())
def test_every_feature_holds_to_its_unit(rows: list[Row]) -> None:
    out = profile_frame(frame(rows), EVERY, as_of=MOMENTS, attributes=traits(), snapshots=snapshots())
    broken = [f.name for f in EVERY.features if not _holds(f, out[f.name].to_numpy())]
    assert broken == []


def _holds(feature: Feature, values: Floats) -> bool:
    known = values[~np.isnan(values)]
    if _whole(feature) and (len(known) < len(values) or (known % 1 != 0).any()):
        return False
    if feature.unit in ("code", "band"):
        most = len(feature.vocabulary) - 1 if feature.unit == "code" else len(feature.cuts) + 1
        return bool((known % 1 == 0).all() and (known >= (feature.unit == "band")).all() and (known <= most).all())
    if feature.formula == "attribute" and feature.unit != "code":
        return True  # whatever they are
    if feature.formula == "until" or any(term.measure.column == NET for term in feature.terms):
        return True  # what should have been renewed already lies behind; more may come back than was bought
    return bool((known >= 0).all() and (not _part_of_a_whole(feature) or (known <= 1).all()))


def _whole(feature: Feature) -> bool:
    """Whether it counts: then it is always known."""
    counts = feature.formula == "amount" and feature.terms[0].measure.op in ("sum", "distinct")
    return feature.unit == "count" and feature.scale == 1 and counts


def _part_of_a_whole(feature: Feature) -> bool:
    """Whether it is a share of the same: discounts and refunds may exceed what was spent."""
    if feature.unit != "share":
        return False
    part = feature.terms[0].measure
    return part.column != "discount" and not {*RETURNS} & {value for c in part.where for value in c.values}


def test_nothing_known_is_nothing_done() -> None:
    """Counts and sums of no events are 0, stages and personas those of people without events; all else is undefined."""
    nobody = EVERY.online.vector(Record.of(()), as_of=NOW)
    for feature, value in zip(EVERY.features, nobody, strict=True):
        if feature.formula == "amount" and feature.terms[0].measure.op in ("sum", "distinct"):
            assert value == 0 or feature.cuts, feature.name
        elif feature.formula in ("stage", "journey", "nearest"):
            assert feature.display(value) in {"prospect", "quiet", "a"}, feature.name
        else:
            assert np.isnan(value), feature.name


def test_what_is_undefined_is_the_one_nan_without_a_sign() -> None:
    """Days until a renewal are minus the days since it, and so minus NaN for who has none."""
    nobody = EVERY.online.vector(Record.of(()), as_of=NOW)
    assert np.isnan(nobody).any()
    assert not np.signbit(nobody[np.isnan(nobody)]).any()
