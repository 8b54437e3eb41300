"""The answer to who somebody is, by an exact identifier of any type."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from features.addresses import USUAL_FORMS
from features.config.settings import Settings
from features.errors import StamkundError
from features.events.identifiers import USER, identifier
from serving.decisions.eligibility.checks import NO_CONSENT
from serving.http.answers.customers import Customer, customers_of, moment_of
from serving.http.answers.head import head
from serving.http.answers.requests import Profile
from serving.http.current.state import State
from serving.store.engine import outages_as_errors
from serving.store.people.lookup import nodes_joined

Json = dict[str, object]


@outages_as_errors()
def answer_search(state: State, text: str, id_type: str | None) -> Json:
    """The people whom an identifier means now, each once, of whichever types it is one; nobody where none has it.

    Their other identifiers are told of those who allow profiles, and hashed ones only by their type.
    """
    moment = moment_of(state, None)
    meant = list(_meant(state.settings, text, id_type))
    matched: dict[str, dict[str, None]] = {}
    found = dict[str, Customer]()
    for profile, customer in customers_of(state, meant, moment).items():
        found[customer.customer_id] = customer
        matched.setdefault(customer.customer_id, {})[profile.id_type] = None
    people = [{"customer_id": id_, "matched": [*matched[id_]], **_others(state, found[id_])} for id_ in sorted(found)]
    return head(state, moment) | {"people": people}


def _meant(settings: Settings, text: str, id_type: str | None) -> Iterator[Profile]:
    """The identifiers that a text may be: of one type, or of all that the company declares, however it is written."""
    types = {} if settings.identity is None else settings.identity.types
    if id_type is not None and types and id_type not in types:
        raise StamkundError.unknown("unknown_id_type", "type of identifier", id_type, types, field="id_type")
    for name in _types(types or (USER, *USUAL_FORMS), id_type):
        written = types[name].spellings(text) if name in types else {text}
        yield from (Profile(id_type=name, id=each) for each in sorted(written))
    own_type, own = identifier(text)
    if id_type is None and own_type != USER:  # as profiles are asked for, such as email:anna@x.se
        yield Profile(id_type=own_type, id=own)


def _types(declared: Collection[str], asked: str | None) -> Collection[str]:
    return declared if asked is None else (asked,)


def _others(state: State, customer: Customer) -> Json:
    """All identifiers of a person who allows profiles, or why they are not told."""
    if not customer.passes("profiles"):
        return {"identifiers": None, "no_identifiers": NO_CONSENT}
    identity, own = state.settings.identity, customer.customer_id
    hashed = {} if identity is None else identity.hashed
    nodes = {own} | ({node for node, _ in nodes_joined(state.store, [own])} if identity is not None else set())
    told = [(id_type, None if id_type in hashed else id_) for id_type, id_ in map(identifier, sorted(nodes))]
    return {"identifiers": [{"id_type": name, "id": id_} for name, id_ in told], "no_identifiers": None}
