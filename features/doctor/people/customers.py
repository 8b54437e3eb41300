"""Findings about customers: identifiers, overlap of sources, consent, feedback."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from features.config.sections.consent import ConsentSettings
from features.doctor.findings.finding import Finding, Severity, enumeration, percent, quantity

# A customer with a hundred times the usual events, more than 1 % of all of them, is a till rather than a person.
_IMPLAUSIBLE_FACTOR = 100
_IMPLAUSIBLE_SHARE = 0.01


def identification(visitors: pl.DataFrame) -> Finding:
    """How many of the events belong to a known customer; many visitors of few events each are how webs are."""
    total, identified, events, known_events = (
        int(visitors[c].sum()) for c in ("visitors", "identified", "events", "known_events")
    )
    if identified == total:
        return Finding("identity", "ok", f"Every event belongs to a known customer: {quantity(total, 'customer')}.")
    share = known_events / events
    level: Severity = "ok" if share >= 0.8 else "note" if share >= 0.5 else "warning" if known_events else "problem"
    anonymous = visitors.filter(pl.col("identified") < pl.col("visitors"))
    types = [f"{row['visitors'] - row['identified']:,} by {row['id_type']}" for row in anonymous.iter_rows(named=True)]
    text = (
        f"{percent(known_events, events)} of the events belong to a known customer: {identified:,} of "
        f"{quantity(total, 'visitor')}. The others are anonymous: {enumeration(types)}."
    )
    step = "Map the customer's own id (`id_type: user_id`) wherever people log in; anonymous visitors get no profile."
    return Finding("identity", level, text, step)


def implausible_customer(busiest: pl.DataFrame) -> Iterator[Finding]:
    """A customer with far more events than a person has."""
    row = busiest.row(0, named=True)
    most, events = row["most"] or 0, row["events"] or 0
    if (
        most > _IMPLAUSIBLE_FACTOR * (row["median"] or 0)
        and most > _IMPLAUSIBLE_SHARE * events
        and row["customers"] > 1
    ):
        text = (
            f"'{row['customer_id']}' has {percent(most, events)} of all events, {most / row['median']:,.0f} times what "
            "is usual: a till, a guest account or a placeholder rather than a person."
        )
        yield Finding("identity", "warning", text, "Leave these rows out in the source's query, or make their id null.")


def overlap(sources: pl.DataFrame) -> Iterator[Finding]:
    """Sources whose customers are mostly in no other source."""
    for row in separate_sources(sources).iter_rows(named=True):
        text = f"No event of the source '{row['source']}' belongs to a known customer."
        if row["customers"]:
            share = f"Only {percent(row['shared'], row['customers'])}" if row["shared"] else "None"
            text = f"{share} of the {quantity(row['customers'], 'customer')} of '{row['source']}' are known elsewhere."
        step = "Check that it is given the same identifier as the other sources, written the same way."
        yield Finding("joining", "warning", text, step)
    if sources.height > 1 and separate_sources(sources).is_empty():
        yield Finding("joining", "ok", f"The {sources.height} sources of events speak of the same customers.")


def separate_sources(sources: pl.DataFrame) -> pl.DataFrame:
    """The sources, among several, that share less than half of their customers with the others."""
    return sources.filter(pl.len() > 1, pl.col("shared") < 0.5 * pl.col("customers").clip(1))


def consent(rules: ConsentSettings | None, consents: pl.DataFrame, customers: int) -> Iterator[Finding]:
    """What is known of consent, and what comes of it by the rules; once where there is neither."""
    if rules is None and not consent_count(consents):
        text = "There is no `consent:` section, and no consent is recorded: everything is allowed for everybody."
        step = (
            "Declare under `consent:` what is done with the data (docs/people.md), and add your consent tool's table: "
            "`kind: consent` with the columns `purpose` and `status`."
        )
        yield Finding("consent", "warning", text, step)
        return
    yield from consent_coverage(consents, customers)
    yield from consent_rules(rules, consents)


def consent_coverage(consents: pl.DataFrame, customers: int) -> Iterator[Finding]:
    """For how many customers a consent is known, and how many gave which answer last, by purpose."""
    answers = consent_count(consents)
    if not answers:
        text = "No consent is recorded, so nothing tells whom you may contact or personalize for."
        step = "Add your consent tool's table: `kind: consent` with the columns `purpose` and `status`."
        yield Finding("consent", "warning", text, step)
        return
    level: Severity = "ok" if answers >= 0.9 * customers else "note" if answers >= 0.5 * customers else "warning"
    by_status = consents.filter(pl.col("status").is_null() | (pl.col("status") != "any"))
    words = [
        f"{r['purpose'] or 'no purpose'} {r['status'] or '?'} {r['customers']:,}"
        for r in by_status.iter_rows(named=True)
    ]
    share = f"{answers:,} of {quantity(customers, 'customer')} ({percent(answers, customers)})"
    text = f"Consent is known for {share}{': ' if words else ''}{enumeration(words, 6)}."
    yield Finding("consent", level, text, None if level == "ok" else "Ask the others, or count them as not consenting.")


def consent_rules(rules: ConsentSettings | None, consents: pl.DataFrame) -> Iterator[Finding]:
    """That no rule says what consents are for, or which purposes, lists and channels the rules do not know."""
    if rules is None:
        text = "There is no `consent:` section: everything is allowed for everybody, whatever they have said."
        step = "Declare under `consent:` what is done with the data, and what each purpose opens (docs/people.md)."
        yield Finding("consent", "warning", text, step)
        return
    known = rules.granting.keys() | rules.denying.keys() | {one.channel or "" for one in rules.purposes.values()}
    unknown = consents.filter(pl.col("purpose").is_not_null(), ~pl.col("purpose").is_in(sorted(known)))
    if names := unknown["purpose"].unique().sort().to_list():
        text = f"Purposes and lists that no rule is about, so that nobody's yes to them counts: {enumeration(names)}."
        yield Finding("consent", "warning", text, "Say under `consent: signals:` which purposes they mean.")


def consent_count(consents: pl.DataFrame) -> int:
    """The number of customers with a consent event."""
    return int(consents.filter(pl.col("status") == "any")["customers"].sum())


def feedback(ratings: pl.DataFrame, kinds: pl.DataFrame, customers: int) -> Finding:
    """Ratings by scale, and texts."""
    if ratings.is_empty():
        text = "No feedback: no survey answers, ratings or reviews. What customers think stays unknown."
        step = "Add survey answers or reviews: `kind: survey` with `rating` and `scale` (nps, csat, ces or stars)."
        return Finding("feedback", "note", text, step)
    scales = [
        f"{r['scale']} {r['mean']:.1f} on average from {quantity(r['customers'], 'customer')}"
        for r in ratings.iter_rows(named=True)
    ]
    most = int(ratings["customers"].max())  # type: ignore[arg-type]
    texts = int(kinds["with_text"].sum())
    words = f" {quantity(texts, 'answer')} in words." if texts else ""
    answers, share = quantity(int(ratings["answers"].sum()), "rating"), percent(most, customers)
    text = f"{answers}: {enumeration(scales)} ({share} of all).{words}"
    level: Severity = "ok" if most >= 0.05 * customers else "note"
    return Finding("feedback", level, text, None if level == "ok" else "Ask more customers: under 5% have answered.")
