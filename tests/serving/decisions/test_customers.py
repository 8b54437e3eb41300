"""One customer as decisions see them: the same chances and reasons as in their scores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from features.evaluate.online.record import Record
from features.profiles.pairs.features import PAIR_FEATURES
from features.profiles.records import records
from features.units import DAY
from serving.decisions.facts.customers import facts_of
from serving.decisions.facts.facts import Facts
from serving.decisions.facts.known import Known
from serving.http.answers.requests import ScoresRequest
from serving.http.answers.scores import answer_scores
from serving.http.current.state import CurrentState, State
from serving.scoring.lineup import Lineup
from serving.scoring.rows.pairs import Pairs, pairs_of, running_campaigns
from serving.store.records import record_of
from tests.serving.shop import NOW


@pytest.fixture(scope="module")
def lineup(current: CurrentState) -> Lineup:
    assert current.state.lineup is not None
    return current.state.lineup


def record(state: State, customer: str) -> Record:
    found = record_of(state.store, customer)
    assert found is not None
    return found


def facts(state: State, record: Record, lineup: Lineup, *, as_of: int = NOW) -> Facts:
    pairs = pairs_of(record, running_campaigns(state.campaigns, as_of=as_of), "contact", "redeem", as_of=as_of)
    return facts_of(Known(lineup, [record], [pairs], as_of), 0, state.setup.candidates, "redeem")


def test_a_decision_knows_the_chances_and_reasons_that_scores_tell(current: CurrentState, lineup: Lineup) -> None:
    told = cast(
        "list[dict[str, Any]]",
        answer_scores(current.state, ScoresRequest(customers=list(map(str, range(20)))))["scores"],
    )
    best = {one["customer_id"]: one["models"]["redemption"] for one in told}
    seen = {one["customer_id"]: facts(current.state, record(current.state, one["customer_id"]), lineup) for one in told}
    assert {customer: dict(each.campaign_scores) for customer, each in seen.items()} == {
        one["customer_id"]: one["propensities"] for one in told
    }
    reached = [customer for customer, said in best.items() if said["campaign_id"] is not None]
    assert {best[customer]["campaign_id"] for customer in reached} == {"now", "side"}
    for customer in reached:
        assert seen[customer].campaign_reasons(best[customer]["campaign_id"]) == best[customer]["reasons"]


def test_an_offer_of_no_campaign_has_the_middle_chance_and_without_a_model_none(
    current: CurrentState, lineup: Lineup
) -> None:
    model = replace(lineup.models["redemption"], percentiles=tuple(n / 100 for n in range(101)))
    someone = record(current.state, "1")
    assert (
        facts(current.state, someone, replace(lineup, models={**lineup.models, "redemption": model})).base_score == 0.5
    )
    without = facts(current.state, someone, replace(lineup, models={"lapse": lineup.models["lapse"]}))
    assert (without.base_score, without.campaign_reasons("now")) == (None, [])
    assert {campaign: np.isnan(score) for campaign, score in without.campaign_scores.items()} == {
        "now": True,
        "side": True,
    }


@pytest.mark.parametrize(
    ("day", "open_"),
    [(-201, set()), (-200, {"old"}), (-150, {"old"}), (-149, set()), (-20, {"now"}), (0, {"now", "side"}), (21, set())],
)
def test_only_campaigns_that_run_have_chances(current: CurrentState, day: int, open_: set[str]) -> None:
    at = NOW + day * DAY
    assert set(running_campaigns(current.state.campaigns, as_of=at)) == open_
    reached = Record.of(
        {"event_id": c, "kind": "contact", "time": NOW - 300 * DAY, "campaign_id": c}
        for c in ("side", "old", "now", "unheard")
    )
    pairs = pairs_of(reached, running_campaigns(current.state.campaigns, as_of=at), "contact", "redeem", as_of=at)
    assert (pairs.campaigns, pairs.rows.tolist()) == (sorted(open_), [0] * len(open_))


def test_what_was_bought_and_redeemed_counts_up_to_the_moment(current: CurrentState, lineup: Lineup) -> None:
    bought: list[dict[str, object]] = [{"kind": "order", "item_id": item} for item in ("tea", "tea", "cake", None)]
    taken: list[dict[str, object]] = [
        {"kind": "redeem", "offer_id": offer, "campaign_id": c} for offer, c in (("x", "now"), ("y", None), (None, "c"))
    ]
    told = [{"event_id": f"{n}-{at}", "time": at} | each for at in (5, 6) for n, each in enumerate([*bought, *taken])]
    seen = [facts(current.state, Record.of(told), lineup, as_of=at) for at in (4, 5, 6)]
    counts: list[dict[str, int]] = [{}, {"tea": 2, "cake": 1}, {"tea": 4, "cake": 2}]
    assert [each.order_lines.tolist() for each in seen] == [
        current.state.setup.candidates.order_lines(each).tolist() for each in counts
    ]
    assert [each.redemptions for each in seen] == [frozenset(), *[frozenset({("now", "x"), (None, "y")})] * 2]


def test_what_a_customer_is_told_to_be_holds_in_the_past_too(current: CurrentState) -> None:
    found = dict(records(current.state.lake, ["3", "4", "nobody"], as_of=NOW))
    assert {customer: each.attributes["age"] for customer, each in found.items()} == {"3": "young", "4": "old"}


def test_a_campaign_that_has_reached_nobody_has_the_chance_of_one_that_reaches_them_now(current: CurrentState) -> None:
    order: dict[str, object] = {"kind": "order", "item_id": "tea", "value": 500}
    bought = [order | {"event_id": f"o{day}", "time": NOW - day * DAY} for day in range(1, 5)]
    contact: dict[str, object] = {"event_id": "c", "kind": "contact", "campaign_id": "side"}

    def pairs(*contacts: dict[str, object]) -> Pairs:
        running = running_campaigns(current.state.campaigns, as_of=NOW)
        return pairs_of(Record.of([*bought, *contacts]), running, "contact", "redeem", as_of=NOW, anyone=["side"])

    unreached, now, before = pairs(), pairs(contact | {"time": NOW}), pairs(contact | {"time": NOW - 3 * DAY})
    assert [each.unreached for each in (unreached, now, before)] == [frozenset(["side"]), frozenset(), frozenset()]
    assert np.array_equal(unreached.values, now.values, equal_nan=True)
    since = PAIR_FEATURES.index("days_since_contact")
    assert [each.values[0, since] for each in (unreached, now, before)] == [0, 0, 3]
