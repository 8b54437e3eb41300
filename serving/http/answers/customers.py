"""The customers that a request means: their records at its moment, from the store, or from the lake for the past."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from features.config.sections.consent import Gate
from features.errors import StamkundError
from features.evaluate.online.consent import Consent
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.record import Record
from features.identity.live import standing_by_itself
from features.identity.people import customers_of as people_at
from features.moments import iso
from features.privacy.pseudonyms import stored_node
from features.profiles.records import records
from features.reading.iso import parse
from serving.http.answers.requests import Profile
from serving.http.current.state import State
from serving.scoring.rows.pairs import Pairs, pairs_of, running_campaigns
from serving.store.hidden import pending_nodes
from serving.store.people import lookup
from serving.store.people.joined_records import person_records
from serving.store.records import records_of
from training.targets.populations.contacts import contact_kinds


@dataclass(frozen=True)
class Moment:
    """The moment that a request is answered for, in µs, and whether it is before the clock's."""

    as_of: int
    is_past: bool


def moment_of(state: State, as_of: str | None) -> Moment:
    """The moment that a request gives as ISO 8601, or the clock's; none that is still to come."""
    now = state.settings.now()
    if as_of is None:
        return Moment(now, is_past=False)
    at = parse(as_of, code="bad_date", field="as_of")
    if at < 0:
        raise StamkundError("bad_date.early", text=as_of, field="as_of")
    if at > now:
        raise StamkundError("future_as_of", text=as_of, now=iso(now), field="as_of")
    return Moment(at, is_past=at < now)


@dataclass(frozen=True)
class Customer:
    """A customer as they were known at the moment of a request: their id, their record, and what they allow.

    ``consent`` is None where no rules are declared: everything is allowed.
    """

    customer_id: str
    record: Record
    consent: Consent | None

    def passes(self, gate: Gate) -> bool:
        """Whether the customer passes a gate."""
        return self.consent is None or self.consent.passes(gate)


def customers_of(state: State, profiles: Sequence[Profile], moment: Moment) -> dict[Profile, Customer]:
    """The customer of each profile that means one who is known by then; browsers and devices by themselves are none.

    Who is in the table of customers is known at every moment, all others from their first event or snapshot on. What
    they allow is told by everything that they have said until now, whatever the moment.
    """
    ids = _ids(state, profiles, moment)
    asked = list(dict.fromkeys(ids.values()))
    if moment.is_past:
        asked = [id_ for id_ in asked if id_ not in pending_nodes(state.store)]
        by_id = dict(records(state.lake, asked, as_of=moment.as_of))
    else:
        by_id = _records(state, asked)
    known = {id_: known_by(record, moment.as_of) for id_, record in by_id.items()}
    found = {
        id_: Customer(id_, record, _consent(state, id_, by_id[id_], moment))
        for id_, record in known.items()
        if _is_known(record, moment.as_of)
    }
    return {profile: found[id_] for profile, id_ in ids.items() if id_ in found}


def _ids(state: State, profiles: Sequence[Profile], moment: Moment) -> dict[Profile, str]:
    """The id of the customer that each profile means at a moment, of those that mean one."""
    nodes = {profile: stored_node(state.settings, profile.id_type, profile.id) for profile in profiles}
    whose = _whose(state, set(nodes.values()), moment)
    return {profile: id_ for profile, key in nodes.items() if (id_ := whose[key]) is not None}


def _whose(state: State, nodes: Collection[str], moment: Moment) -> Mapping[str, str | None]:
    """By node the customer whose it is at a moment."""
    if state.settings.identity is None:
        return {key: standing_by_itself(key).customer_id for key in nodes}
    if moment.is_past:
        return {key: next(iter(people_at(state.lake, [key], as_of=moment.as_of)), None) for key in nodes}
    return lookup.customers_of(state.store, nodes)


def _records(state: State, customers: Collection[str]) -> dict[str, Record]:
    """Customers' records as they are now."""
    read = records_of if state.settings.identity is None else person_records
    return read(state.store, customers)


def _consent(state: State, customer: str, record: Record, moment: Moment) -> Consent | None:
    """What a customer allows, by all that they, as they are known now, have said."""
    if state.rules is None:
        return None
    if moment.is_past:
        now = _whose(state, [customer], replace(moment, is_past=False))[customer]
        record = (_records(state, [now]).get(now) if now else None) or record
    return Consent(state.rules, record, moment.as_of)


def campaign_pairs(state: State, records: Sequence[Record], *, as_of: int, anyone: Collection[str] = ()) -> list[Pairs]:
    """Each customer's pairs with the campaigns that run and have reached them, or are for ``anyone``."""
    (contact, response), running = contact_kinds(state.settings), running_campaigns(state.campaigns, as_of=as_of)
    return [pairs_of(record, running, contact, response, as_of=as_of, anyone=anyone) for record in records]


def unknown_customer(profile: Profile) -> StamkundError:
    """The error of a profile without a record."""
    return StamkundError("unknown_customer", id_type=profile.id_type, id=profile.id, field="id")


def no_consent(profile: Profile) -> StamkundError:
    """The error of a customer who does not allow to be scored."""
    return StamkundError("no_consent", id_type=profile.id_type, id=profile.id, field="id")


def _is_known(record: Record, as_of: int) -> bool:
    has_snapshot = any(snapshot.time <= as_of for snapshot in record.snapshots)
    return bool(record.attributes) or has_snapshot or has_events(record, as_of)


def has_events(record: Record, as_of: int) -> bool:
    """Whether anything happened by a moment."""
    times = record.number("time")
    return len(times) > 0 and bool(times[0] <= as_of)
