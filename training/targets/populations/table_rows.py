"""The rows of a table of customers or of snapshots, and what a column of it says as labels."""

from __future__ import annotations

from typing import Literal

import polars as pl

from features.errors import StamkundError
from features.evaluate.attribute_values import number_of, text_of
from features.identity.fold import NEVER
from features.identity.people import People
from features.lake import Lake
from features.onboarding.knowledge.value_words import is_yes
from training.targets.frame.target import ScoreKind

_ROWS = {"customer_id": pl.String, "as_of": pl.Int64, "said": pl.String}
MANY = 6  # words of a column that a message names


def table_rows(lake: Lake, table: Literal["customers", "snapshots"], column: str, *, as_of: int) -> pl.DataFrame:
    """``customer_id, as_of, said`` of each row up to a moment: its own time, or that moment where rows have none.

    People are those known at the row's moment.
    """
    if not lake.files(table):
        return pl.DataFrame(schema=_ROWS)
    if column not in lake.scan(table).collect_schema().names():
        text = f"The lake's table {table} has no column '{column}' yet. Run `stamkund build --refit`."
        raise StamkundError("outcome_missing", text, field=column)
    if table == "customers":
        rows = People.at(lake, [as_of]).about(table).with_columns(as_of=pl.lit(as_of, pl.Int64))
        return rows.select("customer_id", "as_of", said=column).collect()
    times = lake.scan(table).filter(pl.col("time") <= as_of).select(pl.col("time").unique().sort()).collect()
    frames = [pl.LazyFrame(schema=_ROWS)]
    if People.at(lake, [*times["time"]]).nobody_joined:
        told = People.at(lake, [as_of]).about(table).filter(pl.col("time") <= as_of)
        return told.select("customer_id", as_of="time", said=column).collect()
    for time in times["time"]:
        told = People.at(lake, [time]).about(table).filter(pl.col("time") == time)
        frames.append(told.select("customer_id", as_of="time", said=column))
    return pl.concat(frames).collect()


def labelled(
    rows: pl.DataFrame, *, name: str, column: str, score_kind: ScoreKind, yes: str | None, horizon_us: int
) -> pl.DataFrame:
    """The rows as a target's: ``customer_id, as_of, known_at, y``.

    Where the column says nothing, ``y`` is null and never known. A column that is not understood whole is refused
    (``unclear_outcome``).
    """
    said = rows["said"].map_elements(text_of, return_dtype=pl.String, skip_nulls=True)
    words = sorted(said.drop_nulls().unique())
    labels = _amounts(words) if score_kind == "amount" else _answers(words, yes)
    if labels is None:
        raise _unclear(name, column, words, score_kind, yes)
    y = said.replace_strict(list(labels), list(labels.values()), default=None, return_dtype=pl.Float64).alias("y")
    known_at = pl.when(y.is_null()).then(pl.lit(NEVER, pl.Int64)).otherwise(pl.col("as_of") + horizon_us)
    told = rows.select("customer_id", "as_of", known_at=known_at, y=y)
    return told.sort("as_of", "customer_id")


def _amounts(words: list[str]) -> dict[str, float] | None:
    """The number that each word is; None where one is none, or is below 0."""
    numbers = {word: number_of(word) for word in words}
    return numbers if all(number >= 0 for number in numbers.values()) else None


def _answers(words: list[str], yes: str | None) -> dict[str, float] | None:
    """1 for each word that says yes, 0 for each that says no; None where that is not told."""
    if yes is not None:
        return {word: float(word == yes) for word in words} if yes in words or not words else None
    meanings = {word: _means_yes(word) for word in words}
    return None if None in meanings.values() else {word: float(bool(means)) for word, means in meanings.items()}


def _means_yes(word: str) -> bool | None:
    """Whether a word says yes, or no: as a word, or as the number 1 or 0; None where it is neither.

    >>> _means_yes("ja"), _means_yes("0.0"), _means_yes("2")
    (True, False, None)
    """
    number = number_of(word)
    return bool(number) if number in {0.0, 1.0} else is_yes(word)


def _unclear(name: str, column: str, words: list[str], score_kind: ScoreKind, yes: str | None) -> StamkundError:
    """The error of a column whose words are not understood."""
    some = ", ".join(f"'{word}'" for word in words[:MANY]) + (", …" if len(words) > MANY else "")
    holds = f"'{name}' predicts the column '{column}', which holds {some}"
    if score_kind == "amount":
        text = f"{holds}: not all are numbers from 0 on. Write such numbers, or say `predict: probability`."
    elif yes is not None:
        text = f"{holds}, and never '{yes}'. Say in `yes` the word that says that it happened."
    else:
        text = (
            f"{holds}: not all say yes or no. Say `yes: {words[0]}` if that is the word that says that it happened; "
            "all others are no then. Of numbers say `predict: amount`."
        )
    return StamkundError("unclear_outcome", text, field=name)
