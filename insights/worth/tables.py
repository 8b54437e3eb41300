"""The table of what a point, a day of waiting and a failure are worth, what is worth mending first first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from features.errors import StamkundError
from insights.intervals import Estimate
from insights.people import Audience
from insights.tables import Draft
from insights.worth.experiences import Experience, Experiences
from insights.worth.point import Worth, worth_of_a_point
from insights.worth.ranking import ranked
from insights.worth.windows import Windows

_FIGURES: Final = (
    "spend", "spend_low", "spend_high", "kept", "kept_low", "kept_high", "naive", "yearly", "yearly_low", "yearly_high"
)  # fmt: skip
WORTH: Final = pa.schema([
    ("name", pa.string()), ("unit", pa.string()), ("n", pa.float64()), *((name, pa.float64()) for name in _FIGURES),
    ("refusal", pa.string()), ("params", pa.map_(pa.string(), pa.float64())),
])  # fmt: skip
Row = dict[str, Any]


def write_worth(audience: Audience, draft: Draft) -> None:
    """Write the table ``worth``, what is worth mending first first; amounts are decimals of the currency.

    ``yearly`` is what a point more, a day less or no failure is associated with in a year, for all whom it befalls;
    those of one kind, such as the channels of a scale, are drawn to their common mean as far as each is unsure.
    """
    experiences = Experiences.of(audience)
    families: dict[str, list[tuple[Experience, Row]]] = {}
    refused = []
    for experience in experiences.named():
        row = _row(experiences, experience, audience)
        if row["refusal"] is None:
            families.setdefault(experience.of, []).append((experience, row))
        else:
            refused.append(row)
    told = [row for family in families.values() for row in _ranked(family)]
    told.sort(key=lambda row: -row["yearly"])
    draft.write("worth", pa.Table.from_pylist([*told, *refused], WORTH))


def _ranked(family: list[tuple[Experience, Row]]) -> list[Row]:
    """The rows of experiences of one kind, with what mending each is worth in a year."""
    rows = [row for _, row in family]
    sign = 1 if family[0][0].unit == "point" else -1
    spend = Estimate(*([row[name] for row in rows] for name in ("spend", "spend_low", "spend_high", "n"))) * sign
    yearly = ranked(spend, np.array([experience.yearly for experience, _ in family])).yearly
    for row, one in zip(rows, yearly, strict=True):
        row |= dict(zip(("yearly", "yearly_low", "yearly_high"), one.numbers(), strict=False))
    return rows


def _row(experiences: Experiences, experience: Experience, audience: Audience) -> Row:
    unit, head = 10.0**audience.settings.minor_units, {"name": experience.name, "unit": experience.unit}
    try:
        scores = experiences.scores(experience)
    except StamkundError as error:
        return head | _refused(len(experience.rows), error)
    since = experiences.since[scores.customers]
    worth = worth_of_a_point(scores, experiences.orders, since=since, as_of=audience.as_of, windows=Windows())
    if worth.refusal is not None:
        return head | _refused(float(worth.spend.n), worth.refusal)
    return head | _figures(worth, unit)


def _figures(worth: Worth, unit: float) -> Row:
    spend, kept = worth.spend * (1 / unit), worth.kept
    figures: Row = {"n": float(spend.n), "naive": float(worth.naive.value) / unit, "refusal": None, "params": []}
    for name, estimate in (("spend", spend), ("kept", kept)):
        figures |= dict(zip((name, f"{name}_low", f"{name}_high"), estimate.numbers(), strict=False))
    return figures


def _refused(n: float, error: StamkundError) -> Row:
    params = [(key, float(value)) for key, value in error.params.items() if isinstance(value, int | float)]
    return {"n": n, "refusal": error.code, "params": params}
