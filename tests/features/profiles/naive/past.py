"""What all customers together had done when the features were fitted: what features there are depends on it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from tests.features.profiles.naive.history import History, Value
from tests.features.profiles.naive.orders import amounts, baskets, habits, rhythm, variety

ENOUGH = 50
PEERED = (90, 180, 365)


@dataclass(frozen=True)
class Past:
    """Events up to the fit, what is known of who did them, and how those who had ordered stood."""

    events: pd.DataFrame
    customers: pd.DataFrame
    peers: pd.DataFrame

    def common(self, column: str, events: pd.DataFrame | None = None) -> list[str]:
        """The values that enough events have, sorted."""
        counts = (self.events if events is None else events)[column].value_counts()
        return sorted(counts[counts >= ENOUGH].index)

    def of(self, *kinds: str) -> pd.DataFrame:
        """The events of these kinds."""
        return self.events[self.events["kind"].isin(kinds)]

    def told(self, columns: list[str], *kinds: str) -> bool:
        """Whether enough events of these kinds tell all of these columns."""
        return len(self.of(*kinds)[columns].dropna()) >= ENOUGH

    @property
    def kinds(self) -> list[str]:
        return self.common("kind")

    @property
    def channels(self) -> list[str]:
        """Those of orders, if there is a choice."""
        found = self.common("channel", self.of("order"))
        return found if len(found) > 1 else []

    @property
    def categories(self) -> list[str]:
        """The twenty that were spent most on."""
        spent = self.of("order").groupby("category")["value"].sum().reset_index()
        return spent.sort_values(["value", "category"], ascending=False)["category"].head(20).tolist()

    @property
    def attributes(self) -> dict[str, set[str]]:
        """What tells customers apart without telling who they are, and its values."""
        here = self.customers[self.customers["customer_id"].isin(self.events["customer_id"])]
        values = {name: set(here[name].dropna()) for name in here.columns.drop("customer_id")}
        return {name: each for name, each in values.items() if 2 <= len(each) <= 50}


def past_of(events: pd.DataFrame, customers: pd.DataFrame, fitted_at: pd.Timestamp) -> Past:
    """The past at a moment."""
    before = events[(events["time"] <= fitted_at) & events["customer_id"].notna()]
    buyers = before[before["customer_id"].isin(before.loc[before["kind"] == "order", "customer_id"])]
    peers = [peer(History(rows, fitted_at)) for _, rows in buyers.groupby("customer_id")]
    return Past(before, customers, pd.DataFrame(peers))


def peer(history: History) -> dict[str, Value]:
    """What customers are compared by."""
    return dict([
        *amounts(history, PEERED), *baskets(history), *rhythm(history), *habits(history), *variety(history)
    ])  # fmt: skip
