"""What a registered model says: its report, and the reasons for its scores in words."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from features.config.settings import Settings
from features.errors import StamkundError
from features.sentences.figures import Money
from features.sentences.phrasebook import Phrasebook
from training.learners.model import Model
from training.registry.versions import champion_versions, features_of, listing, load, report_of
from training.targets.declared import selected_targets
from training.verdict.report import TrainingReport

_COLUMNS = {
    "customer_id": pl.String, "rank": pl.Int64, "feature": pl.String, "value": pl.Float64, "usual": pl.Float64,
    "contribution": pl.Float64, "text": pl.String,
}  # fmt: skip


def model(settings: Settings, target: str, *, version: int | None = None) -> Model:
    """A registered version of a target's model, by default the champion; its ``predict`` scores feature rows.

    >>> settings = Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"lapse": {"type": "lapse"}}})
    >>> model(settings, "lapse")
    Traceback (most recent call last):
    features.errors.StamkundError: 'lapse' has no champion. Train it, or name a version.
    """
    return load(settings, target, _version(settings, target, version))


def report(settings: Settings, target: str, *, version: int | None = None) -> TrainingReport:
    """What was found when a version was trained, by default the champion: figures, race, level, verdict.

    >>> settings = Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"lapse": {"type": "lapse"}}})
    >>> report(settings, "laps")
    Traceback (most recent call last):
    features.errors.StamkundError: Unknown target 'laps'; did you mean 'lapse'? Known: lapse.
    """
    number = _version(settings, target, version)
    ours = next(each for each in listing(settings) if (each.name, each.version) == (target, number))
    return TrainingReport.loads(report_of(settings, ours), selected_targets(settings, [target])[0])


def reasons(settings: Settings, target: str, rows: Any, *, top: int = 3, version: int | None = None) -> Any:
    """Why a model says what it says of each row: the features that add most to the score or take most away, in words.

    A row a reason: ``customer_id, rank, feature, value, usual, contribution, text``, in the kind of frame that went in.
    Contributions are in log-odds of a probability or in the log of an amount; those of an estimator of one's own are
    the changes of its score if each feature alone had its usual value.

    Args:
        settings: of the company.
        target: whose model is asked.
        rows: ``customer_id`` and the model's features, a frame of any kind: a training table, or profiles at a moment.
        top: how many reasons for each row.
        version: of the model; by default the champion.

    >>> settings = Settings.model_validate({"name": "Shop", "sources": {}, "targets": {"lapse": {"type": "lapse"}}})
    >>> reasons(settings, "lapse", [])
    Traceback (most recent call last):
    features.errors.StamkundError: 'lapse' has no champion. Train it, or name a version.
    """
    asked = model(settings, target, version=version)
    frame = nw.from_native(rows, eager_only=True)
    missing = [name for name in ("customer_id", *asked.feature_names) if name not in frame.columns]
    if missing:
        text = f"The rows lack {len(missing)} columns that '{target}' reads, such as '{missing[0]}'."
        raise StamkundError("unknown_column", text, field="rows")
    feature_set = features_of(settings, asked)
    money = Money(settings.currency, settings.minor_units)
    book = Phrasebook.of(feature_set.features, asked.feature_names, money=money, language=settings.language)
    x = frame.select(*asked.feature_names).to_numpy().astype(np.float64)
    told = zip(frame["customer_id"].to_list(), asked.told_reasons(x, book, top), strict=True)
    out = [
        (customer, rank, each.code, each.value, each.usual, each.contribution, each.text)
        for customer, found in told
        for rank, each in enumerate(found, start=1)
    ]
    return _like(frame, pl.DataFrame(out, schema=_COLUMNS, orient="row"))


def _like(frame: nw.DataFrame[Any], out: pl.DataFrame) -> Any:
    """A frame of the kind that went in."""
    return nw.from_arrow(out.to_arrow(), backend=frame.implementation).to_native()


def _version(settings: Settings, target: str, version: int | None) -> int:
    selected_targets(settings, [target])
    number = version or champion_versions(settings).get(target)
    if number is None:
        raise StamkundError("no_model", f"'{target}' has no champion. Train it, or name a version.", field="target")
    known = [each.version for each in listing(settings) if each.name == target]
    if number not in known:
        text = f"'{target}' has no version {number}. Registered: {', '.join(map(str, known)) or 'none'}."
        raise StamkundError("unknown_version", text, field="version")
    return number
