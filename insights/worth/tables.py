"""The table of what a point is worth, by scale and channel, what is worth mending first first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from features.errors import StamkundError
from features.units import DAY
from insights.intervals import Estimate
from insights.people import Audience
from insights.tables import Draft
from insights.worth.experiences import Experiences
from insights.worth.point import Worth, worth_of_a_point
from insights.worth.ranking import ranked
from insights.worth.windows import Windows

_FIGURES: Final = ("spend", "spend_low", "spend_high", "kept", "kept_low", "kept_high", "naive", "yearly")
WORTH: Final = pa.schema([
    ("name", pa.string()), ("n", pa.float64()), *((name, pa.float64()) for name in _FIGURES), ("refusal", pa.string()),
    ("params", pa.map_(pa.string(), pa.float64())),
])  # fmt: skip
Row = dict[str, Any]


def write_worth(audience: Audience, draft: Draft) -> None:
    """Write the table ``worth``; amounts are decimals of the currency."""
    rows = list(_rows(Experiences.of(audience), audience))
    told = [row for row in rows if row["refusal"] is None]
    if told:
        spend = Estimate(*([row[name] for row in told] for name in ("spend", "spend_low", "spend_high", "n")))
        ranking = ranked(spend, np.array([row.pop("passing") for row in told]))
        for row, yearly in zip(told, ranking.yearly.value, strict=True):
            row["yearly"] = float(yearly)
        told = [told[place] for place in ranking.order]
    refused = [row for row in rows if row["refusal"] is not None]
    draft.write("worth", pa.Table.from_pylist([*told, *refused], WORTH))


def _rows(experiences: Experiences, audience: Audience) -> Iterator[Row]:
    unit, windows = 10.0**audience.settings.minor_units, Windows()
    for name, answers in experiences.named():
        try:
            scores = experiences.scores(answers)
        except StamkundError as error:
            yield _refused(name, len(answers), error)
            continue
        since = experiences.since[scores.customers]
        worth = worth_of_a_point(scores, experiences.orders, since=since, as_of=audience.as_of, windows=windows)
        if worth.refusal is not None:
            yield _refused(name, float(worth.spend.n), worth.refusal)
        else:
            yield {"name": name, "passing": _yearly(answers), **_figures(worth, unit)}


def _figures(worth: Worth, unit: float) -> Row:
    spend, kept = worth.spend * (1 / unit), worth.kept
    figures: Row = {"n": float(spend.n), "naive": float(worth.naive.value) / unit, "refusal": None, "params": []}
    for name, estimate in (("spend", spend), ("kept", kept)):
        figures |= dict(zip((name, f"{name}_low", f"{name}_high"), estimate.numbers(), strict=False))
    return figures


def _refused(name: str, n: float, error: StamkundError) -> Row:
    params = [(key, float(value)) for key, value in error.params.items() if isinstance(value, int | float)]
    return {"name": name, "n": n, "refusal": error.code, "params": params}


def _yearly(answers: pl.DataFrame) -> float:
    """How many answers there are in a year."""
    span = int(answers["time"][-1] - answers["time"][0])
    return len(answers) * 365 * DAY / max(span, 91 * DAY)
