"""The tables of what is lost at steps and stages, and of where those who were dropped went instead."""

from __future__ import annotations

import json
from typing import Final

import pyarrow as pa

from features.errors import StamkundError
from insights.intervals import Estimate
from insights.journeys.tables.declared import journeys_at
from insights.loss.following import FOLLOWING, following
from insights.loss.stages import stage_losses
from insights.loss.steps import StepLoss, step_losses
from insights.people import Audience
from insights.tables import Draft

_AMOUNTS: Final = tuple(
    f"{name}{end}" for name in ("gross", "anyway", "lost", "point") for end in ("", "_low", "_high")
)
LOSSES: Final = pa.schema([
    ("journey", pa.string()), ("step", pa.string()), ("went", pa.int64()), ("dropped", pa.int64()),
    *((name, pa.float64()) for name in _AMOUNTS), ("refusal", pa.string()), ("params", pa.string()),
])  # fmt: skip

STAGE_LOSSES: Final = pa.schema([("period", pa.string()), ("stage", pa.string()), *list(LOSSES)[2:]])


def write_losses(audience: Audience, draft: Draft) -> None:
    """Write ``losses`` and ``journey_next``, in minor units; of what is refused the code and parameters of why."""
    rows: list[dict[str, object]] = []
    went = [FOLLOWING.empty_table()]
    for journey in journeys_at(audience):
        went.append(following(audience, journey))
        try:
            losses = step_losses(audience.events(), journey, as_of=audience.as_of)
        except StamkundError as refused:
            if refused.code != "loss_of_any_order":
                raise
            told = {"journey": journey.name, "refusal": refused.code, "params": "{}"}
            rows += [{**told, "step": step} for step in journey.names[:-1]]
            continue
        rows += [_row(journey.name, loss) for loss in losses]
    draft.write("losses", pa.Table.from_pylist(rows, LOSSES))
    draft.write("journey_next", pa.concat_tables(went))


def write_stage_losses(audience: Audience, draft: Draft) -> None:
    """Write ``stage_losses``, in minor units: a row for each stage that customers left in the last month known."""
    rows = [
        {"period": period, "stage": loss.step} | _row("", loss) for period, loss in stage_losses(audience)
    ]  # fmt: skip
    draft.write("stage_losses", pa.Table.from_pylist(rows, STAGE_LOSSES))


def _row(journey: str, loss: StepLoss) -> dict[str, object]:
    told = {"gross": loss.gross, "anyway": loss.anyway, "lost": loss.lost, "point": loss.point}
    amounts = {key: value for name, estimate in told.items() for key, value in _parts(name, estimate).items()}
    refusal = loss.refusal
    return {
        "journey": journey, "step": loss.step, "went": loss.went, "dropped": loss.dropped, **amounts,
        "refusal": refusal.code if refusal else None, "params": json.dumps(dict(refusal.params)) if refusal else "{}",
    }  # fmt: skip


def _parts(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    parts = {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return {key: None if float(value) != float(value) else float(value) for key, value in parts.items()}
