"""What is held of people, gathered from every package: of one person, and of all as an inventory."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Engine

from features.config.sections.consent import Purpose
from features.config.settings import Settings
from features.lake import Lake
from features.moments import iso, utc
from features.privacy.holding import Holding, export
from features.profiles import holdings as of_features
from insights import holdings as of_insights
from insights.segments import holdings as of_segments
from serving.privacy import store_holdings as of_store
from serving.privacy.hashing import check_hashing
from serving.privacy.identifiers import nodes_of
from serving.store.erasures.exports import exports_of
from serving.store.erasures.receipts import receipts
from training import holdings as of_training

Json = dict[str, object]
_HEAD = (
    "# Data inventory of {name}\n\n"
    "What Stamkund holds of people, where, why, and how long; made from the settings on {day}.\n"
)


def all_holdings(settings: Settings, store: Engine) -> list[Holding]:
    """The holdings of every package."""
    return [
        *of_features.holdings(settings),
        *of_store.holdings(settings, store),
        *of_training.holdings(settings),
        *of_insights.holdings(settings),
        *of_segments.holdings(settings),
    ]


def access(settings: Settings, store: Engine, customer: str) -> Json:
    """Everything that is held of a person, by holding, each with what it is for: for people and for machines."""
    check_hashing(store, settings)
    every, nodes = all_holdings(settings, store), nodes_of(Lake(settings.lake), store, [customer])[customer]
    held = export(every, nodes)
    about = {holding.name: {"what": holding.what, "why": holding.why, "kept": holding.kept} for holding in every}
    return {
        "customer_id": customer,
        "identifiers": sorted(nodes),
        "hashed": _hashed(settings),
        "held": {name: {**about[name], "rows": rows} for name, rows in held.items()},
        "written_elsewhere": {place: iso(time) for place, time in exports_of(store).items()},
    }


def inventory(settings: Settings, store: Engine) -> str:
    """The page for whoever answers for the protection of data: holdings, purposes, sources, exports, erasures."""
    lines = [_HEAD.format(name=settings.name, day=utc(settings.now()).date())]
    lines += _table(
        "Holdings",
        ("what", "where", "in words", "why", "kept"),
        [(h.name, f"`{h.place}`", h.what, h.why, h.kept) for h in all_holdings(settings, store)],
    )
    lines += _table("Purposes", ("purpose", "legal basis", "opens", "how it is allowed"), _purposes(settings))
    lines += _table(
        "Sources",
        ("source", "table", "columns that are read"),
        [(name, source.table, ", ".join(source.columns)) for name, source in settings.sources.items()],
    )
    sensitive = ", ".join(settings.privacy.sensitive) or "none is declared"
    lines.append(f"## Sensitive attributes\n\nNever used for features, models or reasons: {sensitive}.\n")
    lines.append(f"## Hashed identifiers\n\nStored as keyed hashes only: {', '.join(_hashed(settings)) or 'none'}.\n")
    lines += _table("Written elsewhere", ("where", "last"), [(d, iso(t)) for d, t in exports_of(store).items()])
    told = [(r.erasure_id, iso(r.erased_at), r.status, str(sum(r.counts.values()))) for r in receipts(store)]
    lines += _table("Erasures", ("receipt", "when", "state", "rows"), told)
    return "\n".join(lines)


def _hashed(settings: Settings) -> list[str]:
    """The types of identifiers that are stored as keyed hashes."""
    return [] if settings.identity is None else sorted(settings.identity.hashed)


def _purposes(settings: Settings) -> list[tuple[str, ...]]:
    if settings.consent is None:
        return [("everything", "none is declared", "everything", "There is no `consent:` section.")]
    return [
        (
            name,
            purpose.basis,
            f"writing by {purpose.channel}" if purpose.channel else ", ".join(purpose.gates) or "nothing",
            _allowed(purpose),
        )
        for name, purpose in settings.consent.purposes.items()
    ]


def _allowed(purpose: Purpose) -> str:
    """From when on something may be done for a purpose.

    >>> _allowed(Purpose(confirm="double", channel="email", after="order")), _allowed(Purpose(basis="interest"))
    ('after a confirmed yes, or an event of the kind order', 'until an objection')
    """
    if purpose.basis != "consent":
        return "until an objection"
    yes = "after a confirmed yes" if purpose.confirm == "double" else "after a yes"
    return yes if purpose.after is None else f"{yes}, or an event of the kind {purpose.after}"


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A table in Markdown under its title."""
    cells = [head, ("---",) * len(head), *(rows or [("none", *[""] * (len(head) - 1))])]
    return [f"## {title}\n", *(f"| {' | '.join(cell.replace('|', ' ') for cell in row)} |" for row in cells), ""]
