"""One decision as interactions: a row for each candidate that it could choose, in the columns that `pdstools` reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final

import numpy as np
import polars as pl

from features.events.statements.addresses import CHANNELS
from features.moments import utc
from serving.decisions.log.reading import Made

Json = Mapping[str, Any]
SCHEMA: Final[Mapping[str, pl.DataType]] = {
    "pySubjectID": pl.String(),
    "pxInteractionID": pl.String(),
    "pxDecisionTime": pl.Datetime("us"),
    "pyIssue": pl.String(),
    "pyGroup": pl.String(),
    "pyName": pl.String(),
    "pyTreatment": pl.String(),
    "pyChannel": pl.String(),
    "pyDirection": pl.String(),
    "Value": pl.Float64(),
    "ContextWeight": pl.Float64(),
    "Weight": pl.Float64(),
    "pyPropensity": pl.Float64(),
    "FinalPropensity": pl.Float64(),
    "Priority": pl.Float64(),
    "ModelControlGroup": pl.String(),
    "rank": pl.Int64(),
    "placement": pl.String(),
    "position": pl.Int64(),
    "probability": pl.Float64(),
    "marginal": pl.Float64(),
}
NOWHERE: Final = "Unknown"  # a channel that no request told


def interactions(row: Json, made: Made) -> Iterator[Json]:
    """The candidates that a kept decision could choose, best first; those that it chose with where they were shown.

    What it chose is told of a candidate by ``placement``, ``position`` and the probabilities, null of all others.
    """
    catalogue, logged = made
    channel = row["context"].get("channel")
    arm = (row["control"] or {}).get("arm")
    head = {
        "pySubjectID": row["customer_id"],
        "pxInteractionID": row["decision_id"],
        "pxDecisionTime": utc(row["time"]).replace(tzinfo=None),
        "pyChannel": NOWHERE if channel is None else str(channel),
        "pyDirection": "Outbound" if channel in CHANNELS else "Inbound",
        "ModelControlGroup": "Test" if arm is None else arm,
    }
    chosen = {
        (item["campaign_id"], item["offer_id"]): {"placement": placement["id"], **_odds(item)}
        for placement in row["placements"]
        for item in placement["items"]
    }
    worth, units = logged.worth, logged.arbitration.units
    weight = np.prod([each for name, each in worth.multipliers.items() if name != "lever"], axis=0)
    lever = worth.multipliers.get("lever")
    chances = worth.chances.counted  # what priorities were made from
    weights = np.broadcast_to(weight, len(worth.scores))
    for rank, place in enumerate(logged.order.tolist(), 1):
        offer = catalogue.candidates.offers[place]
        yield {
            **head,
            "pyIssue": offer.issue or offer.type,
            "pyGroup": offer.group or offer.campaign_id or offer.type,
            "pyName": offer.offer_id,
            "pyTreatment": offer.campaign_id,
            "Value": (offer.value - offer.cost) / units,
            "ContextWeight": float(weights[place]),
            "Weight": 1.0 if lever is None else float(lever[place]),
            "pyPropensity": _finite(worth.propensities[place]),
            "FinalPropensity": _finite(chances[place]),
            "Priority": logged.arbitration.told(worth.scores[place]),
            "rank": rank,
            **chosen.get((offer.campaign_id, offer.offer_id), {}),
        }


def _odds(item: Json) -> Json:
    return {name: item.get(name) for name in ("position", "probability", "marginal")}


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
