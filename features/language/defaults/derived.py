"""The default set as a whole, from the vocabulary of what the events hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count

from features.events.kinds import RETURNS
from features.language.defaults.choices import category_features, channel_features
from features.language.defaults.kinds import kind_features
from features.language.defaults.orders import EVER, gross_features, order_features, return_features
from features.language.defaults.places import place_features
from features.language.defaults.ratings import rating_features
from features.language.defaults.subscriptions import KINDS, subscription_features
from features.language.defaults.vocabulary import Vocabulary
from features.language.feature import Feature, of_attribute
from features.language.terms import Span

WINDOWS = (7, 14, 28, 56, 90, 180, 365)


def default_features(
    vocabulary: Vocabulary, windows: Sequence[int] = WINDOWS, *, minor_units: int = 2
) -> tuple[Feature, ...]:
    """The default features for a vocabulary, under unique names and in a fixed order; money in units of the currency.

    Categories and attributes come last: where one is called like a kind or a channel, these keep the plain name.

    >>> small = default_features(Vocabulary(("order", "visit"), ("Tea",), ()), windows=(28,))
    >>> [f.name for f in small if "28d" in f.name][:4]
    ['orders_28d', 'spend_28d', 'order_lines_28d', 'discount_28d']
    """
    spans = [Span(w) for w in sorted(set(windows))] + [EVER]
    features = [*_by_kind(vocabulary, spans), *_across_kinds(vocabulary)]
    features += category_features(vocabulary.categories if "order" in vocabulary.kinds else ())
    features += map(of_attribute, vocabulary.attributes)
    money = 10**minor_units
    return with_unique_names(replace(f, scale=money) if f.unit == "money" else f for f in features)


def _by_kind(vocabulary: Vocabulary, spans: Sequence[Span]) -> Iterator[Feature]:
    kinds = vocabulary.kinds
    if "order" in kinds:
        yield from order_features(spans)
    with_own_features = {"order", *KINDS, *(["survey"] if vocabulary.scales else [])}
    for kind in kinds:
        yield from kind_features(kind, kinds) if kind not in with_own_features else ()
    returns = [kind for kind in RETURNS if kind in kinds and "order" in kinds]
    yield from gross_features() if returns else ()
    for kind in returns:
        yield from return_features(kind, returning=kind in vocabulary.returning)
    yield from subscription_features(kinds, renewing=vocabulary.renewing, priced=vocabulary.priced)


def _across_kinds(vocabulary: Vocabulary) -> Iterator[Feature]:
    if vocabulary.channels:
        yield from channel_features(vocabulary.channels, ordering="order" in vocabulary.kinds)
    for scale in vocabulary.scales:
        yield from rating_features(scale)
    if vocabulary.placed:
        yield from place_features()


def with_unique_names(features: Iterable[Feature]) -> tuple[Feature, ...]:
    """The features under unique names, whatever their case: where a name is in use, the later feature gets a number.

    >>> from features.language.feature import code
    >>> tea, same = code("tea", ("a", "b")), code("Tea", ("c", "d"))
    >>> [f.name for f in with_unique_names([tea, same])]
    ['tea', 'Tea_2']
    """
    names_in_use, out = {"customer_id", "as_of"}, []
    for feature in features:
        names = chain([feature.name], (f"{feature.name}_{n}" for n in count(2)))
        name = next(name for name in names if name.casefold() not in names_in_use)
        names_in_use.add(name.casefold())
        out.append(replace(feature, name=name))
    return tuple(out)
