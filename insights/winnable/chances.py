"""How likely each customer is to be won, and for how much, by the newest batch of scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from features.config.sections.targets.targets import EventSettings, LapseSettings, RedemptionSettings, TargetSettings
from features.config.settings import Settings
from features.privacy.gatekeeper import EVERYBODY
from features.profiles.consent import gatekeeper_of
from features.scores.table import read_scores
from insights.metrics.courses.lifetime import model_of
from insights.people import Audience

Sense = Literal["answers", "comes", "stays_away"]
_ORDER: Final[tuple[Sense, ...]] = ("answers", "comes", "stays_away")


@dataclass(frozen=True)
class Chances:
    """What a ``model`` says of customers, and what its score is the probability of, in ``sense``.

    That a customer ``answers`` a contact with an offer, that the step ``comes``, or that it ``stays_away``.
    ``worth_model`` says what customers will bring; None where none was scored. ``rows`` hold ``customer_id, chance,
    worth``: ``worth`` in the currency's units, null where it is not known.
    """

    model: str
    sense: Sense
    worth_model: str | None
    rows: pl.DataFrame


def chances_of(audience: Audience, kind: str) -> Chances | None:
    """The chances that customers come to a journey's last step, of a ``kind``; None where no batch says so.

    What is said of how customers answer an offer comes before what is said of whether they come by themselves.
    """
    settings = audience.settings
    keeper = gatekeeper_of(settings, audience.lake)
    allowed = audience.allowed & (
        EVERYBODY if keeper is None else keeper.passes("scores", as_of=audience.as_of)
    )  # fmt: skip
    told = read_scores(settings.scores, allowed=allowed).filter(pl.col("as_of") <= audience.as_of)
    batches = told.group_by("model").agg(pl.col("as_of").max()).sort("model").collect(engine="streaming")
    found = _model(settings, kind, batches["model"].to_list())
    if found is None:
        return None
    model, sense = found
    newest = told.join(batches.lazy(), on=["model", "as_of"])
    newest = newest.filter(pl.col("version") == pl.col("version").max().over("model"))
    best = newest.group_by("model", "customer_id").agg(pl.col("value").max())
    own = best.filter(pl.col("model") == model).select("customer_id", chance="value")
    if sense == "stays_away":
        own = own.with_columns(chance=1 - pl.col("chance"))
    worth_model = model_of(settings) if sense == "answers" else None
    worth = best.filter(pl.col("model") == (worth_model or "")).select("customer_id", worth="value")
    rows = own.join(worth, on="customer_id", how="left").sort("customer_id").collect()
    return Chances(model, sense, worth_model, rows)


def _model(settings: Settings, kind: str, scored: list[str]) -> tuple[str, Sense] | None:
    """The model to ask, among those that were scored; of several of one sense the first by name."""
    senses = {name: _sense(settings.targets[name], kind) for name in scored if name in settings.targets}
    return next(((name, sense) for sense in _ORDER for name in scored if senses.get(name) == sense), None)


def _sense(target: TargetSettings, kind: str) -> Sense | None:
    """What a target's score says about a kind of event, None for nothing; of a part of the kind it says nothing."""
    if isinstance(target, RedemptionSettings):
        return "answers"
    if isinstance(target, EventSettings) and target.event == kind and not target.where:
        return "comes"
    return "stays_away" if isinstance(target, LapseSettings) and target.event == kind else None
