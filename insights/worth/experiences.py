"""What customers answered and went through, beside what they bought: from these a point is worth what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Self

import numpy as np
import polars as pl

from features.arrays import Ints, Mask
from features.events.kinds import RETURNS
from features.units import DAY
from insights.intervals import ResponseWeights, response_weights
from insights.people import Audience
from insights.spending import Spending, bands
from insights.worth.happenings import failures, waits
from insights.worth.point import Scores

_NET: Final = pl.when(pl.col("kind").is_in(RETURNS)).then(-pl.col("value")).otherwise(pl.col("value"))
Unit = Literal["point", "day", "failure"]


@dataclass(frozen=True)
class Experience:
    """``customer, time, rating`` of an experience, in the order of time; those ``of`` one kind are alike.

    A point of the rating is one of a scale, a ``day`` of waiting, or a ``failure`` of an order.
    """

    name: str
    of: str
    unit: Unit
    rows: pl.DataFrame

    @property
    def yearly(self) -> float:
        """How many pass it in a year; of failures, how many there are."""
        span = int(self.rows["time"][-1] - self.rows["time"][0])
        count = float(self.rows["rating"].sum()) if self.unit == "failure" else len(self.rows)
        return count * 365 * DAY / max(span, 91 * DAY)


@dataclass(frozen=True)
class Experiences:
    """The answers, orders and first events of customers, who are numbered."""

    answers: pl.DataFrame  # name, customer, time, rating; in order
    happened: tuple[Experience, ...]
    orders: Spending
    since: Ints  # [customer]: when each is first known
    bought: Mask  # [customer]: whether each ordered at all
    ids: pl.Series  # [customer]: the id of each

    @classmethod
    def of(cls, audience: Audience) -> Self:
        """Everything that is known at the audience's moment."""
        columns = [
            "customer_id", "time", "kind", "value", "rating", "scale", "channel", "category", "order_id", "ticket_id"
        ]  # fmt: skip
        events = audience.events().select(columns)
        people = events.group_by("customer_id").agg(
            since=pl.col("time").min(), bought=(pl.col("kind") == "order").any()
        )
        known = people.sort("customer_id").with_row_index("customer").with_columns(pl.col("customer").cast(pl.Int64))
        customers = known.collect(engine="streaming")
        own = events.join(customers.lazy().select("customer_id", "customer"), on="customer_id")
        answered = own.filter(pl.col("kind") == "survey", pl.col("rating").is_not_null(), pl.col("scale").is_not_null())
        money = own.filter(pl.col("kind").is_in(["order", *RETURNS]), pl.col("value").is_not_null())
        answers, orders = pl.collect_all([
            answered.select("scale", "channel", "category", "customer", "time", "rating")
            .sort("scale", "time", "customer", "rating"),
            money.select("customer", "time", net=_NET),
        ])  # fmt: skip
        who, when, net = (orders[name].to_numpy() for name in ("customer", "time", "net"))
        spending = Spending.of(who, when, net.astype(np.float64))
        happened = (
            *(Experience(name, name, "day", rows) for name, rows in waits(own, as_of=audience.as_of)),
            *(Experience(name, name, "failure", rows) for name, rows in failures(own)),
        )
        since, bought = (customers[name].to_numpy() for name in ("since", "bought"))
        return cls(answers, happened, spending, since, bought, customers["customer_id"])

    def named(self) -> Iterator[Experience]:
        """The answers of each scale, of each channel and touchpoint of one that several have, and what happened."""
        for (scale,), answers in self.answers.group_by("scale", maintain_order=True):
            yield Experience(str(scale), str(scale), "point", answers)
            for column in ("channel", "category"):
                named = answers.filter(pl.col(column).is_not_null()).group_by(column, maintain_order=True)
                parts = sorted((str(part), own) for (part,), own in named)
                for part, own in parts if len(parts) > 1 else []:
                    yield Experience(f"{scale}, {part}", f"{scale} by {column}", "point", own)
        yield from self.happened

    def scores(self, experience: Experience) -> Scores:
        """Answers, weighted so that they are spread over value as all buyers are; the share of these who answered.

        Of what happened all is known, and each counts as much.

        Raises:
            StamkundError: ``weights_too_uneven``.
        """
        answers = experience.rows
        customers, moments = (answers[name].to_numpy() for name in ("customer", "time"))
        months = answers["time"].cast(pl.Datetime("us")).dt.strftime("%Y-%m").rank("dense").to_numpy().astype(np.int64)
        ratings = answers["rating"].to_numpy()
        if experience.unit != "point":
            return Scores(customers, moments, ratings, np.ones(len(ratings)), months - 1, 1.0)
        asked = np.flatnonzero(self.bought | np.isin(np.arange(len(self.bought)), customers))
        heard = np.isin(asked, customers)
        weights = np.zeros(len(self.bought))
        found = self._weights(asked, heard, int(np.median(moments)))
        weights[asked[heard]] = found.weights
        return Scores(customers, moments, ratings, weights[customers], months - 1, float(heard.mean()))

    def _weights(self, asked: Ints, heard: Mask, moment: int) -> ResponseWeights:
        """By what each spent in the year before the middle of the answers."""
        edges = (np.full(len(asked), moment - 365 * DAY), np.full(len(asked), moment))
        spent, _ = self.orders.between(asked, *edges)
        return response_weights([bands(spent)], heard)
