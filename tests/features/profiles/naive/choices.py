"""The features of what customers choose between: categories and channels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.features.profiles.naive.history import NAN, History, Told, label, over


def snake(text: str) -> str:
    """A text as names of features spell it.

    >>> snake("FRZN MEAT/MEAT DINNERS")
    'frzn_meat_meat_dinners'
    """
    return re.sub(r"[\W_]+", "_", text.lower()).strip("_")


def of_categories(history: History, categories: Sequence[str]) -> Told:
    """Of the categories, the best-selling first."""
    lines = history.lines
    for category in categories:
        mine = lines.only(lines.events["category"] == category)
        for days in (90, None):
            share = over(mine.within(days).total("value"), lines.within(days).total("value"))
            yield f"share_{snake(category)}_{label(days)}", share
        yield f"days_since_last_{snake(category)}", mine.days_since_last()
    for days in (28, 90, None):
        spent = lines.within(days).events.groupby("category")["value"].sum().reindex([*categories], fill_value=0)
        yield f"top_category_{label(days)}", str(spent.idxmax()) if spent.any() else NAN


def of_channels(history: History, channels: Sequence[str]) -> Told:
    """Of the channels that orders come by."""
    for days in (90, None):
        orders = history.orders.within(days)
        for channel in channels:
            share = over(int((orders.events["channel"] == channel).sum()), len(orders))
            yield f"{snake(channel)}_orders_share_{label(days)}", share
        yield f"channels_{label(days)}", history.lines.within(days).events["channel"].nunique()
    lines = history.lines
    for channel in channels:
        yield (
            f"days_since_last_{snake(channel)}_order",
            lines.only(lines.events["channel"] == channel).days_since_last(),
        )
    by = lines.events["channel"]
    met = by[by.isin(channels)]
    yield "first_channel", str(met.iloc[0]) if len(met) else NAN
    yield "last_channel", str(met.iloc[-1]) if len(met) else NAN
