"""Errors: each that has no words of its own has a sentence in the catalogue, with the parameters that it brings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import features
from features.errors import StamkundError
from features.events.rules.rule_book import rules_of
from features.events.tables import TABLES
from features.texts.catalogue import LANGUAGES

ENGLISH = LANGUAGES["en"]
HOUSE = Path(features.__file__).parent.parent
ROOMS = [HOUSE / name for name in ("features", "training", "insights", "serving")]
OF_HTTP = ["http/answers", "http/access", "http/limits", "http/reception", "timeline"]


def parameters(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(ENGLISH[code]) if name}


def calls(folders: list[Path]) -> Iterator[tuple[str, ast.Call]]:
    """Every call of ``StamkundError`` in the code, with where it is."""
    for file in sorted(each for folder in folders for each in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "StamkundError":
                yield f"{file.relative_to(HOUSE)}:{node.lineno}", node


def words(folders: list[Path]) -> set[str]:
    """Every text that is written in the code, but those of the catalogue."""
    files = [each for folder in folders for each in folder.rglob("*.py") if "texts" not in each.parts]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_error_without_words_of_its_own_has_a_sentence_and_brings_what_it_tells() -> None:
    told = [(where, call) for where, call in calls(ROOMS) if len(call.args) == 1]
    named = [(where, str(arg.value), call) for where, call in told if isinstance(arg := call.args[0], ast.Constant)]
    assert len(named) > 30
    for where, code, call in named:
        given = {keyword.arg for keyword in call.keywords}
        assert f"error.{code}" in ENGLISH, where
        assert None in given or parameters(f"error.{code}") <= given, where  # None: some come as a mapping


def test_what_http_answers_is_told_by_the_catalogue_alone() -> None:
    folders = [HOUSE / "serving" / each for each in OF_HTTP]
    own = [where for where, call in calls(folders) if len(call.args) > 1]
    assert [where.rpartition("/")[2].partition(":")[0] for where in own] == ["events.py"]  # a verdict, told before


def test_no_sentence_is_left_of_an_error_that_nothing_raises() -> None:
    rules = {rule.reason.code for table in TABLES for rule in rules_of(table, "EUR")}
    known = {*words(ROOMS), *rules, "no_model.champion"}
    for text in ENGLISH:
        code = text.removeprefix("error.").removesuffix(".one").removesuffix(".near")
        if text.startswith("error.") and not code.startswith("invalid_request."):  # those are pydantic's
            assert code in known, text


@pytest.mark.parametrize(
    ("error", "english", "swedish"),
    [
        (
            StamkundError("missing_scope", scope="admin", key="1f", scopes=["read", "write"]),
            "This needs a key with the scope admin; key 1f has read, write.",
            "Det här kräver en nyckel med behörigheten admin; nyckeln 1f har read, write.",
        ),
        (
            StamkundError("rejected_messages", count=1, sent=7),
            "One of 7 messages was rejected; results tells why. The others are kept.",
            "Ett av 7 meddelanden avvisades; results säger varför. De andra är sparade.",
        ),
        (
            StamkundError("rejected_messages", count=2, sent=7),
            "2 of 7 messages were rejected; results tells why. The others are kept.",
            "2 av 7 meddelanden avvisades; results säger varför. De andra är sparade.",
        ),
        (
            StamkundError.unknown("unknown_model", "model", "x", []),
            "Unknown model 'x'. Known: none.",
            "Okänd modell ”x”. Kända: inga.",
        ),
        (
            StamkundError("timed_out", seconds=2.5),
            "This could not be answered within 2.5 s. Send it again in a while, or ask for less.",
            "Svaret blev inte klart inom 2,5 s. Försök igen om en stund, eller fråga om mindre.",
        ),
        (StamkundError("no_name", "Name somebody."), "Name somebody.", "Name somebody."),
    ],
)
def test_an_error_is_told_in_each_language(error: StamkundError, english: str, swedish: str) -> None:
    assert (str(error), error.told("en"), error.told("sv")) == (english, english, swedish)


def test_a_sentence_shows_no_control_characters_and_no_list_without_end() -> None:
    assert str(StamkundError("bad_profile", text="a\x1b[2J\n")).endswith(r"not 'a\x1b[2J\n'.")
    many = StamkundError.unknown("unknown_kind", "kind", "?", [f"k{n:02}" for n in range(30)])
    assert str(many).endswith("k18, k19, ….")
    assert len(list(many.params["known"])) == 30  # type: ignore[call-overload]
