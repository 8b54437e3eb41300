from __future__ import annotations

from dataclasses import replace

import pytest

from serving.decisions.candidates.candidates import SMOOTHING, Candidates
from tests.serving.decisions.sample import CANDIDATES, PLACE, offer


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


def test_where_a_candidate_may_be_shown() -> None:
    offers = [
        replace(offer("a"), type="item", channels=frozenset({"web", "app"})),
        replace(offer("b"), formats=frozenset({"banner"})),
        offer("c"),
    ]
    candidates = Candidates.of(offers, {})
    on = {channel: candidates.on_channel(channel).tolist() for channel in ("web", "email", None)}
    assert on == {"web": [True] * 3, "email": [False, True, True], None: [False, True, True]}
    assert candidates.fitting(["item"], []).tolist() == [True, False, False]
    assert candidates.fitting([], ["tile"]).tolist() == [True, False, True]
    assert candidates.fitting(["offer", "content"], ["banner", "tile"]).tolist() == [False, True, True]
