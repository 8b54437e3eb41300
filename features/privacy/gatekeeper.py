"""The gatekeeper: which of many customers pass a gate at a moment, by everything that they said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Self

import polars as pl

from features.config.sections.consent import ConsentSettings, DefaultByAttribute, Gate, Purpose
from features.events.statements.stances import Stance
from features.events.statements.statement import Statement
from features.privacy.attributes import AttributeHistory
from features.privacy.rules import ConsentRules
from features.privacy.said import Reader, Said
from features.privacy.standing import State
from features.privacy.voices import NO_NAMES


@dataclass(frozen=True)
class Pass:
    """Whom a gate lets pass at a moment: ``listed`` (``customer_id, allowed``), and whether all ``others`` do."""

    listed: pl.DataFrame
    others: bool

    def __and__(self, other: Pass) -> Pass:
        both = self.listed.join(other.listed, on="customer_id", how="full", coalesce=True, suffix="_too")
        allowed = pl.col("allowed").fill_null(self.others) & pl.col("allowed_too").fill_null(other.others)
        return Pass(both.select("customer_id", allowed=allowed), self.others and other.others)

    def over(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The rows of the customers who pass, in their order."""
        if self.others and self.listed.is_empty():
            return frame
        exceptions = self.listed.lazy().filter(pl.col("allowed") != self.others)
        return frame.join(exceptions, on="customer_id", how="anti" if self.others else "semi", maintain_order="left")


EVERYBODY: Final = Pass(pl.DataFrame(schema={"customer_id": pl.String, "allowed": pl.Boolean}), others=True)


def all_but(customers: Collection[str]) -> Pass:
    """A pass for everybody but some customers."""
    listed = pl.DataFrame({"customer_id": sorted(customers)}, schema={"customer_id": pl.String})
    return Pass(listed.with_columns(allowed=pl.lit(value=False)), others=True) if customers else EVERYBODY


def _no_names() -> pl.DataFrame:
    return pl.DataFrame(schema={"name": pl.String, "customer_id": pl.String})


