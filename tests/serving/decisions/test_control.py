"""Control arms: who is in them, and what is decided for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, chi2_contingency
from scipy.stats.contingency import crosstab

from features.config.sections.decisions.control import Arm
from features.config.sections.decisions.decisions import DecisionSettings
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.control.arms import Arms, Membership
from serving.decisions.decide import decide
from serving.decisions.explanation.telling import slates
from serving.decisions.setup import Setup
from tests.serving.decisions.sample import SETTINGS, facts, offer

ARMS = Arms(
    {
        "holdout": Arm(share=0.05),
        "chance": Arm(share=0.1, gets="random"),
        "spring_off": Arm(share=0.3, campaign="spring"),
        "summer_off": Arm(share=0.3, campaign="summer"),
    }
)
CUSTOMERS = 20_000


def test_shares_are_kept_and_campaigns_are_independent() -> None:
    found = [ARMS.of(f"customer-{n}") for n in range(CUSTOMERS)]
    for name, share in (("holdout", 0.05), ("chance", 0.1)):
        low, high = binom.interval(0.9999, CUSTOMERS, share)
        assert low <= sum(each.arm == name for each in found) <= high
    spring, summer = (np.array([name in (each.campaigns or {}) for each in found]) for name in ("spring", "summer"))
    arms = np.array([str(each.arm) for each in found])
    low, high = binom.interval(0.9999, CUSTOMERS, 0.3)
    assert low <= spring.sum() <= high
    for one, other in ((spring, summer), (arms == "chance", spring), (arms == "holdout", summer)):
        assert chi2_contingency(crosstab(one, other).count).pvalue > 0.0001


def test_a_customer_stays_in_their_arm_when_others_are_declared() -> None:
    later = Arms({**ARMS.arms, "more": Arm(share=0.2, gets="no_levers"), "autumn": Arm(share=0.5, campaign="autumn")})
    for customer in map(str, range(500)):
        before, after = ARMS.of(customer), later.of(customer)
        assert before.arm in {after.arm, None}
        assert (before.campaigns or {}).items() <= (after.campaigns or {}).items()


def test_arms_leave_somebody_and_those_of_campaigns_get_nothing() -> None:
    for wrong in ({"a": {"share": 0.6}, "b": {"share": 0.4}}, {"a": {"share": 0.1, "gets": "random", "campaign": "c"}}):
        with pytest.raises(ValueError, match=r"below 1|nothing of it"):
            DecisionSettings.model_validate({"control": wrong})


TEA = replace(offer("tea", "c", "t", value=900), lever=9.0)  # worth most by its lever
CUP = offer("cup", "c", "u", value=2000)
HAM = offer("ham", "d", "h", value=500)  # worth least, taken most


def made(arms: Membership) -> tuple[Setup, Decided]:
    settings = SETTINGS.model_copy(update={"decisions": DecisionSettings()})
    setup = Setup.of(settings, Candidates.of([TEA, CUP, HAM], {}))
    someone = facts(setup.candidates, scores={"c": 0.2, "d": 0.3})
    return setup, decide(setup, replace(someone, arms=arms, seed="1"), [Placement("all", 9)])


def shown(arms: Membership) -> list[str]:
    setup, decided = made(arms)
    return [setup.candidates.offers[pick.place].offer_id for pick in decided.picks[0]]


def test_each_arm_gets_what_it_is_for() -> None:
    assert shown(Membership()) == ["tea", "cup", "ham"]
    assert shown(Membership("x", "no_levers")) == ["cup", "ham", "tea"]
    assert shown(Membership("x", "propensity"))[0] == "ham"
    assert shown(Membership(campaigns={"d": "x"})) == ["tea", "cup"]
    assert shown(Membership("x", "nothing")) == []
    assert sorted(shown(Membership("x", "random"))) == ["cup", "ham", "tea"]
    _, decided = made(Membership("x", "random"))
    assert [pick.probability for pick in decided.picks[0]] == pytest.approx([1 / 3, 1 / 2, 1])
    assert [pick.marginal for pick in decided.picks[0]] == pytest.approx([1 / 3] * 3)


def test_of_somebody_who_gets_nothing_it_is_known_what_they_might_have_got() -> None:
    setup, decided = made(Membership("holdout", "nothing"))
    assert [setup.candidates.offers[place].offer_id for place in decided.order] == ["tea", "cup", "ham"]
    (slate,) = slates(setup.telling, decided, explain="full")
    assert [(choice.offer_id, choice.reasons[0]["code"]) for choice in slate.choices] == [("flyer", "control")]  # type: ignore[index]
    (out,) = slate.excluded
    assert (out.reason, out.count, out.offers[0].params) == ("control", 3, {"arm": "holdout"})


def held(arms: Membership, *, count: int) -> list[tuple[str, str, int]]:
    """What is held back where so many are shown: the offer, the arm, and the position."""
    settings = SETTINGS.model_copy(update={"decisions": DecisionSettings()})
    setup = Setup.of(settings, Candidates.of([TEA, CUP, HAM], {}))
    someone = replace(facts(setup.candidates, scores={"c": 0.2, "d": 0.3}), arms=arms, seed="1")
    decided = decide(setup, someone, [Placement("all", count)])
    return [(setup.candidates.offers[each.place].offer_id, each.arm, each.position) for each in decided.held]


def test_what_an_arm_holds_back_is_what_would_have_been_chosen() -> None:
    # Tea scores 8.10 (by its lever), cup 2.00 and ham 1.50; tea and cup are of campaign c.
    assert held(Membership(), count=2) == []
    assert held(Membership("off", "nothing", {}), count=2) == [("tea", "off", 1), ("cup", "off", 2)]
    assert held(Membership(None, None, {"d": "d_off"}), count=2) == []  # ham would not have been among the best two
    assert held(Membership(None, None, {"d": "d_off"}), count=3) == [("ham", "d_off", 3)]
    assert held(Membership(None, None, {"c": "c_off"}), count=2) == [("tea", "c_off", 1), ("cup", "c_off", 2)]
    assert held(Membership("plain", "no_levers", {"c": "c_off"}), count=1) == [("cup", "c_off", 1)]
    both = Membership("off", "nothing", {"c": "c_off"})
    assert held(both, count=1) == [("ham", "off", 1)]  # what the arm of the campaign keeps away is no loss of this one
