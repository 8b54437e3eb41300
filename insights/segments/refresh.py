"""What the nightly refresh writes of segments: the columns that counting reads, who is in which, and the history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from features.config.settings import Settings
from features.privacy.gatekeeper import EVERYBODY, Pass
from insights.people import Audience
from insights.segments import history
from insights.segments.audiences import UnderCaps, write_audiences
from insights.segments.columns.column import Column
from insights.segments.files import open_columns, remove_columns, version_of, write_columns
from insights.segments.reading import columns_at
from insights.segments.rules import definition, folder_of, journeys_in, rules_of
from insights.segments.tables import write_months, write_traits
from insights.tables import Draft


def refresh_segments(
    settings: Settings, *, as_of: int, allowed: Pass = EVERYBODY, draft: Draft | None = None,
    under_caps: UnderCaps | None = None,
) -> None:  # fmt: skip
    """Write the columns of the ``allowed`` at a moment (µs), who of them is in which segment, and who moved.

    Into the ``draft`` of all insights go the tables that reports read; ``under_caps`` tells who may get a message.
    """
    rules, folder = rules_of(settings), folder_of(settings)
    columns = columns_at(settings, as_of=as_of, allowed=allowed)
    members = {name: columns.members(rule, rules) for name, rule in rules.items()}
    built = {
        f"segments.{name}": Column.of_codes(own.astype(np.int8), (False, True), "boolean")
        for name, own in members.items()
    }
    journeys = journeys_in(settings)
    definitions = {name: definition(name, rules, journeys) for name in rules}
    stays, sizes = history.refreshed(
        folder, definitions, members.__getitem__, columns.ids, as_of=as_of, build=columns.build
    )
    write_columns(folder, replace(columns, columns={**columns.columns, **built}))
    history.keep(folder, stays, sizes)
    if draft is not None:
        write_months(draft, settings, sizes)
        write_traits(draft, settings, columns, members, rules)
        write_audiences(draft, settings, columns, members, under_caps)


def write_segments(audience: Audience, draft: Draft, *, under_caps: UnderCaps | None = None) -> None:
    """As a part of the refresh of all insights; what is counted from has files of its own.

    Where nothing was built yet there are no features to count from, which whoever counts is told.
    """
    if audience.settings.feature_set.is_file():
        refresh_segments(
            audience.settings, as_of=audience.as_of, allowed=audience.allowed, draft=draft, under_caps=under_caps
        )


def forget_in_segments(settings: Settings, customers: Collection[str]) -> None:
    """Take people out of columns, members and history; columns that cannot be read are removed: a refresh is due."""
    folder = folder_of(settings)
    history.forget(folder, customers)
    try:
        columns = open_columns(folder) if version_of(folder) is not None else None
        others = None if columns is None else columns.without(customers)
        if others is not None and others is not columns:
            write_columns(folder, others)
    except (OSError, ValueError, KeyError):
        remove_columns(folder)