@dataclass(frozen=True)
class Gatekeeper:
    """What all customers said, ready to be asked who passes a gate at a moment.

    ``after`` tells by kind of event, of those that open a purpose, when each customer first had one. ``former`` holds
    other names that customers had at some moment, ``name, customer_id``: what the person says counts under each.
    """

    rules: ConsentRules
    said: Said
    after: Mapping[str, pl.DataFrame]
    attributes: AttributeHistory
    former: pl.DataFrame = field(default_factory=_no_names)

    @classmethod
    def of(
        cls,
        settings: ConsentSettings,
        events: pl.LazyFrame,
        customers: pl.LazyFrame,
        names: pl.DataFrame = NO_NAMES,
    ) -> Self:
        """A gatekeeper from all events, and the table of the customers' attributes.

        ``names``, ``fragment, customer_id, from``: what the person of a fragment was called from when on (µs).
        """
        own = events.filter(pl.col("customer_id").is_not_null())
        kinds = {purpose.after for purpose in settings.purposes.values() if purpose.after is not None}
        after = {kind: _first_times(own, kind) for kind in sorted(kinds)}
        rules = ConsentRules(settings)
        return cls(rules, Said.of(own, names), after, AttributeHistory.of(rules.attributes, own, customers))

    def passes(self, gate: Gate, *, as_of: int) -> Pass:
        """Who passes a gate at a moment (µs): allowed then by each of its purposes, and refused by no word since."""
        total = EVERYBODY
        for name, purpose in self.rules.purposes(gate).items():
            total &= self._of_purpose(name, purpose, as_of)
        return replace(total, listed=self._with_former(total.listed))

    def allows(self, purpose: str, *, as_of: int) -> Pass:
        """Who allows a purpose at a moment (µs), by what was said of it as a whole, and refused it by no word since."""
        one = self._of_purpose(purpose, self.rules.settings.purposes[purpose], as_of)
        return replace(one, listed=self._with_former(one.listed))

    def allowed_then(self, purpose: str, *, as_of: int) -> Pass:
        """Who allowed a purpose at a moment (µs) by what had been said then: to count, never to use what is theirs."""
        one = self._of_purpose(purpose, self.rules.settings.purposes[purpose], as_of, since=False)
        return replace(one, listed=self._with_former(one.listed))

    def refusing(self, gate: Gate) -> frozenset[str]:
        """The customers whose last word is a no to a purpose of a gate, by all that was received."""
        every = (self._refusing[name]["customer_id"] for name in self.rules.purposes(gate))
        return frozenset(customer for customers in every for customer in customers)

    def _with_former(self, listed: pl.DataFrame) -> pl.DataFrame:
        """The answers, under the former names of the customers too."""
        named = self.former.join(listed, on="customer_id").select(customer_id="name", allowed="allowed")
        return pl.concat([listed, named.join(listed, on="customer_id", how="anti")])

    def passing(self, gate: Gate, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows, in their order, whose customer passes a gate at the row's own moment ``as_of``."""
        if not self.rules.purposes(gate):
            return rows
        asked = rows.select("customer_id", "as_of").unique()
        passing = [
            self.passes(gate, as_of=moment).over(asked.lazy().filter(pl.col("as_of") == moment)).collect()
            for moment in asked["as_of"].unique()
        ]
        listed = pl.concat([asked.clear(), *passing])
        return rows.join(listed, on=["customer_id", "as_of"], how="semi", maintain_order="left")

    @cached_property
    def _refusing(self) -> dict[str, pl.DataFrame]:
        """By purpose the customers whose last word is a no, by all that was received, whatever any clock says."""
        purposes = self.rules.settings.purposes.items()
        states = {
            name: self.said.states(self._reader(name), by_consent=one.basis == "consent") for name, one in purposes
        }
        return {name: rows.filter("refused").select("customer_id", "refused") for name, rows in states.items()}

    def _reader(self, name: str) -> Reader:
        def read(statement: Statement) -> Stance:
            return self.rules.stances(statement).get(name, Stance.NOTHING)

        return read

    def _of_purpose(self, name: str, purpose: Purpose, as_of: int, *, since: bool = True) -> Pass:
        states = self.said.states(self._reader(name), by_consent=purpose.basis == "consent", as_of=as_of)
        facts = states.select("customer_id", "state")
        refusing = self._refusing[name] if since else self._refusing[name].clear()
        for frame in (refusing, *self._beside(purpose, as_of)):
            facts = facts.join(frame, on="customer_id", how="full", coalesce=True)
        others = self.rules.allows(purpose, State.UNKNOWN, default=self.rules.default())
        return Pass(self._answers(facts, name, purpose, as_of), others)

    def _beside(self, purpose: Purpose, as_of: int) -> Iterator[pl.DataFrame]:
        """What else decides: the value that the default goes by, the date of birth, whether an event came before."""
        settings = self.rules.settings
        if isinstance(settings.default, DefaultByAttribute):
            yield self.attributes.at(settings.default.attribute, as_of=as_of).rename({"value": "default_by"})
        if settings.minors is not None:
            yield self.attributes.at(settings.minors.attribute, as_of=as_of).rename({"value": "born"})
        if purpose.after is not None:
            first = self.after[purpose.after].filter(pl.col("first") <= as_of)
            yield first.select("customer_id", after=pl.lit(value=True))

    def _answers(self, facts: pl.DataFrame, name: str, purpose: Purpose, as_of: int) -> pl.DataFrame:
        """``customer_id, allowed`` by the facts of each customer; every combination of facts is judged once."""
        columns = [column for column in facts.columns if column != "customer_id"]
        combinations = facts.select(columns).unique()
        answers = [self._answer(row, name, purpose, as_of) for row in combinations.iter_rows(named=True)]
        told = combinations.with_columns(allowed=pl.Series(answers, dtype=pl.Boolean))
        return facts.join(told, on=columns, how="left", nulls_equal=True).select("customer_id", "allowed")

    def _answer(self, facts: Mapping[str, object], name: str, purpose: Purpose, as_of: int) -> bool:
        if facts["refused"] or self.rules.is_denied_to(name, facts.get("born"), as_of=as_of):
            return False
        default = self.rules.default(facts.get("default_by"))
        state = State(str(facts["state"] or State.UNKNOWN))
        return self.rules.allows(purpose, state, default=default, after=bool(facts.get("after")))


def _first_times(events: pl.LazyFrame, kind: str) -> pl.DataFrame:
    """``customer_id, first``: when an event of the kind was first known of each customer."""
    known_at = pl.max_horizontal("time", "known_at")
    of_kind = events.filter(pl.col("kind") == kind).group_by("customer_id").agg(first=known_at.min())
    return of_kind.collect(engine="streaming")
