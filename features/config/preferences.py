"""The rules for attributes, by what the sources of customers tell."""

from __future__ import annotations

from collections.abc import Mapping

from features.config.sections.preferences import DEFAULT, Preference
from features.config.source import Source
from features.errors import StamkundError
from features.events.tables import COLUMNS, Table


def preferences(rules: Mapping[str, Preference], sources: Mapping[str, Source]) -> dict[str, Preference]:
    """The rule of each attribute that some source of customers tells and that has one.

    >>> people = Source.model_validate(
    ...     {"table": "customers", "from": "people.csv", "columns": {"customer_id": "id", "city": "city", "age": "age"}}
    ... )
    >>> rules = {"default": Preference(rule="most_frequent"), "age": Preference(rule="newest")}
    >>> {name: each.rule for name, each in preferences(rules, {"people": people}).items()}
    {'city': 'most_frequent', 'age': 'newest'}
    """
    found = {name: rules.get(name, rules.get(DEFAULT)) for name in attributes_of(sources)}
    return {name: preference for name, preference in found.items() if preference is not None}


def check_preferences(rules: Mapping[str, Preference], sources: Mapping[str, Source]) -> None:
    """Refuse what names no attribute or no source of customers, and a rule by time where no source tells any."""
    known, tellers = (*attributes_of(sources), DEFAULT), [n for n, s in sources.items() if s.table == "customers"]
    for name, preference in rules.items():
        field, trusted = f"identity.attributes.{name}", preference.sources
        if name not in known:
            raise StamkundError.unknown("unknown_attribute", "attribute of customers", name, known, field=field)
        for source in trusted:
            if source not in tellers:
                raise StamkundError.unknown("unknown_source", "source of customers", source, tellers, field=field)
        if preference.rule == "trusted" and (not trusted or len(set(trusted)) < len(trusted)):
            msg = f"This trusts {', '.join(trusted) or 'no source'}: name at least one source, and each once."
            raise StamkundError("bad_setting", msg, field=field)
        if preference.rule == "newest" and not any(sources[teller].updated_at for teller in tellers):
            msg = "No source of customers tells when a row last changed: say it in one, such as `updated_at: modified`."
            raise StamkundError("missing_key", msg, field=field)


def attributes_of(sources: Mapping[str, Source], table: Table = "customers") -> list[str]:
    """The attributes that sources of a table tell of customers, in the order in which they first do."""
    columns = (column for source in sources.values() if source.table == table for column in source.columns)
    return [column for column in dict.fromkeys(columns) if column not in COLUMNS[table]]
