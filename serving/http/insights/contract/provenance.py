"""Of which refresh an answer is."""

from __future__ import annotations

from typing_extensions import TypedDict

from insights.revisions import Revisions
from serving.http.contract.values import Moment


class Provenance(TypedDict):
    """The refresh that an answer is of: its moment, and the lake's version that it read.

    ``revisions`` tells by how many people periods that are over were revised; null where the refresh did not tell.
    """

    as_of: Moment
    build: str
    revisions: Revisions | None
