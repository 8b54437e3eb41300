"""By how many people periods that are over were revised."""

from __future__ import annotations

from features.config.settings import Settings
from features.identity.people import customers_of
from features.identity.rulings import in_force
from features.lake import Lake
from features.profiles.consent import TODAY, gatekeeper_of
from insights.revisions import Revisions
from serving.store.since_build import erasures, rulings, since_build


def revisions_of(settings: Settings) -> Revisions:
    """How many were erased, have said no to insights, and were merged or split by a ruling in force, all so far.

    Whoever came back and was erased again counts twice: nobody knows them from before.
    """
    lake, since = Lake(settings.lake), since_build(settings)
    keeper = gatekeeper_of(settings, lake, later=since.events)
    refusing = frozenset() if keeper is None else keeper.refusing("insights") - since.erased
    ruled_on = {node for ruling in in_force(rulings(settings)) for node in ruling.nodes}
    people = customers_of(lake, ruled_on, as_of=TODAY)
    return {"erased": len(erasures(settings)), "withdrawn": len(refusing), "ruled_on": len(people)}
