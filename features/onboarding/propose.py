"""A first ``stamkund.yaml`` from the files someone has: what their columns seem to mean, and where that is unsure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from features.errors import StamkundError
from features.onboarding.drafts import drafts_of
from features.onboarding.facts.opening import tables_of
from features.onboarding.proposal.common_settings import head, tail
from features.onboarding.proposal.formats import formats_of
from features.onboarding.proposal.proposal import Proposal
from features.onboarding.relations.joins import joined
from features.onboarding.relations.orders_of_answers import with_customers_of_orders
from features.onboarding.relations.people import with_people
from features.onboarding.relations.same_orders import without_same_orders


def propose(paths: Sequence[Path], *, home: Path = Path()) -> Proposal:
    """The settings for these files and folders, to be written into the folder ``home``."""
    if not paths:
        msg = "Name the files to look at: stamkund init orders.csv customers.csv"
        raise StamkundError("no_files", msg)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        tables, errors = tables_of(connection, paths)
        if errors and not tables:
            raise errors[0][1]
        drafts = [
            draft for table in with_people(with_customers_of_orders(joined(tables))) for draft in drafts_of(table)
        ]
        drafts = without_same_orders([draft.adding(formats_of(draft)) for draft in drafts])
        proposal = Proposal(drafts, errors, home)
        lines, questions = head(proposal)
        return replace(proposal, head=lines, questions=questions, tail=tail(proposal))
