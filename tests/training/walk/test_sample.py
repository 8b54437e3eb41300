from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from training.walk.sample import Sample

KEY = ("customer_id", "as_of")


def moment(as_of: int, customers: int) -> pl.DataFrame:
    names = [f"c{n}" for n in range(customers)]
    return pl.DataFrame({"customer_id": names, "as_of": as_of}, schema={"customer_id": pl.String, "as_of": pl.Int64})


def sampled(most: int, frames: Sequence[pl.DataFrame]) -> Sample:
    sample = Sample(most, KEY)
    for frame in frames:
        sample.add(frame)
    return sample


def counts(sample: Sample) -> dict[int, int]:
    return dict(sorted(Counter(sample.rows()["as_of"].to_list()).items()))


def test_half_are_of_the_newest_moments_and_half_of_all_others_in_turn() -> None:
    frames = [moment(as_of, customers) for as_of, customers in ((50, 30), (40, 30), (30, 30), (20, 30), (10, 2))]
    sample = sampled(80, frames)
    # 40: all 30 of the newest moment and the first 10 of the next. 40: the first 16 of each other moment, of the next
    # the 6 that are not taken yet, and both of the moment that has but 2.
    assert counts(sample) == {10: 2, 20: 16, 30: 16, 40: 16, 50: 30}
    assert sample.found == 122


def test_what_has_room_is_whole_and_in_order() -> None:
    sample = sampled(5, [moment(20, 2), moment(10, 3)])
    assert sample.rows().rows() == [("c0", 10), ("c1", 10), ("c2", 10), ("c0", 20), ("c1", 20)]


def test_who_comes_in_the_same_turn_as_the_last_of_the_others_takes_a_place_if_drawn_before_them() -> None:
    frames = [moment(as_of, 3) for as_of in range(40, 0, -1)]
    assert sampled(4, frames).rows().equals(sampled(4, [pl.concat(frames)]).rows())


def test_who_is_drawn_differs_by_moment() -> None:
    rows = sampled(100, [moment(as_of, 1_000) for as_of in (1, 2, 3, 4, 5)]).rows()
    assert rows.filter(pl.col("as_of") < 5)["customer_id"].n_unique() > 45  # of 50


moments = st.dictionaries(st.integers(0, 9), st.integers(0, 12), min_size=1, max_size=6)


@given(sizes=moments, most=st.integers(1, 60), order=st.randoms(use_true_random=False))
def test_a_sample_is_the_same_however_its_moments_come(sizes: dict[int, int], most: int, order: Random) -> None:
    frames = [moment(*each) for each in sizes.items()]
    once = sampled(most, [pl.concat(frames)])
    order.shuffle(frames)
    apart = sampled(most, frames)
    assert apart.rows().equals(once.rows())
    assert apart.rows().height == min(most, apart.found)
    assert apart.rows().is_unique().all()
