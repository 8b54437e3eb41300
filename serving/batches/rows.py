"""Decisions as rows: one for each choice, with its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import polars as pl

from features.events.money import amount_text
from features.moments import utc
from serving.batches.chunk import Made
from serving.decisions.choice.decided import Decided
from serving.decisions.log.catalogue import Catalogue
from serving.decisions.log.log import Logged
from serving.decisions.log.reading import Made as Found
from serving.decisions.log.reading import candidate_told, made
from serving.http.current.state import State
from serving.store.decisions import catalogue_content

Json = Mapping[str, Any]
SCHEMA: Final[Mapping[str, pl.DataType]] = {
    "batch": pl.String(),
    "decision_id": pl.String(),
    "customer_id": pl.String(),
    "as_of": pl.Datetime("us", "UTC"),
    "placement": pl.String(),
    "position": pl.Int64(),
    "offer_id": pl.String(),
    "campaign_id": pl.String(),
    "name": pl.String(),
    "is_fallback": pl.Boolean(),
    "score": pl.Float64(),
    "propensity": pl.Float64(),
    "uplift": pl.Float64(),
    "expected_value": pl.Float64(),
    "value": pl.String(),
    "cost": pl.String(),
    "probability": pl.Float64(),
    "marginal": pl.Float64(),
    "arm": pl.String(),
}


@dataclass(frozen=True)
class Told:
    """A decision, made now or before: ``found`` is None where there was nothing to decide, for the ``barrier``."""

    decision_id: str
    customer_id: str
    time: int
    placements: Sequence[Json]
    control: Json | None
    found: Found | None
    barrier: str | None = None

    @classmethod
    def now(cls, made: Made) -> Self:
        """One that was just made."""
        question, row = made.question, made.row
        found = None if made.decided is None else (question.state.catalogue, _logged(made.decided))
        return cls(
            row.decision_id,
            row.customer_id or "",
            row.time,
            row.placements,
            row.control,
            found,
            question.barrier,
        )

    @classmethod
    def before(cls, state: State, row: Json) -> Self:
        """One that is kept."""
        found, version = None, row["catalogue"]
        if row["log"] is not None:
            content = catalogue_content(state.store, version)
            found = made(content, row["log"], row["control"], as_of=row["time"])
        barrier = "kept_away" if found is None else None
        return cls(
            row["decision_id"], row["customer_id"], row["time"], row["placements"], row["control"], found, barrier
        )

    def rows(self, batch: str, decimals: int, fallback: str) -> Iterator[Json]:
        """A row for each choice."""
        head = {
            "batch": batch,
            "decision_id": self.decision_id,
            "customer_id": self.customer_id,
            "as_of": utc(self.time),
            "arm": None if self.control is None else self.control["arm"],
        }
        for placement in self.placements:
            for item in placement["items"]:
                figures = _figures(self.found, item, decimals) or {"name": fallback}
                odds = {name: item[name] for name in ("position", "offer_id", "campaign_id", "probability", "marginal")}
                yield {**head, "placement": placement["id"], "is_fallback": "score" not in figures, **odds, **figures}


def of_batch(column: str) -> bool:
    """Decisions of a batch have its name."""
    return column == "batch"


def frame(rows: list[Json]) -> pl.DataFrame:
    """Rows as a frame."""
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _logged(decided: Decided) -> Logged:
    return Logged(decided.failing, decided.worth, decided.order, decided.arbitration)


def _figures(found: Found | None, item: Json, decimals: int) -> Json | None:
    """The figures of a candidate that was chosen; None of the fallback."""
    place = None if found is None else _place(found[0], item)
    if found is None or place is None:
        return None
    told, offer = candidate_told(*found, place, None), found[0].candidates.offers[place]
    return {
        "name": offer.name,
        **{name: told[name] for name in ("score", "propensity", "uplift", "expected_value")},
        "value": amount_text(offer.value, decimals),
        "cost": amount_text(offer.cost, decimals),
    }


def _place(catalogue: Catalogue, item: Json) -> int | None:
    return next(iter(catalogue.candidates.places.get((item["campaign_id"], item["offer_id"]), ())), None)
