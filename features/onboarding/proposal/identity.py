"""What identifies in the rows of a source, and by which rules identifiers are one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from features.onboarding.facts.column import Column
from features.onboarding.proposal.choice import Choice, Draft

_RULES = {
    "user_id": ("{per_person: 1}", "a person has one"),
    "email": ("{per_person: 5, people: 1}", "five at most; one that two people use is nobody's from then on"),
    "phone": ("{per_person: 5, people: 1}", "`region: SE` reads numbers without a country as Swedish ones"),
    "anonymous_id": ("{people: 1}", "a browser on which a second person logs in is nobody's from then on"),
}


def with_identifiers(draft: Draft) -> Draft:
    """A draft whose rows are kept by all that identifies in them, and who the customer is no question any more."""
    identifiers, query = draft.table.identifiers, draft.table.query or ""
    if not identifiers or draft.canonical not in {"events", "customers", "snapshots"}:
        return draft
    key = "id" if draft.canonical == "events" else "customer_id"
    (own_type, own), *others = identifiers.items()
    ids = {id_type: column for id_type, column in others if draft.table.query is None or column in query}
    settings: dict[str, object] = {} if own_type == "user_id" else {"id_type": own_type}
    notes = []
    if ids and draft.canonical != "snapshots":
        settings["ids"] = ids
        if draft.canonical == "customers":
            since = next((column.name for column in draft.table.columns.values() if _tells_beginning(column)), None)
            settings |= {"since": since} if since else {}
            notes = [] if since else [_UNDATED.format(", ".join(ids.values()))]
    choice = draft.choice
    columns = {name: own if name == key else text for name, text in choice.columns.items()}
    if key == "id" and ids and not draft.table.columns[own].is_full:
        names = {own_type: own, **ids}
        columns |= _of_either({id_type: draft.table.columns[name].sql for id_type, name in names.items()})
        settings.pop("id_type", None)
    asked = [each for each in choice.questions if (each.topic, each.key) != ("customer", "columns.id")]
    of_browsers = draft.canonical != "events" and own_type == "anonymous_id"  # which are nobody's customers
    plain = replace(draft, choice=replace(choice, columns=columns, questions=asked), is_left_out=of_browsers)
    return plain.adding(Choice(settings=settings, notes=notes))


def _of_either(identifiers: Mapping[str, str]) -> dict[str, str]:
    """The settings of rows that name their customer by one of several identifiers, the first that they have."""
    told = {id_type: f"nullif(trim(CAST({column} AS VARCHAR)), '')" for id_type, column in identifiers.items()}
    cases = " ".join(f"WHEN {value} IS NOT NULL THEN '{id_type}'" for id_type, value in told.items())
    return {"id": f"coalesce({', '.join(told.values())})", "id_type": f"CASE {cases} END"}


def _tells_beginning(column: Column) -> bool:
    """Whether a column tells since when a customer is one."""
    return column.is_time and any(word and word & {"created", "registered"} for word in column.meaning)


_UNDATED = "{} count as known from when the table is first read; `since:` may name a column, such as the day of joining"


def identity_lines(drafts: Sequence[Draft]) -> Iterator[str]:
    """The lines of the section `identity:`, where rows hold several identifiers."""
    types = dict.fromkeys(
        id_type for draft in drafts if "ids" in draft.choice.settings for id_type in draft.table.identifiers
    )
    if not types:
        return
    yield ""
    yield "# Identifiers that come together are one person, from then on; docs/people.md tells more."
    yield "# `stamkund identity report` shows who was joined after a build, `identity explain ID` why."
    yield "identity:"
    yield "  types:   # the order is their priority"
    for id_type, (rule, text) in _RULES.items():
        if id_type in types or id_type == "user_id":
            yield f"    {id_type}: {rule}   # {text}"
    yield "  # block: [noreply@shop.example]   # values that never mean anybody"
