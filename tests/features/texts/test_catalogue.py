"""The catalogue is whole in every language, and holds a text for every code."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import training.verdict
from features.language.formulas.stages import JOURNEY_STAGES, STAGES
from features.language.terms import Span
from features.texts.catalogue import LANGUAGES, counted, figure_in, text

ENGLISH = LANGUAGES["en"]
OTHERS = sorted(set(LANGUAGES) - {"en"})


def parameters(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_has_every_text_with_the_same_parameters_and_none_in_english(language: str) -> None:
    texts = {code: each for code, each in LANGUAGES[language].items() if not code.startswith("feature.")}
    assert set(texts) == set(ENGLISH)  # in English a feature is called as it is declared
    assert {code: parameters(each) for code, each in texts.items()} == {c: parameters(t) for c, t in ENGLISH.items()}
    same = {code: re.sub(r"\{.*?\}", "", each) for code, each in texts.items() if each == ENGLISH[code]}
    assert [code for code, words in same.items() if re.search("[a-z]{3}", words)] == []


def test_every_refusal_of_a_model_and_every_stage_has_a_text() -> None:
    folder = Path(training.verdict.__file__).parent
    sources = [file.read_text(encoding="utf-8") for file in folder.glob("*.py")]
    codes = {
        code for source in sources for code in re.findall(r'Refusal\.of\("(\w+)"|^NOT_BETTER = "(\w+)"', source, re.M)
    }
    refusals = {one or other for one, other in codes}
    assert len(refusals) > 8
    assert refusals == {code.split(".")[1] for code in ENGLISH if code.startswith("refusal.")}
    stages = {f"stage.{each}" for each in STAGES} | {f"journey_stage.{each}" for each in JOURNEY_STAGES}
    assert stages == {code for code in ENGLISH if code.startswith(("stage.", "journey_stage."))}


def test_numbers_and_plurals_are_those_of_the_language() -> None:
    assert figure_in("sv", "1,234.50").split() == ["1", "234,50"]
    assert [counted("order_lines_of_its_products", number, "sv") for number in (0, 1, 501)] == [
        "har inte köpt någon av erbjudandets produkter",
        "har köpt en av erbjudandets produkter en gång",
        "har köpt erbjudandets produkter 501 gånger",
    ]
    spans = (Span(1), Span(28), Span(56, 28), Span(None))
    assert [span.text_in("sv") for span in spans] == [
        "det senaste dygnet", "de senaste 28 dagarna", "för 28 till 56 dagar sedan", "hittills",
    ]  # fmt: skip
    assert Span(1).text == "in the last day"
    assert text("not_contacted", "sv", campaign_id="vår") == "Kampanjen vår har inte nått kunden."
