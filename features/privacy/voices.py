"""Voices: whose words are whose, where people were found to be one.

Each identifier under which a person has spoken is a voice. A word counts for every voice that was known to be of the
same person when it was received: a no of one is not undone by what another had said before both were known as one, but
by what their person says from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
import polars as pl

from features.arrays import Ints, Mask

NO_NAMES: Final = pl.DataFrame(schema={"fragment": pl.String, "customer_id": pl.String, "from": pl.Int64})


class Name(NamedTuple):
    """What the person of an identifier's node is called from a moment (µs) on."""

    node: str
    customer_id: str | None
    since: int


def hearings(voices: Sequence[str], names: Iterable[Name], speakers: Ints, received: Ints) -> list[Mask]:
    """By voice ``[word]``, whether it counts for it: ``speakers`` are the places of the words' own voices.

    >>> names = [Name("f00", "7", 5)]  # a browser, known to be that of 7 from the moment 5 on
    >>> said, by = np.array([4, 5, 6]), np.array([0, 1, 1])
    >>> [mask.tolist() for mask in hearings(["f00", "7"], names, by, said)]
    [[True, True, True], [False, True, True]]
    """
    if len(voices) < 2:
        return [np.ones(len(received), dtype=np.bool_)]
    known = sorted(names, key=lambda name: name.since)
    called = np.array([_called(voice, [name for name in known if name.node == voice], received) for voice in voices])
    speaker = called[speakers, np.arange(len(received))]
    return [each == speaker for each in called]


def heard(words: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The same of frames: a row for each voice that a word (``customer_id, fragment, received``) counts for, ``voice``.

    ``names`` are ``fragment, customer_id, from``. Customers of one voice have none by name.
    """
    spoke = words.select("customer_id", voice="fragment").unique()
    several = spoke.filter(pl.len().over("customer_id") > 1)
    if names.is_empty() or several.is_empty():
        return words.with_columns(voice=pl.lit(None, pl.String))
    alone = words.join(several, on="customer_id", how="anti").with_columns(voice=pl.lit(None, pl.String))
    pairs = words.join(several, on="customer_id")
    known = names.select(node="fragment", called="customer_id", since="from").sort("since")
    called = [_called_in(pairs, column, known) for column in ("fragment", "voice")]
    return pl.concat([alone, pairs.filter(called[0] == called[1])])


def _called(voice: str, names: Sequence[Name], received: Ints) -> list[str]:
    """What the person of a voice was called at each moment; by itself a voice is called as it is."""
    called = [voice, *(name.customer_id or voice for name in names)]
    places = np.array([name.since for name in names], dtype=np.int64).searchsorted(received, side="right")
    return [called[place] for place in places.tolist()]


def _called_in(pairs: pl.DataFrame, column: str, known: pl.DataFrame) -> pl.Series:
    asked = pairs.select("received", node=column).with_row_index("row").sort("received")
    told = asked.join_asof(known, left_on="received", right_on="since", by="node", check_sortedness=False)
    return told.sort("row").select(pl.coalesce("called", "node")).to_series()
