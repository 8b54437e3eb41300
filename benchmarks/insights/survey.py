"""Whether scores of a real survey are exact: passengers of San Francisco's airport, 2010 to 2016, weighted and not."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from features.config.settings import Settings
from features.events.tables import schema
from features.lake import Lake
from features.moments import micros
from insights.metrics.questions import Question, told
from insights.refresh import refresh
from insights.tables import Tables

OVERALL: Final = {
    2010: "Q6N", 2011: "Q8N", 2012: "Q8N_WHOLE", 2013: "Q7O_WHOLE", 2014: "Q7ALL", 2015: "Q7ALL", 2016: "Q7ALL"
}  # fmt: skip
METRICS: Final = {
    f"{scale}{ending}": {"score": scale, **more}
    for scale in ("csat", "nps")
    for ending, more in (("", {}), ("_weighted", {"weight": "quantity"}))
}


def differences(data: Path) -> float:
    """By how much any score of any year differs from what the answers come to, written out."""
    answers = {year: _answers(data / f"sfo_{year}.parquet", column) for year, column in OVERALL.items()}
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.model_validate({"name": "Airport", "home": home, "sources": {}, "metrics": METRICS})
        Lake(settings.lake).write({"events": pl.concat(_events(year, own) for year, own in answers.items())})
        refresh(settings, as_of=micros(date(2017, 1, 1)))
        cells = told(Tables(settings.insights), Question(tuple(METRICS), None, "month", 1000)).cells
    found = {(cell["metric"], cell["period"]): cell["value"] for cell in cells}
    worst = 0.0
    for year, (ratings, weights) in answers.items():
        for ending, w in (("", np.ones(len(ratings))), ("_weighted", weights)):
            csat = w[ratings >= 4].sum() / w.sum()
            nps = 100 * (w[ratings == 5].sum() - w[ratings <= 3].sum()) / w.sum()
            ours = [found[f"{scale}{ending}", f"{year}-05"] for scale in ("csat", "nps")]
            worst = max(worst, *np.abs(np.array(ours) - [csat, nps]))
            print(year, ending or "plain", f"{csat:.4f} {nps:.2f}", len(ratings))
    return worst


def _answers(file: Path, column: str) -> tuple[np.ndarray, np.ndarray]:
    frame = pl.read_parquet(file)
    rating = pl.col(column).cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    weight = pl.col("WEIGHT").cast(pl.Float64, strict=False) if "WEIGHT" in frame.columns else pl.lit(1.0)
    told_ = frame.select(rating=rating, weight=weight.round(3)).filter(pl.col("rating").is_between(1, 5))
    return told_["rating"].to_numpy(), told_["weight"].fill_null(1.0).to_numpy()


def _events(year: int, answers: tuple[np.ndarray, np.ndarray]) -> pl.DataFrame:
    """The answers on the scale of CSAT, and moved to 0 to 10 (5 is 10, 4 is 7.5, 3 is 5) on that of NPS."""
    ratings, weights = answers
    names = [f"{year}-{number}" for number in range(len(ratings))]
    own = pl.DataFrame({"fragment": names, "quantity": weights, "rating": ratings}).with_columns(
        id_type=pl.lit("user_id"), id="fragment", kind=pl.lit("survey"), time=pl.lit(micros(date(year, 5, 15)))
    )
    scales = [
        own.with_columns(scale=pl.lit("csat")),
        own.with_columns(pl.col("rating") * 2.5 - 2.5, scale=pl.lit("nps")),
    ]
    both = pl.concat(scales).with_columns(event_id=pl.col("scale") + pl.col("fragment"), source=pl.lit("survey"))
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema("events").items() if name not in both.columns]
    return both.with_columns(missing).select(schema("events").names())


if __name__ == "__main__":
    print("largest difference", differences(Path(sys.argv[1]) / "sfo_survey"))
