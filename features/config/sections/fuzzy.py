"""The section of fuzzy identity: which attributes of customers tell that two of them are one person."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final, Literal

import polars as pl
from pydantic import Field, field_validator

from features.config.sections.section import Section
from features.errors import StamkundError

Kind = Literal["name", "forename", "surname", "date", "postcode", "text"]
ONCE: Final = ("name", "forename", "surname")  # kinds that one column at most can be
Probability = Annotated[float, Field(gt=0, lt=1)]


class FuzzySettings(Section):
    """What each column is, and from which probability on a link is made, or shown to people.

    ``accept`` is how probable a link must be to be made without anybody's ruling; without it all are only proposed.
    Those that are less probable than ``review`` are not shown at all.

    >>> FuzzySettings(columns={"full_name": "name", "birth_date": "date", "city": "text"}).accept is None
    True
    """

    columns: dict[str, Kind]
    accept: Probability | None = None
    review: Probability = 0.05

    @field_validator("columns")
    @classmethod
    def _enough(cls, columns: dict[str, Kind]) -> dict[str, Kind]:
        counts = Counter(columns.values())
        for kind in ONCE:
            if counts[kind] > 1:
                msg = f"{counts[kind]} columns are the {kind}: it can be one only. Call the others text."
                raise StamkundError("too_many_columns", msg)
        if bool(counts["forename"]) != bool(counts["surname"]):
            missing = "surname" if counts["forename"] else "forename"
            msg = f"Say which column is the {missing} too, or call what holds the whole name `name`."
            raise StamkundError("missing_column", msg)
        evidence = bool(counts["name"] or counts["forename"]) + sum(
            counts[kind] for kind in ("date", "postcode", "text")
        )
        if evidence < 3:
            msg = (
                f"{evidence} of three: what can be compared, a person's name counted once, is too little to tell "
                "people apart. Name more columns, such as a birth date, a postcode or an occupation."
            )
            raise StamkundError("too_few_columns", msg)
        return columns

    def sure(self, links: pl.DataFrame) -> pl.DataFrame:
        """The links that are probable enough to be made; none where no probability is stated."""
        return links.filter(pl.col("probability") >= (2 if self.accept is None else self.accept))

    def doubtful(self, links: pl.DataFrame) -> pl.DataFrame:
        """The links that people should look at."""
        upper = 2 if self.accept is None else self.accept
        return links.filter(pl.col("probability").is_between(self.review, upper, closed="left"))
