"""A canonical event while it is read from a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.events.returns import without_signs
from features.events.rules.rule_book import event_rules

Event = dict[str, object]


@dataclass
class EventBuilder:
    """The columns of an event, and the field of the message that each was read from."""

    columns: Event = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)

    def put(self, column: str, value: object, at: str) -> None:
        """Set a column to what a field of the message says."""
        self.columns[column], self.fields[column] = value, at

    def line(self, columns: Mapping[str, object], fields: Mapping[str, str]) -> EventBuilder:
        """A builder for a line of this event, with columns of its own."""
        return EventBuilder({**self.columns, **columns}, {**self.fields, **fields})

    def build(self, currency: str) -> Event:
        """The event; a :class:`StamkundError` when it breaks a rule, with the field that does.

        What a return is worth is positive, however it came.
        """
        rule = event_rules(currency).first_broken(self.columns)
        if rule is not None:
            at = self.fields.get(rule.column)
            raise rule.error(self.columns, at)
        return without_signs(self.columns) | {"currency": currency}
