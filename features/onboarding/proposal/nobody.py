"""The ids that stand for nobody in someone's files, beside those that usually do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import means_nobody
from features.onboarding.proposal.choice import Draft
from features.onboarding.proposal.document import scalar
from features.reading.ids import MISSING_IDS

_FREQUENT, _SHARE, _USUAL = 8, 0.05, 3  # times as often as the median id; of the rows; times at most


def nobody(drafts: Sequence[Draft]) -> tuple[list[str], list[Question]]:
    """The setting `missing_ids` where the usual list is not right for these sources, and what is unsure of it."""
    columns = [(draft.table, column) for draft in drafts if (column := _customer(draft)) is not None]
    named = dict.fromkeys(word for _, column in columns for word in column.common if means_nobody(word))
    odd = dict.fromkeys(word for table, column in columns for word in _odd_ones(table, column) if word not in named)
    real = [word for word in MISSING_IDS if any(_is_real(table, column, word) for table, column in columns)]
    if not (named or odd or real):
        return [], []
    usual = [word for word in MISSING_IDS if word not in real]
    setting = f"missing_ids: {scalar([*usual, *named, *odd])}"
    notes = [f"# {', '.join(named)} stands for nobody"] if named else []
    notes += [f"# {', '.join(real)} is the id of a customer like others"] if real else []
    questions = [_question(list(odd), setting, f"missing_ids: {scalar([*usual, *named])}")] if odd else []
    return [*notes, *(f"# ? {question.text}" for question in questions), setting], questions


def _question(odd: Sequence[str], setting: str, other: str) -> Question:
    text = (
        f"{', '.join(odd)} comes far more often than other customers, and is written otherwise: it is taken for nobody"
    )
    return Question("customer", text, [setting, other], "missing_ids")


def _customer(draft: Draft) -> Column | None:
    """The column that is a draft's customer as it is."""
    return draft.table.columns.get(draft.choice.columns.get("id", "")) if draft.canonical == "events" else None


def _odd_ones(table: Table, column: Column) -> Iterator[str]:
    """Ids that are far more frequent than others, and of another form."""
    counts = list(column.common.values())
    if len(counts) < _FREQUENT or column.is_email:
        return
    median = sorted(counts)[len(counts) // 2]
    digits = sum(word.isdigit() for word in column.common) * 2 > len(counts)
    for word, count in column.common.items():
        same = word.isdigit() and len(set(word)) == 1 and (len(word) > 2 or word == "0")
        other = same or word.isdigit() != digits
        if count >= _FREQUENT * median and count >= _SHARE * table.rows and other:
            yield word


def _is_real(table: Table, column: Column, word: str) -> bool:
    """Whether an id that usually stands for nobody is one among whole numbers, no more frequent than others."""
    if not (word.lstrip("-").isdigit() and column.is_whole and column.distinct > 1):
        return False
    (count,) = table.counts(f"count(*) FILTER ({table.text(column)} = {sql.literal(word)})")
    return 0 < count <= _USUAL * column.present / column.distinct and (column.low or 0) >= int(word)
