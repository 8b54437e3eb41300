"""The identity benchmark on a small world, and its measure of quality on pairs that can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.identity import erasing, leak, reading, resolving
from benchmarks.identity.historical import pairwise
from benchmarks.identity.quality import quality
from features.config.sections.identity import IdentitySettings
from features.identity.links import links_of
from features.identity.resolve import resolve


def test_a_small_world_is_resolved_nearly_without_mistakes(tmp_path: Path) -> None:
    figures = resolving.measure(tmp_path, tmp_path, people=600)
    assert figures["events"] == 10_000
    assert figures["precision"] > 0.98
    assert figures["recall"] > 0.95


def test_precision_and_recall_count_pairs_and_leave_what_is_shared_to_a_figure_of_its_own() -> None:
    base = {"known_at": None, "source": "web", "kind": "visit", "id_type": "user_id"}
    used = [("u1", "a", 1), ("u1", "b", 2), ("u2", "b", 3), ("u3", "c", 4)]
    rows = [
        base | {"id": user, "ids": f'{{"anonymous_id": "{cookie}"}}', "time": time, "event_id": f"e{time}"}
        for user, cookie, time in used
    ]
    identity = IdentitySettings()
    resolution = resolve(links_of(pl.LazyFrame(rows, infer_schema_length=None), identity), identity)
    truth = pl.DataFrame(
        {
            "node": ["u1", "anonymous_id:a", "anonymous_id:b", "u2", "anonymous_id:b", "u3", "anonymous_id:c"],
            "person": [1, 1, 1, 2, 2, 3, 4],
        }
    )
    # Found: u1-a, u1-b, a-b, u3-c, of which the last is wrong. True: the first three and u2-b, where b is shared.
    figures = quality(resolution, truth)
    assert figures["precision"] == 3 / 4
    assert (figures["recall"], figures["recall_of_shared"]) == (1.0, 3 / 4)
    assert (figures["largest_person"], figures["largest_false_merge"]) == (3.0, 2.0)


def test_visits_tell_nothing_of_orders_by_people_known_then_and_much_by_people_known_today(tmp_path: Path) -> None:
    figures = leak.measure(tmp_path, tmp_path, people=6_000)
    assert abs(figures["leak_auc"] - 0.5) <= 0.02
    assert figures["naive_leak_auc"] > 0.6


def test_profiles_of_fragments_are_those_of_a_lake_that_is_keyed_by_people(tmp_path: Path) -> None:
    assert reading.measure(tmp_path, tmp_path, events=3_000)["joined_profiles_seconds"] > 0


def test_of_people_who_are_erased_no_mark_is_left_and_the_others_are_what_they_were(tmp_path: Path) -> None:
    figures = erasing.measure(tmp_path, tmp_path, people=300, erased=5)
    assert figures["customers_less"] >= 4  # an account that was never used is none
    assert (figures["others_changed"], figures["marks_left"]) == (0, 0)


def test_pairs_of_customers_are_counted_as_by_hand() -> None:
    """Of persons abc and d two were made, ab and cd: one pair of two is right, and one of three is found."""
    people = pl.DataFrame({"customer_id": ["a", "b", "c", "d"], "person": ["a", "a", "c", "c"]})
    truth = pl.DataFrame({"customer_id": ["a", "b", "c", "d"], "cluster": ["1", "1", "1", "2"]})
    assert pairwise(people, truth) == {"precision": 1 / 2, "recall": 1 / 3, "f1": 0.4, "largest": 2.0}
