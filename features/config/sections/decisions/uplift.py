"""Which candidates are ranked by what showing them changes: by the targets of uplift that tell it."""

from __future__ import annotations

from collections.abc import Mapping

from features.config.sections.decisions.arbitration import ArbitrationSettings
from features.config.sections.targets.targets import TargetSettings
from features.config.sections.targets.uplift import UpliftSettings
from features.errors import StamkundError


def check_uplift(arbitration: ArbitrationSettings, targets: Mapping[str, TargetSettings]) -> None:
    """Raise :class:`StamkundError` for what is no target of uplift, or for one whose uplift is no chance."""
    known = {name: target for name, target in targets.items() if isinstance(target, UpliftSettings)}
    for name in arbitration.uplift:
        field = f"decisions.arbitration.uplift.{name}"
        if name not in known:
            raise StamkundError.unknown("unknown_target", "target of type uplift", name, known, field=field)
        if known[name].measure != "happens":
            msg = (
                f"The target {name} tells an amount (`measure: value`), and what candidates are ranked by here is a "
                f"chance: say `measure: happens`, or rank by `formula: scores.{name}`."
            )
            raise StamkundError("bad_setting", msg, field=field)
