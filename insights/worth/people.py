"""Whom mending an experience is about: those who went through the worst of it in the last year."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.errors import StamkundError
from features.units import DAY
from insights.people import Audience
from insights.worth.experiences import Experience, Experiences

YEAR: Final = 365 * DAY


def people_of_experience(audience: Audience, name: str) -> list[str]:
    """Customers by their latest answer, wait or failed order of the last year, the worst first.

    Raises:
        StamkundError: ``unknown_experience``.
    """
    experiences = Experiences.of(audience)
    named = {each.name: each for each in experiences.named()}
    if name not in named:
        raise StamkundError.unknown("unknown_experience", "experience", name, named, field="list")
    return experiences.ids.gather(_worst_first(named[name], after=audience.as_of - YEAR)).to_list()


def _worst_first(experience: Experience, *, after: int) -> pl.Series:
    """``customer``: the lowest rating first of points, the longest of days."""
    rows = experience.rows.filter(pl.col("time") > after)
    if experience.unit == "failure":
        rows = rows.filter(pl.col("rating") > 0)
    latest = rows.sort("time").unique("customer", keep="last")
    return latest.sort("rating", "customer", descending=[experience.unit != "point", False])["customer"]
