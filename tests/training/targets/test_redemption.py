"""Redemption over a year of campaigns: learnt at the contact and while the campaign runs, as it is scored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.profiles.fit import fit_features
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from tests.training.campaigns import AS_OF, CAMPAIGNS, DAYS, events, offers
from training.learners.model import Model
from training.targets import targets_of
from training.targets.redemption import Redemption
from training.trainer import train
from training.verdict.evaluate import evaluate, outcome_dataset
from training.walk.dataset import Dataset, training_datasets
from training.walk.rows import history_start
from training.walk.walk_forward import outcome_count


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    document = {
        "name": "Corner shop", "home": str(tmp_path_factory.mktemp("campaigns")), "sources": {},
        "targets": {"redemption": {"type": "redemption"}}, "gate": {"outcomes": 80},
    }  # fmt: skip
    settings = Settings.model_validate(document)
    lake = Lake(settings.lake)
    rows = [row for row in events() if int(str(row["time"])) <= DAYS * DAY]
    lake.write({"events": pl.DataFrame(rows, infer_schema_length=None), "offers": pl.DataFrame(offers())})
    fit_features(lake, as_of=100 * DAY).save(settings.feature_set)
    return settings


@pytest.fixture(scope="module")
def table(settings: Settings) -> Dataset:
    targets = list(targets_of(settings).values())
    lake, known = Lake(settings.lake), FeatureSet.load(settings.feature_set)
    return training_datasets(lake, known, targets, as_of=AS_OF, minor_units=2)["redemption"]


@pytest.fixture(scope="module")
def model(settings: Settings) -> Model:
    (report,) = train(settings, as_of=AS_OF)
    assert report.model is not None
    return report.model


def test_it_learns_at_the_contact_and_every_week_until_the_outcome(table: Dataset) -> None:
    fresh, later = table.where(table.fresh), table.where(~table.fresh)
    assert set(fresh.as_of.tolist()) == {c * DAY for c in CAMPAIGNS if c * DAY <= AS_OF}
    assert {(AS_OF - moment) % (7 * DAY) for moment in later.as_of.tolist()} == {0}
    assert 4 * len(fresh) < len(later) < 6 * len(fresh)
    assert outcome_count(table.known_by(AS_OF), "probability") == int(
        fresh.known_by(AS_OF).y.sum()
    )  # a look is none more


def test_nothing_is_learnt_that_was_not_known(settings: Settings, table: Dataset) -> None:
    assert np.isnan(table.y).tolist() == (table.known_at > AS_OF).tolist()
    (target,) = targets_of(settings).values()
    assert isinstance(target, Redemption)
    lake, first = Lake(settings.lake), history_start(Lake(settings.lake), as_of=AS_OF)
    rows = pl.concat([target.contacts(lake), target.running(lake, moments=range(AS_OF, first, -7 * DAY))])
    spans = rows.group_by("customer_id", "campaign_id").agg(pl.col("as_of").max(), pl.col("known_at").min())
    assert (spans["as_of"] < spans["known_at"]).all()  # no contact is on both sides of a cut


def test_no_later_event_changes_a_row(settings: Settings, table: Dataset, tmp_path: Path) -> None:
    # Some weeks before AS_OF, so that the looks are at the same moments; campaigns run on both sides.
    then = AS_OF - 10 * 7 * DAY
    whole, cut = Lake(settings.lake), Lake(tmp_path)
    past = whole.scan("events").filter(pl.col("time") <= then).collect()
    cut.write({"events": past, "offers": whole.scan("offers").collect()})
    (target,), known = targets_of(settings).values(), FeatureSet.load(settings.feature_set)
    before = training_datasets(cut, known, [target], as_of=then, minor_units=2)["redemption"]
    after = table.where(table.as_of <= then)
    assert np.nansum(before.y) > 100
    assert after.customers.tolist() == before.customers.tolist()
    for name in ("x", "as_of", "known_at", "fresh"):
        assert getattr(after, name).tobytes() == getattr(before, name).tobytes(), name
    assert np.array_equal(np.where(after.known_at <= then, after.y, np.nan), before.y, equal_nan=True)


def test_a_running_campaign_is_scored_as_it_comes_true(settings: Settings, table: Dataset, model: Model) -> None:
    """At the contact's rate the scores would be far too high: most responses come early."""
    (target,) = targets_of(settings).values()
    assert isinstance(target, Redemption)
    came_true = target.running(Lake(settings.lake), moments=[AS_OF])["y"].to_numpy()
    scores = model.predict(table.where((table.as_of == AS_OF) & ~table.fresh).x)
    at_contact = table.where(table.fresh).known_by(AS_OF).y.mean()
    assert len(scores) == len(came_true) > 60
    assert scores.mean() == pytest.approx(came_true.mean(), abs=0.05)
    assert came_true.mean() + 0.1 < at_contact


def test_only_outcomes_that_are_known_are_evaluated(settings: Settings, model: Model) -> None:
    known, every = (evaluate(settings, model, as_of=AS_OF, open_as_none=open_) for open_ in (False, True))
    assert known.rows > 50
    assert known.left_out > 50
    assert every.rows == known.rows + known.left_out
    assert every.left_out == 0
    with pytest.raises(StamkundError, match="is still open") as refused:
        evaluate(settings, model, as_of=320 * DAY)
    assert refused.value.code == "outcomes_not_known"


@pytest.mark.parametrize(("until", "days"), [(None, {305, 330}), (305 * DAY, {305}), (305 * DAY - 1, set())])
def test_contacts_after_the_moment_are_evaluated_up_to_another(
    settings: Settings, model: Model, until: int | None, days: set[int]
) -> None:
    """Campaigns start on days 280, the moment itself, 305 and 330."""
    if days:
        found = outcome_dataset(settings, model, as_of=AS_OF, until=until)
        assert set((found.as_of // DAY).tolist()) == days
    else:
        with pytest.raises(StamkundError, match="Nobody belongs") as refused:
            outcome_dataset(settings, model, as_of=AS_OF, until=until)
        assert refused.value.code == "no_outcomes"


def test_without_outcomes_after_the_last_moment_nobody_is_evaluated(settings: Settings, model: Model) -> None:
    with pytest.raises(StamkundError, match="Nobody belongs"):
        evaluate(settings, model, as_of=340 * DAY)
