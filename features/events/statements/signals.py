"""The signals of consent that a row tells in columns of their own: each as it came, and all as one column."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from features import sql
from features.events.statements.stances import NO_WORDS, SILENT_WORDS, YES_WORDS, plain_word_sql
from features.events.tables import SIGNAL


def consents_sql(signals: Sequence[str]) -> str:
    """The SQL of the JSON of whether each signal was given; null where none says anything.

    >>> consents_sql(["consents.ads"])[:72]
    "'{' || nullif(concat_ws(',', CASE WHEN regexp_replace(lower(nfc_normaliz"
    """
    told = (_pair(column) for column in sorted(signals))
    return f"'{{' || nullif(concat_ws(',', {', '.join(told)}), '') || '}}'"


def is_no_answer(column: str) -> str:
    """Whether a signal came as a word that is neither yes nor no, nor nothing."""
    return f"{plain_word_sql(sql.name(column))} NOT IN ({_listed((*YES_WORDS, *NO_WORDS, *SILENT_WORDS, ''))})"


def _pair(column: str) -> str:
    word, name = plain_word_sql(sql.name(column)), orjson.dumps(column.removeprefix(SIGNAL)).decode()
    answers = {f"{name}:true": YES_WORDS, f"{name}:false": NO_WORDS}
    cases = (f"WHEN {word} IN ({_listed(words)}) THEN {sql.literal(told)}" for told, words in answers.items())
    return f"CASE {' '.join(cases)} END"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(map(sql.literal, words))
