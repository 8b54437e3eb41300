"""What showing a candidate changes, in place of the chance that it is taken: ranked by, told, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.config.sections.decisions.control import Treatment
from features.config.sections.decisions.decisions import DecisionSettings
from features.language.rules.evaluate import MISSING, Cell
from features.texts.catalogue import Language
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.control.arms import Membership
from serving.decisions.decide import decide
from serving.decisions.explanation.exclusion import Exclusion
from serving.decisions.explanation.slates import Choice
from serving.decisions.explanation.telling import slates
from serving.decisions.log.catalogue import Catalogue
from serving.decisions.log.log import packed, unpacked
from serving.decisions.setup import Setup
from tests.serving.decisions.sample import AT, SETTINGS, facts, offer, reasons

# The mail is worth 10 to whom it is shown, the coupon of spring 20, the letter costs 3 more than it brings.
OFFERS = [offer("mail", "mens", value=1000), offer("coupon", "spring", value=2000), offer("letter", "paper", cost=1300)]
DECLARED: dict[str, object] = {"uplift": {"mens": {"campaign": "mens"}, "paper": {"campaign": "paper"}}}
CHANCES = {"mens": 0.3, "spring": 0.1, "paper": 0.2}


def made(
    uplifts: Mapping[str, float | None],
    arbitration: dict[str, object] = DECLARED,
    *,
    gets: Treatment | None = None,
    language: Language = "en",
    base: float | None = 0.1,
) -> tuple[Setup, Decided]:
    """Decided for somebody of whom the models of uplift say so much, for three offers at most."""
    declared = DecisionSettings.model_validate({"arbitration": arbitration})
    settings = SETTINGS.model_copy(update={"decisions": declared, "language": language})
    setup = Setup.of(settings, Candidates.of(OFFERS, {}))
    told = {f"scores.{name}": MISSING if value is None else Cell(value) for name, value in uplifts.items()}
    chances = CHANCES if base is not None else dict.fromkeys(CHANCES, np.nan)
    someone = replace(
        facts(setup.candidates, scores=chances, base=base), read=told.__getitem__, seed="d",
        arms=Membership(None if gets is None else "arm", gets, {}),
    )  # fmt: skip
    return setup, decide(setup, someone, [Placement("home", 3)])


def shown(setup: Setup, decided: Decided) -> tuple[dict[str, Choice], dict[str, tuple[str, Exclusion]]]:
    """The choices and the exclusions by offer."""
    (slate,) = slates(setup.telling, decided, explain="full")
    out = {each.offer_id: (reason.reason, each) for reason in slate.excluded for each in reason.offers}
    return {choice.offer_id: choice for choice in slate.choices}, out


def test_where_a_model_tells_what_showing_changes_that_counts_and_not_who_takes_it_anyway() -> None:
    chosen, out = shown(*made({"mens": 0.25, "paper": 0.1}))
    figures = [
        (each.offer_id, each.score, each.uplift, each.propensity, each.expected_value) for each in chosen.values()
    ]
    assert figures == [
        ("mail", 2.5, 0.25, 0.3, 2.5),  # 0.25 × 10.00
        ("coupon", 2.0, None, 0.1, 2.0),  # 0.1 × 20.00: no target of uplift is about it
    ]
    told = chosen["mail"].reasons[0]
    assert told == {
        "code": "what_it_changes", "value": 0.25, "usual": None, "contribution": None,
        "text": "It is ranked by what showing it changes, as mens tells.",
    }  # fmt: skip
    reason, letter = out["letter"]
    assert (reason, letter.params["expected"]) == ("no_value", pytest.approx(-0.3))  # 0.1 × (10.00 − 13.00)
    low, _ = made({"mens": 0.125, "paper": None})
    assert [*shown(low, _)[0]] == ["coupon", "mail"]  # 2.00 and 1.25


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Showing it does harm: by mens it lowers the chance of what is wanted (-0.02)."),
        ("sv", "Att visa det skadar: enligt mens minskar det chansen för det som önskas (-0,02)."),
    ],
)
def test_what_does_harm_is_out_for_that_reason_alone_even_where_two_losses_make_a_gain(
    language: Language, text: str
) -> None:
    setup, decided = made({"mens": -0.02, "paper": -0.5}, language=language)
    chosen, out = shown(setup, decided)
    assert [*chosen] == ["coupon"]
    reason, mail = out["mail"]
    assert (reason, dict(mail.params), mail.detail) == ("negative_uplift", {"model": "mens", "uplift": -0.02}, text)
    assert out["letter"][0] == "negative_uplift"  # −0.5 × (10.00 − 13.00) = 1.50
    places = {o.offer_id: place for place, o in enumerate(setup.candidates.offers)}
    for harmful in ("mail", "letter"):
        assert decided.failing.of(places[harmful]) == [decided.failing.checks.place("negative_uplift")]


def test_an_uplift_of_nothing_is_no_value_and_an_unknown_one_leaves_the_propensity() -> None:
    assert shown(*made({"mens": 0.0, "paper": None}))[1]["mail"][0] == "no_value"
    chosen, _ = shown(*made({"mens": None, "paper": None}))
    assert [(each.score, each.uplift) for each in chosen.values()] == [(3.0, None), (2.0, None)]


def test_the_arm_of_what_is_taken_most_likely_does_not_go_by_uplifts() -> None:
    chosen, _ = shown(*made({"mens": -0.2, "paper": 0.4}, gets="propensity"))
    assert [(each.offer_id, each.score, each.uplift) for each in chosen.values()] == [
        ("mail", 0.3, None), ("letter", 0.2, None), ("coupon", 0.1, None),
    ]  # fmt: skip
    assert [*shown(*made({"mens": 0.01, "paper": None}, gets="no_levers"))[0]] == ["coupon", "mail"]


def test_a_formula_reads_uplifts() -> None:
    formula = "has(worth.uplift) ? 100 * worth.uplift : worth.propensity"
    chosen, _ = shown(*made({"mens": 0.04, "paper": None}, DECLARED | {"formula": formula}))
    assert {name: each.score for name, each in chosen.items()} == {"mail": 4.0, "letter": 0.2, "coupon": 0.1}


def test_who_has_no_model_of_redemption_gets_what_is_known_to_change_something() -> None:
    setup, decided = made({"mens": 0.2, "paper": None}, base=None)
    assert dict(zip([o.offer_id for o in setup.candidates.offers], reasons(decided), strict=True)) == {
        "mail": "eligible", "coupon": "no_model", "letter": "no_model",
    }  # fmt: skip
    (mail,) = shown(setup, decided)[0].values()
    assert (mail.score, mail.uplift, str(mail.propensity)) == (2.0, 0.2, "nan")


@given(
    st.tuples(*[st.none() | st.floats(-1, 1)] * 2),
    st.sampled_from([None, "nothing", "random", "propensity", "no_levers"]),
    st.sampled_from(
        [{}, {"weights": {"all": {"when": "candidate.value > 12", "weight": 1.7}}}, {"formula": "worth.uplift"}]
    ),
)
def test_a_decision_by_uplift_is_made_again_bit_for_bit(
    uplifts: tuple[float | None, float | None], gets: Treatment | None, more: dict[str, object]
) -> None:
    setup, decided = made(dict(zip(("mens", "paper"), uplifts, strict=True)), DECLARED | more, gets=gets)
    catalogue = Catalogue.of(setup)
    log = packed(decided, catalogue)
    logged = unpacked(log, Catalogue.read(catalogue.content), decided.facts.arms, as_of=AT)
    assert logged.order.tolist() == decided.order.tolist()
    assert np.array_equal(logged.failing.bits, decided.failing.bits)
    for name in ("propensities", "expected_values", "scores"):
        assert np.array_equal(getattr(logged.worth, name), getattr(decided.worth, name), equal_nan=True), name
    one, other = logged.worth.uplifts, decided.worth.uplifts
    assert (one is None) == (other is None) == (gets == "propensity")
    assert one is None or other is None or np.array_equal(one, other, equal_nan=True)


BOTH: list[dict[str, object]] = [{}, DECLARED, {"uplift": {"mens": {"campaign": "mens"}}}, DECLARED]


def test_the_version_of_a_catalogue_changes_with_what_goes_by_uplift_alone() -> None:
    versions = [Catalogue.of(made({"mens": 0.1, "paper": 0.1}, declared)[0]).version for declared in BOTH]
    assert len({*versions}) == 3
    assert versions[1] == versions[3]
    assert b"uplift" not in Catalogue.of(made({}, {})[0]).content.replace(b"negative_uplift", b"")
