"""Who the data speaks of: identifiers, where sources meet, attributes, consent, feedback."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from features.doctor.finding import Finding, Severity, listed, percent, some

# A customer with a hundred times the usual events, more than 1 % of all of them, is a till rather than a person.
_CROWD = 100
_CROWD_SHARE = 0.01


def identified(visitors: pl.DataFrame) -> Finding:
    """How many of the visitors are known customers."""
    total, known, events, told = (int(visitors[c].sum()) for c in ("visitors", "identified", "events", "known_events"))
    if known == total:
        return Finding("identity", "ok", f"Every event belongs to a known customer: {some(total, 'customer')}.")
    share = known / total
    level: Severity = "ok" if share >= 0.8 else "note" if share >= 0.5 else "warning" if share >= 0.2 else "problem"
    anonymous = visitors.filter(pl.col("identified") < pl.col("visitors"))
    types = [f"{row['visitors'] - row['identified']:,} by {row['id_type']}" for row in anonymous.iter_rows(named=True)]
    text = (
        f"{known:,} of {some(total, 'visitor')} ({percent(known, total)}) are known customers, with "
        f"{percent(told, events)} of the events. The others are anonymous: {listed(types)}."
    )
    step = "Map the customer's own id (`id_type: user_id`) wherever people log in; anonymous visitors get no profile."
    return Finding("identity", level, text, step)


def crowd(busiest: pl.DataFrame) -> Iterator[Finding]:
    """A customer who is no person: far more events than anyone has."""
    row = busiest.row(0, named=True)
    most, events = row["most"] or 0, row["events"] or 0
    if most > _CROWD * (row["median"] or 0) and most > _CROWD_SHARE * events and row["customers"] > 1:
        text = (
            f"'{row['customer_id']}' has {percent(most, events)} of all events, {most / row['median']:,.0f} times what "
            "is usual: a till, a guest account or a placeholder rather than a person."
        )
        yield Finding("identity", "warning", text, "Leave these rows out in the source's query, or make their id null.")


def meeting(table: pl.DataFrame) -> Iterator[Finding]:
    """Sources that speak of customers whom no other source knows."""
    for row in apart(table).iter_rows(named=True):
        text = f"No event of the source '{row['source']}' belongs to a known customer."
        if row["customers"]:
            share = f"Only {percent(row['shared'], row['customers'])}" if row["shared"] else "None"
            text = f"{share} of the {some(row['customers'], 'customer')} of '{row['source']}' are known elsewhere."
        step = "Check that it is given the same identifier as the other sources, written the same way."
        yield Finding("joining", "warning", text, step)
    if table.height > 1 and apart(table).is_empty():
        yield Finding("joining", "ok", f"The {table.height} sources of events speak of the same customers.")


def apart(table: pl.DataFrame) -> pl.DataFrame:
    """The sources, among several, that share less than half of their customers with the others."""
    return table.filter(pl.len() > 1, pl.col("shared") < 0.5 * pl.col("customers").clip(1))


def described(attributes: pl.DataFrame, customers: int) -> Finding:
    """How many customers have attributes."""
    row = attributes.row(0, named=True)
    if not row["customers"]:
        step = "If you have a customer table, add it with `table: customers`; behaviour alone is enough to start."
        return Finding("attributes", "note", "Nothing is known of customers beside what they do.", step)
    text = f"{row['active']:,} of {some(customers, 'customer')} ({percent(row['active'], customers)}) have attributes"
    text += f": {listed(row['names'])}."
    if row["active"] < 0.5 * row["customers"]:
        text += f" {row['customers'] - row['active']:,} more have attributes but no events."
    return Finding("attributes", "ok" if row["active"] else "warning", text)


def consented(consents: pl.DataFrame, customers: int) -> Iterator[Finding]:
    """For how many customers a consent is known, and what they said last for each purpose."""
    told = consent_known(consents)
    if not told:
        text = "No consent is recorded, so nothing tells whom you may contact or personalize for."
        step = "Add your consent tool's table: `kind: consent` with the columns `purpose` and `status`."
        yield Finding("consent", "warning", text, step)
        return
    level: Severity = "ok" if told >= 0.9 * customers else "note" if told >= 0.5 * customers else "warning"
    said = consents.filter(pl.col("status").is_null() | (pl.col("status") != "any"))
    words = [
        f"{r['purpose'] or 'no purpose'} {r['status'] or '?'} {r['customers']:,}" for r in said.iter_rows(named=True)
    ]
    share = f"{told:,} of {some(customers, 'customer')} ({percent(told, customers)})"
    text = f"Consent is known for {share}: {listed(words, 6)}."
    yield Finding("consent", level, text, None if level == "ok" else "Ask the others, or count them as not consenting.")


def consent_known(consents: pl.DataFrame) -> int:
    """The number of customers who said anything about consent."""
    return int(consents.filter(pl.col("status") == "any")["customers"].sum())


def heard(ratings: pl.DataFrame, kinds: pl.DataFrame, customers: int) -> Finding:
    """What customers say: ratings by scale, and texts."""
    if ratings.is_empty():
        text = "No feedback: no survey answers, ratings or reviews. What customers think stays unknown."
        step = "Add survey answers or reviews: `kind: survey` with `rating` and `scale` (nps, csat, ces or stars)."
        return Finding("feedback", "note", text, step)
    scales = [
        f"{r['scale']} {r['mean']:.1f} on average from {some(r['customers'], 'customer')}"
        for r in ratings.iter_rows(named=True)
    ]
    most = int(ratings["customers"].max())  # type: ignore[arg-type]
    texts = int(kinds["with_text"].sum())
    words = f" {some(texts, 'answer')} in words." if texts else ""
    text = (
        f"{some(int(ratings['answers'].sum()), 'rating')}: {listed(scales)} ({percent(most, customers)} of all).{words}"
    )
    level: Severity = "ok" if most >= 0.05 * customers else "note"
    return Finding("feedback", level, text, None if level == "ok" else "Ask more customers: under 5% have answered.")
