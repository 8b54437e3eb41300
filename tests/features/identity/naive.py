"""People as the rules define them, the slow way: sets of nodes, one link after the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from features.config.sections.identity import IdentitySettings
from features.events.identifiers import VISITOR_TYPES, identifier
from features.identity.rulings import Ruling

Event = Mapping[str, object]


@dataclass
class People:
    """The sets of nodes that are one person each, what they are called, and since when a value is shared."""

    of: dict[str, frozenset[str]] = field(default_factory=dict)
    called: dict[str, str | None] = field(default_factory=dict)
    shared: dict[str, int] = field(default_factory=dict)


def counted(event: Event) -> int:
    known_at = event.get("known_at")
    return max(int(str(event["time"])), int(str(known_at if known_at is not None else event["time"])))


def nodes_of(event: Event) -> list[str]:
    """The event's identifiers, its own first, each once."""
    ids: dict[str, object] = json.loads(str(event["ids"])) if event["ids"] else {}
    pairs = [(str(event["id_type"]), event["id"])]
    pairs += [(name, each) for name, value in ids.items() for each in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(node_of(name, str(value)) for name, value in pairs))


def node_of(id_type: str, value: str) -> str:
    """The node of an identifier; e-mails are written in small letters."""
    return value if id_type == "user_id" else f"{id_type}:{value.lower() if id_type == 'email' else value}"


def people_at(
    events: Iterable[Event], identity: IdentitySettings, as_of: int, rulings: Sequence[Ruling] = ()
) -> People:
    known = [event for event in events if counted(event) <= as_of]
    types, people = list(identity.types), People()
    rank = {node: types.index(identifier(node)[0]) for event in known for node in nodes_of(event)}
    seen = {node: min(counted(event) for event in known if node in nodes_of(event)) for node in rank}
    retired, served = set[str](), dict[str, set[str]]()
    people.of = {node: frozenset([node]) for node in rank}
    links = []
    for event in known:
        nodes = nodes_of(event)
        for x, y in combinations(sorted(nodes, key=lambda node: (rank[node], node)), 2):
            rename = event["kind"] == "alias" and rank[x] == rank[y] and nodes[0] in (x, y)
            a, b = (y, x) if rename and nodes[0] == y else (x, y)
            links.append((counted(event), rank[x], rank[y], event["event_id"], event["source"], a, b, rename))
    for at, _, _, _, _, a, b, rename in sorted(links):
        one, other = people.of[a], people.of[b]
        if one == other or a in people.shared or b in people.shared:
            continue
        gone = retired | {b} if rename else retired
        fits = all(
            sum(rank[node] == types.index(name) for node in (one | other) - gone) <= kind.per_person
            for name, kind in identity.types.items()
            if kind.per_person
        )
        split = any(len({*ruling.nodes} & one) and len({*ruling.nodes} & other) for ruling in rulings)
        most = identity.types[types[rank[b]]].people
        before = {people.of[node] for node in served.get(b, set())} - {one, other}  # whom b serves, and is not one with
        if fits and not split and (rename or most is None or len(before) < most):
            retired = gone
            people.of |= dict.fromkeys(one | other, one | other)
        elif rank[a] < rank[b]:
            served.setdefault(b, set()).add(a)
            if most is not None and len(before | {one}) + (len(other) > 1) > most:
                people.shared[b] = at
    only_users = ["user_id"] if identity.types["user_id"].per_person == 1 else []
    order = sorted(rank, key=lambda node: (identifier(node)[0] not in only_users, seen[node], rank[node], node))
    able = [node for node in order if identifier(node)[0] not in VISITOR_TYPES and node not in retired]
    people.called = {node: next((each for each in able if each in person), None) for node, person in people.of.items()}
    return people
