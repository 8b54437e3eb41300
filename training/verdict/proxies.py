"""Features that give a sensitive attribute away: what must not be used itself may stand behind what is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy.stats import rankdata

from features.arrays import Floats, Ints, Mask
from features.identity.people import People
from features.lake import Lake
from features.privacy.attributes import AttributeHistory
from features.profiles.fitted.feature_set import FeatureSet
from training.learners.model import Model
from training.walk.dataset import Dataset

TELLING: Final = (
    0.75  # the AUC from which a feature is flagged; chance alone stays below .66 with 30 customers of a value
)
FEWEST: Final = 30  # customers with a value, and without it
MOST: Final = 10_000  # customers that are looked at, drawn anew with the same seed each time
MOST_WORDS: Final = 20  # more different values, if all are numbers, are cut in two at their median


@dataclass(frozen=True)
class Proxy:
    """A feature that tells customers with a ``value`` of a sensitive attribute from the others, with this AUC."""

    feature: str
    attribute: str
    value: str
    auc: float

    @property
    def text(self) -> str:
        """The finding in words."""
        return (
            f"`{self.feature}` tells for whom the sensitive attribute `{self.attribute}` is {self.value} "
            f"(AUC {self.auc:.2f}, and {TELLING} is flagged). Judge whether a model may use it; an attribute behind it "
            "can be declared sensitive as well."
        )


def proxies(
    model: Model, rows: Dataset, lake: Lake, feature_set: FeatureSet, sensitive: Sequence[str]
) -> tuple[Proxy, ...]:
    """The features that the model reads and that predict a sensitive attribute, the most telling first.

    Of each customer the last of the training rows counts.
    """
    if not sensitive or not len(rows):
        return ()
    last = _last_rows(rows)
    shares = model.scorer.importance()
    used = np.flatnonzero(shares > 0) if shares.any() else range(len(shares))  # one that does not tell may read all
    codes = {feature.name for feature in feature_set.features if feature.vocabulary}
    columns = {model.feature_names[place]: rows.x[last, place] for place in used}
    found: list[Proxy] = []
    for attribute, told in _values(lake, sensitive, as_of=model.as_of).items():
        held = [told.get(customer) for customer in rows.customers[last].tolist()]
        found += _of_attribute(attribute, held, columns, codes)
    return tuple(sorted(found, key=lambda proxy: (-proxy.auc, proxy.feature)))


def _last_rows(rows: Dataset) -> Ints:
    order = np.lexsort((rows.as_of, rows.customers))
    names = rows.customers[order]
    last = order[np.append(names[1:] != names[:-1], [True])]
    return last if len(last) <= MOST else np.random.default_rng(0).choice(last, MOST, replace=False)


def _values(lake: Lake, names: Sequence[str], *, as_of: int) -> Mapping[str, Mapping[str, str]]:
    """What is known of each attribute at a moment, by customer."""
    people = People.at(lake, [as_of])
    history = AttributeHistory.of(names, people.customer_events(), people.about("customers"))
    return {name: dict(history.at(name, as_of=as_of).iter_rows()) for name in names}


def _of_attribute(
    attribute: str, held: Sequence[str | None], columns: Mapping[str, Floats], codes: set[str]
) -> Iterator[Proxy]:
    """For each feature the value that it tells best, if it tells one well."""
    known = np.array([value is not None for value in held])
    groups = dict(_groups([value for value in held if value is not None]))
    for name, column in columns.items():
        x = column[known]
        aucs = {value: (_by_code if name in codes else separation)(x, has) for value, has in groups.items()}
        best = max(aucs, key=lambda value: aucs[value], default=None)
        if best is not None and aucs[best] >= TELLING:
            yield Proxy(name, attribute, best, aucs[best])


def _groups(values: Sequence[str]) -> Iterator[tuple[str, Mask]]:
    """Who has each value, among enough who have it and enough who have not; many numbers are cut at their median."""
    array = np.array(values)
    words, counts = np.unique(array, return_counts=True)
    if len(words) > MOST_WORDS:
        numbers = pl.Series(values).cast(pl.Float64, strict=False)
        if numbers.null_count():
            words = words[np.argsort(-counts, kind="stable")][:MOST_WORDS]
        else:
            middle = float(np.median(numbers.to_numpy()))
            yield f"above {middle:g}", (numbers > middle).to_numpy()
            return
    for word in words:
        has = array == word
        if FEWEST <= has.sum() <= len(has) - FEWEST:
            yield str(word), has


def separation(x: Floats, has: Mask) -> float:
    """The AUC by which a feature tells two groups apart, whichever is higher; what is missing counts as lowest.

    >>> separation(np.array([1.0, 2.0, np.nan, 0.0]), np.array([True, True, False, False]))
    1.0
    """
    ranks = rankdata(np.where(np.isnan(x), -np.inf, x))
    positive = int(has.sum())
    pairs = positive * (len(has) - positive)
    auc = (ranks[has].sum() - positive * (positive + 1) / 2) / pairs if pairs else 0.5
    return float(max(auc, 1 - auc))


def _by_code(x: Floats, has: Mask) -> float:
    """The same of a code: each word counts as how often it has the value in one half, judged on the other."""
    half = np.arange(len(x)) % 2 == 0
    words = np.where(np.isnan(x), -1, x).astype(np.int64) + 1
    size = int(words.max(initial=0)) + 1
    counts, hits = np.bincount(words[half], minlength=size), np.bincount(words[half], has[half], minlength=size)
    rates = (hits + has[half].mean()) / (counts + 1)
    return separation(rates[words][~half], has[~half])
