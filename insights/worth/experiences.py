"""What customers answered in surveys, beside what they bought, as the worth of a point is worked out from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask
from features.events.kinds import RETURNS
from features.units import DAY
from insights.intervals import ResponseWeights, response_weights
from insights.people import Audience
from insights.worth.point import Scores
from insights.worth.spending import Spending

_NET: Final = pl.when(pl.col("kind").is_in(RETURNS)).then(-pl.col("value")).otherwise(pl.col("value"))
BANDS: Final = 4  # of value, within which those who answered stand for all


@dataclass(frozen=True)
class Experiences:
    """The answers, orders and first events of customers, who are numbered."""

    answers: pl.DataFrame  # name, customer, time, rating; in order
    orders: Spending
    since: Ints  # [customer]: when each is first known
    bought: Mask  # [customer]: whether each ordered at all

    @classmethod
    def of(cls, audience: Audience) -> Self:
        """Everything that is known at the audience's moment."""
        columns = ["customer_id", "time", "kind", "value", "rating", "scale", "channel"]
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
            answered.select("scale", "channel", "customer", "time", "rating")
            .sort("scale", "time", "customer", "rating"),
            money.select("customer", "time", net=_NET),
        ])  # fmt: skip
        who, when, net = (orders[name].to_numpy() for name in ("customer", "time", "net"))
        spending = Spending.of(who, when, net.astype(np.float64))
        return cls(answers, spending, customers["since"].to_numpy(), customers["bought"].to_numpy())

    def named(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """The answers of each scale, and of each channel of one that several have."""
        for (scale,), answers in self.answers.group_by("scale", maintain_order=True):
            yield str(scale), answers
            channels = answers.filter(pl.col("channel").is_not_null()).group_by("channel", maintain_order=True)
            parts = sorted((str(channel), own) for (channel,), own in channels)
            for channel, own in parts if len(parts) > 1 else []:
                yield f"{scale}, {channel}", own

    def scores(self, answers: pl.DataFrame) -> Scores:
        """Answers, weighted so that they are spread over value as all buyers are; the share of these who answered.

        Raises:
            StamkundError: ``weights_too_uneven``.
        """
        customers, moments = (answers[name].to_numpy() for name in ("customer", "time"))
        asked = np.flatnonzero(self.bought | np.isin(np.arange(len(self.bought)), customers))
        heard = np.isin(asked, customers)
        weights = np.zeros(len(self.bought))
        found = self._weights(asked, heard, int(np.median(moments)))
        weights[asked[heard]] = found.weights
        months = answers["time"].cast(pl.Datetime("us")).dt.strftime("%Y-%m").rank("dense").to_numpy().astype(np.int64)
        return Scores(
            customers, moments, answers["rating"].to_numpy(), weights[customers], months - 1, float(heard.mean())
        )

    def _weights(self, asked: Ints, heard: Mask, moment: int) -> ResponseWeights:
        """By what each spent in the year before the middle of the answers."""
        edges = (np.full(len(asked), moment - 365 * DAY), np.full(len(asked), moment))
        spent, _ = self.orders.between(asked, *edges)
        return response_weights([_bands(spent)], heard)


def _bands(values: Floats) -> Ints:
    """Which quarter of the customers each belongs to, by value."""
    edges = np.unique(np.quantile(values, np.arange(1, BANDS) / BANDS))
    return np.searchsorted(edges, values, side="left")
