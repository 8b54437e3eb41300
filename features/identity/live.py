"""Live people: what new events say of who is who, beside what a build resolved from all earlier ones.

The rules are those of builds: what a build knows of the people in question becomes events again, before all others, and
is resolved together with the new ones. Of what is not at hand nobody is joined: a live person is a part of the one that
the next build resolves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import polars as pl

from features.config.sections.identity import IdentitySettings
from features.events.identifiers import USER, identifier, is_visitor, node, others_in, others_text
from features.identity.fold import NEVER
from features.identity.links import links_of
from features.identity.resolve import resolve
from features.identity.rulings import Ruling
from features.lake import Lake

Event = Mapping[str, object]
_BEFORE_ALL = -(2**62)
_COLUMNS = {
    "time": pl.Int64(), "known_at": pl.Int64(), "event_id": pl.String(), "source": pl.String(), "kind": pl.String(),
    "id_type": pl.String(), "id": pl.String(), "ids": pl.String(),
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """Whose a node is: the customer (None: nobody's), and from when on its events are nobody's (µs; None: never).

    ``since`` tells from when on (µs) it has been this customer's; None of what it is by itself.
    """

    customer_id: str | None
    nobody_from: int | None = None
    since: int | None = field(default=None, compare=False)


def standing_by_itself(key: str) -> Standing:
    """Whose a node is of which nothing else is known.

    >>> standing_by_itself("7").customer_id, standing_by_itself("anonymous_id:f00").customer_id
    ('7', None)
    """
    return Standing(None if is_visitor(key) else key)


def people_at(lake: Lake, *, as_of: int) -> Iterator[tuple[str, Standing]]:
    """Whose the lake's fragments are at a moment (µs), of those that are not what they are by themselves.

    >>> from pathlib import Path
    >>> list(people_at(Lake(Path("nowhere")), as_of=0))
    []
    """
    persons = lake.scan("persons").filter(pl.col("from") <= as_of, pl.col("to") > as_of)
    return _standings(persons.collect())


def nodes_of(event: Event) -> list[str]:
    """The nodes of all identifiers of an event, its own one first.

    >>> nodes_of({"id_type": "user_id", "id": "7", "ids": '{"email": ["A@x.se", "b@x.se"]}'})
    ['7', 'email:a@x.se', 'email:b@x.se']
    """
    own, ids = (str(event["id_type"]), str(event["id"])), event.get("ids")
    return list(dict.fromkeys(node(*each) for each in (own, *others_in(str(ids) if ids else None))))


def live_people(
    built: Mapping[str, Standing],
    events: Iterable[Event],
    identity: IdentitySettings,
    rulings: Sequence[Ruling] = (),
) -> dict[str, Standing]:
    """Whose nodes are after new events, of those that are not what they are by themselves.

    Args:
        built: whose nodes are by the last build, of all people in question. One that is shared stays so.
        events: the new events that carry other identifiers, in any order. What happened before the build last joined
            one of these people joins nobody: it may be another's whom the next build joins first.
        identity: the rules.
        rulings: what people said of who is who.

    >>> event = {"time": 5, "event_id": "e", "source": "http", "kind": "identify", "id_type": "user_id", "id": "7"}
    >>> live_people({}, [event | {"ids": '{"anonymous_id": "f00"}'}], IdentitySettings())
    {'anonymous_id:f00': Standing(customer_id='7', nobody_from=None, since=5)}
    """
    shared = {key for key, standing in built.items() if standing.nobody_from is not None}
    members = {key: standing.customer_id for key, standing in built.items() if standing.customer_id is not None}
    last = max((each.since for each in built.values() if each.since is not None), default=_BEFORE_ALL)
    rows = [*_known(members, identity), *(_open(event, shared) for event in events if _counted(event) >= last)]
    frame = pl.LazyFrame([{name: row.get(name) for name in _COLUMNS} for row in rows], schema=_COLUMNS)
    persons = resolve(links_of(frame, identity), identity, rulings).persons.filter(pl.col("to") == NEVER)
    told = {key: _as_built(standing, built.get(key)) for key, standing in _standings(persons)}
    return told | {key: Standing(told.get(key, built[key]).customer_id, built[key].nobody_from) for key in shared}


def _standings(persons: pl.DataFrame) -> Iterator[tuple[str, Standing]]:
    for fragment, *standing in persons.select("fragment", "customer_id", "nobody_from", "from").iter_rows():
        yield fragment, Standing(*standing)


def _as_built(standing: Standing, built: Standing | None) -> Standing:
    """A standing, since when the build says if it says the same."""
    same = built is not None and built.customer_id == standing.customer_id
    return replace(standing, since=built.since) if built is not None and same else standing


def _counted(event: Event) -> int:
    """From when on (µs) an event's links count."""
    return max(cast(int, event["time"]), cast(int, event.get("known_at") or event["time"]))


def _known(built: Mapping[str, str], identity: IdentitySettings) -> Iterator[Event]:
    """What a build knows, as events: of each customer first the one that names them, then all that they hold."""
    members: dict[str, list[str]] = {}
    for key, customer in built.items():
        members.setdefault(customer, []).append(key)
    for customer, keys in sorted(members.items()):
        id_type, value = identifier(customer)
        own = {"source": "", "kind": "", "id_type": id_type, "id": value, "ids": None}
        yield own | {"time": _BEFORE_ALL, "event_id": f"{customer}\x1f"}
        others = [identifier(key) for key in keys if key != customer]
        users = [each for name, each in others if name == USER]
        most = identity.types[USER].per_person
        renamed = users if most is not None and len(users) + (id_type == USER) > most else []
        for n, old in enumerate(renamed):
            ids = others_text([(USER, old)])
            yield own | {"time": _BEFORE_ALL + 1, "event_id": f"{customer}\x1f{n}", "kind": "alias", "ids": ids}
        held = [(name, each) for name, each in others if not (name == USER and renamed)]
        if held:
            yield own | {"time": _BEFORE_ALL + 1, "event_id": f"{customer}\x1fall", "ids": others_text(held)}


def _open(event: Event, shared: Collection[str]) -> Event:
    """An event without the identifiers that are shared."""
    kept = [each for each in others_in(str(event["ids"])) if node(*each) not in shared]
    if node(str(event["id_type"]), str(event["id"])) in shared:
        # What remains is of the first of the others.
        if not kept:
            return {**event, "ids": None}
        (id_type, value), *kept = kept
        event = {**event, "id_type": id_type, "id": value, "kind": ""}
    return {**event, "ids": others_text(kept)}
