"""The catalogue that decisions chose from, kept once a version: candidates, checks, and by what they were ranked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, Self

import numpy as np
import orjson
import scipy.sparse as sp

from features.arrays import Floats
from serving.decisions.arbitration.arbitration import Arbitration
from serving.decisions.arbitration.uplifts import NONE, Uplifts
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.candidates.offers import Offer
from serving.decisions.eligibility.checks import Check, Checks
from serving.decisions.setup import Setup

_SETS = ("channels", "formats", "tags")


@dataclass(frozen=True)
class Catalogue:
    """What a decision of this version is made again from: its ``version`` is a hash of all of it."""

    candidates: Candidates
    checks: Checks
    arbitration: Arbitration
    weights: tuple[tuple[str, float], ...]  # of the arbitration: what each multiplies a score by where it holds

    @classmethod
    def of(cls, setup: Setup) -> Self:
        """The catalogue of what is set up."""
        weights = tuple((each.name, each.weight) for each in setup.arbitration.weights)
        return cls(setup.candidates, setup.checks, setup.arbitration, weights)

    @cached_property
    def content(self) -> bytes:
        """It as JSON."""
        ranking = self.arbitration
        told: dict[str, object] = {
            "candidates": [_told(offer) for offer in self.candidates.offers],
            "popularity": self.candidates.popularity.tolist(),
            "checks": [list(check) for check in self.checks.all],
            "by": ranking.by,
            "factors": sorted(ranking.factors),
            "weights": self.weights,
            "units": ranking.units,
        }
        if ranking.uplifts.targets:
            told["uplift"] = {"targets": ranking.uplifts.targets, "which": ranking.uplifts.which.tolist()}
        return orjson.dumps(told)

    @cached_property
    def version(self) -> str:
        """16 hexadecimal digits."""
        return blake2b(self.content, digest_size=8).hexdigest()

    @classmethod
    def read(cls, content: bytes) -> Self:
        """A catalogue from its content."""
        told = orjson.loads(content)
        offers = tuple(_offer(each) for each in told["candidates"])
        popularity = np.array(told["popularity"], dtype=np.float64)
        candidates = Candidates(offers, {}, sp.csr_array((0, len(offers))), popularity)
        arbitration = Arbitration(
            told["by"], frozenset(told["factors"]), (), None, frozenset(), told["units"], *_ranks(offers),
            _uplifts(told),
        )  # fmt: skip
        checks = Checks(tuple(Check(*each) for each in told["checks"]))
        return cls(candidates, checks, arbitration, tuple((name, weight) for name, weight in told["weights"]))


def _told(offer: Offer) -> dict[str, object]:
    """What tells of a candidate but the items that it is for."""
    return {**vars(offer), "item_ids": [], **{name: sorted(getattr(offer, name)) for name in _SETS}, "more": {}}


def _offer(told: dict[str, Any]) -> Offer:
    return Offer(**{**told, "item_ids": frozenset(), **{name: frozenset(told[name]) for name in _SETS}})


def _uplifts(told: dict[str, Any]) -> Uplifts:
    """Those that were declared, if any were."""
    uplift = told.get("uplift")
    return NONE if uplift is None else Uplifts(tuple(uplift["targets"]), np.array(uplift["which"], dtype=np.int64))


def _ranks(offers: tuple[Offer, ...]) -> tuple[Floats, Floats]:
    """The levers and the priorities of candidates."""
    levers = np.array([1.0 if o.lever is None else o.lever for o in offers], dtype=np.float64)
    return levers, np.array([-np.inf if o.priority is None else o.priority for o in offers], dtype=np.float64)
