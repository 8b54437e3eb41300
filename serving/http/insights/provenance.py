"""What every answer about all customers begins with."""

from __future__ import annotations

from features.moments import iso
from insights.tables import Manifest
from serving.http.insights.contract.provenance import Provenance


def provenance(manifest: Manifest) -> Provenance:
    """The refresh that an answer is of."""
    return {"as_of": iso(manifest.as_of), "build": manifest.build, "revisions": manifest.revisions}
