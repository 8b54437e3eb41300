"""Training tables as frames: a row a customer and past moment, with what came after it; and folds that respect time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import narwhals as nw
import numpy as np
import polars as pl

from features.arrays import Ints
from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.profiles.consent import gatekeeper_of
from features.profiles.fitted.feature_set import FeatureSet
from features.reading.moment import Moment, moment
from training.targets.declared import selected_targets
from training.walk.dataset import feature_names, training_datasets

if TYPE_CHECKING:
    import pandas as pd

_MOMENT = pl.Datetime("us", "UTC")


@overload
def training_table(
    settings: Settings, target: str, *, as_of: Moment, kind: Literal["polars"] = ...
) -> pl.DataFrame: ...
@overload
def training_table(settings: Settings, target: str, *, as_of: Moment, kind: Literal["pandas"]) -> pd.DataFrame: ...
def training_table(
    settings: Settings, target: str, *, as_of: Moment, kind: Literal["polars", "pandas"] = "polars"
) -> pl.DataFrame | pd.DataFrame:
    """What a model of a target learns from: all that was known at ``as_of``, of those who allow training.

    A row a customer and past moment: ``customer_id``; ``as_of``, the moment looked from; ``known_at``, when what came
    after it was known; ``outcome``, 1 or 0, or an amount in units of the currency; then the features, amounts in units
    of the currency, times in days, NaN where they are undefined. Rows are drawn as ``training: {rows: …}`` says.

    >>> settings = Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"lapse": {"type": "lapse"}}})
    >>> training_table(settings, "laps", as_of="2024-06-01")
    Traceback (most recent call last):
    features.errors.StamkundError: Unknown target 'laps'; did you mean 'lapse'? Known: lapse.
    """
    at = moment(as_of, timezone=settings.timezone)
    (selected,) = selected_targets(settings, [target])
    lake = Lake(settings.lake)
    lake.check_written()
    feature_set = FeatureSet.load(settings.feature_set)
    found = training_datasets(
        lake, feature_set, [selected], as_of=at, minor_units=settings.minor_units, most=settings.training.rows,
        keeper=gatekeeper_of(settings, lake),
    )  # fmt: skip
    rows = found[target].known_by(at)
    head = {
        "customer_id": pl.Series(rows.customers.tolist(), dtype=pl.String),
        "as_of": pl.Series(rows.as_of).cast(_MOMENT),
        "known_at": pl.Series(rows.known_at).cast(_MOMENT),
        "outcome": pl.Series(rows.y),
    }
    features = pl.from_numpy(rows.x, schema=list(feature_names(feature_set, selected)))
    frame = pl.DataFrame(head).hstack(features)
    return frame.to_pandas() if kind == "pandas" else frame


def folds(table: Any, *, count: int = 4) -> list[tuple[Ints, Ints]]:
    """Folds that walk forward: later moments in ``count`` blocks, each with the rows whose outcome was known before it.

    Pairs of the places of rows, to learn from and to test on: what scikit-learn takes as ``cv``.

    Args:
        table: a frame of any kind with ``as_of`` and ``known_at``, as :func:`training_table` gives.
        count: how many folds.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"])
    >>> table = pd.DataFrame({"as_of": days, "known_at": days + pd.Timedelta(days=28)})
    >>> [(past.tolist(), later.tolist()) for past, later in folds(table, count=2)]
    [([0, 1], [2]), ([0, 1, 2], [3])]
    """
    frame = nw.from_native(table, eager_only=True)
    as_of, known_at = (frame[name].to_numpy() for name in ("as_of", "known_at"))
    moments = np.unique(as_of)
    testable = moments[moments >= known_at.min()] if len(moments) else moments
    if count < 1 or len(testable) <= count:
        text = (
            f"There are {len(testable)} moments with an outcome known before them, and {count} folds were asked for. "
            "Ask for fewer, at least one, or take a table of more moments."
        )
        raise StamkundError("too_few_moments", text, field="count")
    return [
        (np.flatnonzero(known_at <= block[0]), np.flatnonzero((as_of >= block[0]) & (as_of <= block[-1])))
        for block in np.array_split(testable, count + 1)[1:]  # the first block is there to learn from
    ]
