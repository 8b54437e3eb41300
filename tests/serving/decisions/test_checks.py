from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from serving.decisions.eligibility.checks import REASONS, Check, Checks, Failing

RULES = [Check("rule", f"r{n}") for n in range(150)]  # with the reasons, three words of bits


@given(st.lists(st.sets(st.integers(0, len(REASONS) + len(RULES) - 1)), max_size=5))
def test_of_the_checks_that_a_candidate_fails_the_first_in_order_is_told_first(marked: list[set[int]]) -> None:
    checks = Checks.of(RULES)
    failing = Failing(checks, len(marked))
    for place, check in enumerate(checks.all):
        failing.mark(check.code, np.array([place in each for each in marked], dtype=np.bool_), check.name)
    assert failing.bits.shape == (len(marked), 3)
    assert failing.eligible.tolist() == [not each for each in marked]
    assert failing.first.tolist() == [min(each, default=-1) for each in marked]
    assert [failing.of(candidate) for candidate in range(len(marked))] == [sorted(each) for each in marked]


def test_a_check_gives_its_parameters_when_they_are_asked_for() -> None:
    failing = Failing(Checks.of(RULES), 2)
    failing.mark("rule", np.array([False, True]), "r7", tell=lambda candidate: {"rule": "r7", "at": candidate})
    (place,) = failing.of(1)
    assert failing.params(place, 1) == {"rule": "r7", "at": 1}
    assert failing.params(0, 1) == {}
