"""The log of decisions: the same decision, bit for bit, from few bytes."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from features.config.sections.decisions.control import Treatment
from features.config.sections.decisions.decisions import DecisionSettings
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.control.arms import Membership
from serving.decisions.decide import decide
from serving.decisions.log.catalogue import Catalogue
from serving.decisions.log.log import Logged, packed, unpacked
from serving.decisions.log.reading import considered
from serving.decisions.setup import Setup
from tests.serving.decisions.sample import AT, SETTINGS, facts, offer

RULES = {f"rule_{n}": f"candidate.value > {n}.5" for n in range(60)}  # with the others more than a word of bits
WEIGHTS = {"big": {"when": "candidate.value > 12", "weight": 1.25}, "all": {"when": "candidate.cost >= 0", "weight": 3}}
RNG = random.Random(7)  # noqa: S311  (no secret)
OFFERS = [
    replace(
        offer(f"offer-{n:03}", f"campaign-{n % 12}" if n % 9 else None, "abcdefgh"[n % 8], value=100 + 691 * n % 6900),
        lever=RNG.choice([None, 1.5, 0.7]), priority=RNG.choice([None, 1.0, 2.0]), ends=AT + n % 5 - 1,
    )
    for n in range(100)
]  # fmt: skip
COUNTS = {item: RNG.randrange(1, 60) for item in "abc"}


def made(
    arbitration: dict[str, object], gets: Treatment | None = None, *, rules: int = 60
) -> tuple[Catalogue, Decided]:
    told = {"rules": dict([*RULES.items()][:rules]), "arbitration": arbitration}
    settings = SETTINGS.model_copy(update={"decisions": DecisionSettings.model_validate(told)})
    setup = Setup.of(settings, Candidates.of(OFFERS, {"a": 3, "b": 5, "e": 1}))
    scores = {f"campaign-{n}": RNG.random() / 3 for n in range(0, 12, 2)}
    someone = replace(
        facts(setup.candidates, COUNTS, scores=scores, redemptions=frozenset({("campaign-2", "offer-002")})),
        arms=Membership(None if gets is None else "arm", gets, {"campaign-4": "held"}), seed="d",
    )  # fmt: skip
    return Catalogue.of(setup), decide(setup, someone, [Placement("home", 3)])


def again(catalogue: Catalogue, decided: Decided) -> tuple[Logged, int]:
    log = packed(decided, catalogue)
    return unpacked(log, Catalogue.read(catalogue.content), decided.facts.arms, as_of=AT), len(log)


@pytest.mark.parametrize("gets", [None, "nothing", "random", "propensity", "no_levers"])
@pytest.mark.parametrize(
    "arbitration",
    [{}, {"weights": WEIGHTS}, {"by": "priority"}, {"formula": "worth.propensity * candidate.value - 0.2"}],
    ids=["plain", "weights", "priority", "formula"],
)
def test_a_decision_is_made_again_bit_for_bit(arbitration: dict[str, object], gets: Treatment | None) -> None:
    for rules in (60, 0):  # without any, some of the campaign that is held would be eligible
        catalogue, decided = made(arbitration, gets, rules=rules)
        logged, _ = again(catalogue, decided)
        assert logged.order.tolist() == decided.order.tolist() != []
        assert np.array_equal(logged.failing.bits, decided.failing.bits)
        for name in ("propensities", "expected_values", "scores"):
            assert np.array_equal(getattr(logged.worth, name), getattr(decided.worth, name), equal_nan=True), name
        assert logged.worth.multipliers.keys() == decided.worth.multipliers.keys()
        for name, each in decided.worth.multipliers.items():
            assert np.array_equal(logged.worth.multipliers[name], each), name


def test_a_decision_of_100_candidates_takes_few_bytes() -> None:
    assert again(*made({"weights": WEIGHTS}, rules=20))[1] <= 450


def test_every_failing_rule_is_told() -> None:
    catalogue, decided = made({})
    logged, _ = again(catalogue, decided)
    told = {each["offer_id"]: each for each in considered(catalogue, logged)}
    assert len(told) == 100
    first = next(place for place, o in enumerate(catalogue.candidates.offers) if o.offer_id == "offer-004")
    assert told["offer-004"]["failed"][0] == "control"
    assert decided.failing.of(first)[0] == decided.failing.checks.place("control")
    assert told["offer-000"]["failed"][0] == "expired"


def test_the_version_of_a_catalogue_changes_with_what_it_holds() -> None:
    catalogue, _ = made({})
    same, _ = made({})
    assert catalogue.version == same.version
    dearer = Candidates.of([replace(OFFERS[0], value=1), *OFFERS[1:]], {})
    assert replace(catalogue, candidates=dearer).version != catalogue.version
