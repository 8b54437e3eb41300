"""The metrics that there are without a word in ``stamkund.yaml``: whatever the events can tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, get_args

import polars as pl

from features.config.sections.insights.metrics import Divisor, MetricSettings, Scale
from features.events.identifiers import visitors
from features.events.kinds import RETURNS
from features.lake import Lake

ANSWERS_TO_CONTACTS: Final = ("open", "click", "redeem")
_KINDS: Final = ("order", *RETURNS, "contact", *ANSWERS_TO_CONTACTS, "visit", "support", "referral")
_HELD: Final = ("value", "cost")


def default_metrics(lake: Lake, model: str | None = None, purposes: Iterable[str] = ()) -> dict[str, MetricSettings]:
    """The default metrics of a lake, by name; with a ``model`` of what customers will bring, what it predicts too.

    Of each of the ``purposes`` of consent it is told how many allow it.

    >>> from pathlib import Path
    >>> default_metrics(Lake(Path("nowhere")))
    {}
    """
    held = [(pl.col(name) != 0).any() for name in _HELD]
    kinds = lake.scan("events").group_by("kind").agg(*held).collect(engine="streaming")
    scales = lake.scan("events").filter(pl.col("kind") == "survey").select(pl.col("scale").unique()).collect()
    found = dict(_metrics({row["kind"]: row for row in kinds.iter_rows(named=True)}))
    predicted = {} if model is None else {"predicted_value": MetricSettings(lifetime="predicted", model=model)}
    allowing = {f"consent_{purpose}": MetricSettings(allow=purpose) for purpose in purposes} if found else {}
    told = dict(_scores(scales["scale"].drop_nulls().to_list()))
    return found | predicted | allowing | dict(_of_visitors(lake)) | told


def default_names() -> set[str]:
    """The names of all default metrics that add up events, whatever the data hold."""
    every: dict[str, Mapping[str, object]] = {kind: dict.fromkeys(_HELD, True) for kind in _KINDS}
    return {name for name, settings in _metrics(every) if settings.take is not None}


def _of_visitors(lake: Lake) -> Iterator[tuple[str, MetricSettings]]:
    seen = lake.scan("events").select(visitors(pl.col("fragment")).any()).collect(engine="streaming").item()
    if seen:
        yield "identified", MetricSettings(identified="share")
        yield "value_per_person", MetricSettings(identified="net_value")


def _scores(scales: list[str]) -> Iterator[tuple[str, MetricSettings]]:
    for scale in get_args(Scale):
        if scale in scales:
            yield scale, MetricSettings(score=scale)
    if "ces" in scales:
        yield "ces_mean", MetricSettings(take="mean", kind="survey", of="rating", where={"scale": "ces"})


def _metrics(kinds: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, MetricSettings]]:
    if "order" in kinds:
        yield from _of_orders()
    if "order" in kinds and kinds["order"]["value"]:
        yield from _of_money([kind for kind in ("order", *RETURNS) if kind in kinds], bool(kinds["order"]["cost"]))
    if "order" in kinds and kinds["order"]["value"] and (returns := [kind for kind in RETURNS if kind in kinds]):
        over = Divisor(kind="order")
        yield "returned", MetricSettings(take="ratio", kind=returns, of="value", over=over, better="lower")
    if "contact" in kinds:
        yield "contacted", MetricSettings(take="distinct", kind="contact", of="customer")
        yield "contacts_per_customer", MetricSettings(take="ratio", kind="contact", over=Divisor(of="customer"))
        for answer in ANSWERS_TO_CONTACTS:
            if answer in kinds:
                yield f"{answer}s_per_contact", MetricSettings(take="ratio", kind=answer, over=Divisor(kind="contact"))
    if "visit" in kinds:
        yield "visitors", MetricSettings(take="distinct", kind="visit", of="customer")
    if "support" in kinds:
        yield "support_cases", MetricSettings(take="count", kind="support", better="lower")
        yield from _of_tickets(kinds)
    if "support" in kinds and "order" in kinds:
        over = Divisor(kind="order", of="orders")
        yield "support_per_order", MetricSettings(take="ratio", kind="support", over=over, better="lower")
    if "subscription_start" in kinds:
        yield "churn", MetricSettings(leave="subscription", better="lower")
    if "referral" in kinds:
        yield "referrals", MetricSettings(take="count", kind="referral")
        yield "advocates", MetricSettings(take="distinct", kind="referral", of="customer")


def _of_tickets(kinds: Mapping[str, object]) -> Iterator[tuple[str, MetricSettings]]:
    if "support_answered" in kinds:
        yield "first_response", _waited("support", "support_answered")
    if "support_resolved" in kinds:
        yield "resolution", _waited("support", "support_resolved")
        yield "open_tickets", MetricSettings(open="ticket", better="lower")
    if "support_reopened" in kinds:
        yield "reopened", _waited("support_resolved", "support_reopened", within="14d")


def _waited(after: str, then: str, **more: str) -> MetricSettings:
    return MetricSettings.model_validate({"after": after, "then": then, "per": "ticket", "better": "lower", **more})


def _of_orders() -> Iterator[tuple[str, MetricSettings]]:
    """What orders tell without an amount."""
    yield "orders", MetricSettings(take="count", kind="order", of="orders")
    yield "buyers", MetricSettings(take="distinct", kind="order", of="customer")
    yield "bought_again", _again("first order", "90d")
    yield "bought_again_soon", _again("order", "28d")
    yield "kept", MetricSettings.model_validate({"after": "first order", "then": "order", "each": "28d"})
    yield "days_to_next_order", MetricSettings(after="order", then="order", better="lower")
    yield "lapse", MetricSettings(leave="lapse", better="lower")
    yield "orders_per_buyer", MetricSettings(take="ratio", kind="order", of="orders", over=Divisor(of="customer"))


def _of_money(kinds: list[str], with_costs: bool) -> Iterator[tuple[str, MetricSettings]]:  # noqa: FBT001
    yield "revenue", MetricSettings(take="sum", kind=kinds, of="net_value")
    if with_costs:
        yield "margin", MetricSettings(take="sum", kind=kinds, of="margin")
        yield "lifetime_margin", MetricSettings(lifetime="margin")
    yield "lifetime_value", MetricSettings(lifetime="net_value")
    yield "value_first_90d", MetricSettings.model_validate({"lifetime": "net_value", "within": "90d"})
    yield "basket", MetricSettings(take="ratio", kind="order", of="value", over=Divisor(of="orders"))
    yield "median_per_buyer", MetricSettings(take="quantile", at=0.5, kind="order", of="value")
    per_buyer = Divisor(kind="order", of="customer")
    yield "revenue_per_buyer", MetricSettings(take="ratio", kind=kinds, of="net_value", over=per_buyer)


def _again(after: str, within: str) -> MetricSettings:
    return MetricSettings.model_validate({"after": after, "then": "order", "within": within})
