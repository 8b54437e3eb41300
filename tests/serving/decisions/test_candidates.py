from __future__ import annotations

import pytest

from serving.decisions.candidates.candidates import SMOOTHING
from tests.serving.decisions.sample import CANDIDATES, PLACE


def test_popularity_is_everybodys_share_within_a_campaign() -> None:
    # c: tea, late and soon have the 3 lines of a each, cake and dear the 1 of b: 11 in all. d and none: never sold.
    shares = {"tea": 3 / 11, "cake": 1 / 11, "late": 3 / 11, "soon": 3 / 11, "dear": 1 / 11, "far": 1.0, "free": 1.0}
    assert {offer: CANDIDATES.popularity[place] for offer, place in PLACE.items()} == pytest.approx(shares)


def test_shares_start_from_everybodys_and_move_to_ones_own() -> None:
    nobody = CANDIDATES.shares(CANDIDATES.order_lines({}))
    assert nobody == pytest.approx(CANDIDATES.popularity)
    # 10 lines of b: cake and dear have 10 lines each of the campaign's 20.
    often = CANDIDATES.shares(CANDIDATES.order_lines({"b": 10, "unheard": 5}))
    assert often[PLACE["cake"]] == pytest.approx((10 + SMOOTHING / 11) / (20 + SMOOTHING))
    for group in range(3):
        assert often[CANDIDATES.group == group].sum() == pytest.approx(1)
