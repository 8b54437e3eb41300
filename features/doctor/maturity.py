"""Five levels of maturity, from scattered data to real-time personalization, and what each of them asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from features.config.settings import Settings
from features.doctor.facts import Facts
from features.doctor.findings.finding import Criterion, Prospect, duration, enumeration, percent, quantity
from features.doctor.history import history_length
from features.doctor.people.customers import consent_count, separate_sources
from features.units import DAY, MINUTE

LEVELS = {
    1: ("Scattered", "there is data, in separate places"),
    2: ("Joined", "the sources can be read and speak of the same customers"),
    3: ("Point-in-time", "what was known at any past moment can be told"),
    4: ("Predictive", "enough has happened to learn what customers will do next"),
    5: ("Real-time", "each customer can be answered at once, as allowed, and the answer be learnt from"),
}
MAX_DELAY = 5 * MINUTE
_CONTACT_KINDS, _RESPONSE_KINDS = ("contact", "exposure"), ("open", "click", "redeem", "order")


def level_of(criteria: Sequence[Criterion]) -> int:
    """The highest level whose criteria, and those of every level below it, are met."""
    return min((c.level - 1 for c in criteria if not c.met), default=max(LEVELS))


def criteria(
    facts: Facts | None, settings: Settings, prospects: Sequence[Prospect] = (), *, unread: int = 0
) -> tuple[Criterion, ...]:
    """The criteria of every level. ``facts`` None: no source could be read; ``unread``: so many could not."""
    if facts is None or facts.kinds.is_empty():
        found = "none up to this moment" if facts and facts.later else "there are none"
        return (Criterion(2, "There are events to look at", met=False, found=found),)
    found = f"{len(settings.sources) - unread} of {len(settings.sources)} can"
    readable = Criterion(2, "Every source can be read", unread == 0, found)
    return (
        readable,
        *_joined_criteria(facts),
        *_history_criteria(facts, settings),
        _target_criterion(prospects),
        *_real_time_criteria(facts),
    )


def _joined_criteria(facts: Facts) -> Iterator[Criterion]:
    read, rejected = sum(source.read for source in facts.report.sources), facts.report.rejected
    text = "At least 95% of the rows make sense"
    yield Criterion(2, text, rejected <= 0.05 * read, f"{percent(read - rejected, read)} do")
    events, known = int(facts.visitors["events"].sum()), int(facts.visitors["known_events"].sum())
    text = "At least half of the events belong to a known customer"
    yield Criterion(2, text, 2 * known >= events, f"{percent(known, events)} do")
    names = [f"'{name}'" for name in separate_sources(facts.source_overlap)["source"]]
    text = "At least half of each source's customers are known from another"
    yield Criterion(2, text, not names, f"not those of {enumeration(names)}" if names else "they are")


def _history_criteria(facts: Facts, settings: Settings) -> Iterator[Criterion]:
    horizon = min((target.horizon for target in settings.targets.values() if target.horizon), default=28 * DAY)
    length, least = history_length(facts.kinds, as_of=facts.as_of), settings.gate.horizons * horizon
    text = f"The history is {least // DAY} days or longer, {settings.gate.horizons} times the shortest horizon"
    yield Criterion(3, text, length >= least, f"{length // DAY} days")
    commonest = facts.kinds["kind"][0]
    weeks = (facts.days.filter(pl.col("kind") == commonest)["day"] // 7).unique()
    whole = int(weeks.max()) + 1  # type: ignore[arg-type]
    text = f"{commonest} is there in at least 90% of its weeks, up to now"
    yield Criterion(3, text, weeks.len() >= 0.9 * whole, f"{weeks.len()} of {quantity(whole, 'week')}")


def _target_criterion(prospects: Sequence[Prospect]) -> Criterion:
    declared = [p.target for p in prospects if p.declared and p.outlook != "not possible"]
    found = f"{enumeration(declared)} can" if declared else "none can"
    return Criterion(4, "At least one declared target can be learnt", bool(declared), found)


def _real_time_criteria(facts: Facts) -> Iterator[Criterion]:
    row = facts.delays.row(0, named=True)
    timely = 2 * row["with_receipt"] >= row["events"] and row["ninth"] is not None and row["ninth"] <= MAX_DELAY
    found = (
        f"nine of ten within {duration(row['ninth'])}" if row["with_receipt"] else "the time of receipt is not known"
    )
    yield Criterion(5, "Nine of ten events arrive within 5 minutes", timely, found)
    kinds = facts.kinds.filter(pl.col("with_campaign_id") > 0)["kind"].to_list()
    contacts, responses = ([k for k in group if k in kinds] for group in (_CONTACT_KINDS, _RESPONSE_KINDS))
    text = "What you show or send is recorded, and what came of it"
    found = (
        f"{enumeration([*contacts, *responses])} name their campaign"
        if contacts or responses
        else "no event names its campaign"
    )
    yield Criterion(5, text, bool(contacts and responses), found)
    valid = int(facts.offers["valid"][0])
    yield Criterion(5, "There is something to offer now", valid > 0, quantity(valid, "valid offer"))
    consents, customers = consent_count(facts.consents), facts.customers
    text = "Consent is known for at least 90% of the customers"
    yield Criterion(5, text, 0 < 0.9 * customers <= consents, f"for {percent(consents, customers)}")
