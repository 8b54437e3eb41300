from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
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
from training.job import Job
from training.learners.model import Model, quantiles
from training.metrics.by_kind import model_metrics, rule_metrics
from training.registry.promotion import promote, rollback
from training.registry.versions import champion_versions, champions, listing
from training.targets import ScoreKind, targets_of
from training.targets.populations.origins import origins
from training.trainer import train
from training.verdict.baseline import best_rule, rule_scores
from training.verdict.evaluate import evaluate, outcome_dataset
from training.verdict.gate import Evidence, Refusal, advantage
from training.verdict.report import TrainingReport
from training.walk.dataset import Dataset, training_datasets
from training.walk.rows import history_start
from training.walk.walk_forward import WalkForward, block_start, walk_forward

AS_OF, DAYS, CUSTOMERS = 280 * DAY, 330, 160


def events() -> pl.DataFrame:
    """A shop whose regulars come about weekly until, one day, each of them stops coming."""
    rng = np.random.default_rng(8)
    rows = []
    for customer in range(CUSTOMERS):
        begins, ends, pace = rng.uniform(0, 120), rng.exponential(500), rng.gamma(3, 1 / 12)
        day = begins + rng.exponential(1 / pace)
        while day < min(begins + ends, DAYS):
            rows.append((f"c{customer}", int(day * DAY), int(rng.gamma(3, 500))))
            day += rng.exponential(1 / pace)
    frame = pl.DataFrame(rows, schema={"customer_id": pl.String, "time": pl.Int64, "value": pl.Int64}, orient="row")
    return frame.sort("time").with_row_index("n").with_columns(
        pl.format("e{}", "n").alias("event_id"), pl.format("o{}", "n").alias("order_id"),
        pl.lit("order").alias("kind"), pl.lit(1).alias("order_line"), pl.lit("EUR").alias("currency"),
    ).drop("n")  # fmt: skip


def shop(folder: Path, frame: pl.DataFrame, **gate: object) -> Settings:
    document = {
        "name": "Corner shop", "home": str(folder), "sources": {},
        "targets": {"lapse": {"type": "lapse"}, "spend": {"type": "spend"}, "offer": {"type": "redemption"}},
        "gate": {"outcomes": 40, "slope": [0.2, 5.0], "level": 0.9, "confidence": 0.01, **gate},
    }  # fmt: skip
    settings = Settings.model_validate(document)
    lake = Lake(settings.lake)
    lake.write({"events": frame})
    fit_features(lake, as_of=AS_OF // 2, windows=(84,)).save(settings.feature_set)
    return settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return shop(tmp_path_factory.mktemp("shop"), events())


@pytest.fixture(scope="module")
def reports(settings: Settings) -> dict[str, TrainingReport]:
    return {report.target.name: report for report in train(settings, as_of=AS_OF)}


def test_what_passes_the_gate_becomes_champion(settings: Settings, reports: dict[str, TrainingReport]) -> None:
    passed = {name: 1 for name, report in reports.items() if report.verdict.passed}
    assert passed == champion_versions(settings)
    assert "lapse" in passed
    assert champions(settings)["lapse"].feature_set_hash == reports["lapse"].model.feature_set_hash  # type: ignore[union-attr]


def test_a_report_has_the_rule_beside_the_model(reports: dict[str, TrainingReport]) -> None:
    lapse, spend = reports["lapse"], reports["spend"]
    assert 0.5 < lapse.metrics["auc"] <= 1
    assert lapse.baseline is not None
    assert lapse.baseline_metrics["auc"] > 0.5
    assert spend.baseline is not None
    assert spend.baseline.startswith("spend_")
    assert spend.metrics["mae"] > 0
    assert lapse.origins == 32  # every 7 days from day 252 back to day 35; the first order is a bit after day 0


def test_features_that_do_not_say_whom_to_score_are_refused_and_the_model_is_not_promoted(tmp_path: Path) -> None:
    settings = shop(tmp_path, events())
    fitted = FeatureSet.load(settings.feature_set)
    kept = tuple(feature for feature in fitted.features if feature.name != "days_since_last_order")
    replace(fitted, features=kept).save(settings.feature_set)
    (report,) = train(settings, as_of=AS_OF, targets=["lapse"])
    assert [refusal.code for refusal in report.verdict.refusals] == ["feature_missing"]
    assert (report.version, champion_versions(settings)) == (1, {})


def test_a_corrupt_feature_set_ends_training_with_its_file_and_the_remedy(tmp_path: Path) -> None:
    document = {"name": "Corner shop", "home": str(tmp_path), "sources": {}, "targets": {"lapse": {"type": "lapse"}}}
    Lake(tmp_path / "lake").write({})
    (tmp_path / "features.json").write_text('{"format": 5}')
    with pytest.raises(StamkundError, match=r"features\.json is corrupt: fitted_at: Field required") as refused:
        train(Settings.model_validate(document), as_of=AS_OF)
    assert refused.value.code == "feature_set_corrupt"


def test_without_contacts_there_is_a_refusal_and_no_model(reports: dict[str, TrainingReport]) -> None:
    offer = reports["offer"]
    assert offer.model is None
    assert offer.version is None
    assert [refusal.code for refusal in offer.verdict.refusals] == ["too_few_outcomes"]


def test_a_refused_model_is_kept_without_the_alias(tmp_path: Path) -> None:
    strict = shop(tmp_path, events(), slope=[0.999, 1.0])
    (report,) = train(strict, as_of=AS_OF, targets=["lapse"])
    assert [refusal.code for refusal in report.verdict.refusals] == ["not_calibrated"]
    assert report.version == 1
    assert not report.promoted
    assert champion_versions(strict) == {}
    with pytest.raises(StamkundError, match="not_calibrated"):
        promote(strict, "lapse", 1)


@pytest.mark.parametrize("days", [0, 27])
def test_a_short_history_is_refused_by_the_gate(settings: Settings, days: int) -> None:
    reports = train(settings, as_of=history_start(Lake(settings.lake), as_of=AS_OF) + days * DAY)
    assert [report.verdict.refusals[0].code for report in reports] == ["too_little_history"] * 3
    assert [(report.rows, report.model) for report in reports] == [(0, None)] * 3


@pytest.mark.slow
def test_a_back_test_replaces_no_champion_that_knows_more(tmp_path: Path) -> None:
    settings = shop(tmp_path, events())
    train(settings, as_of=AS_OF, targets=["lapse"])
    (earlier,) = train(settings, as_of=AS_OF - 14 * DAY, targets=["lapse"])
    assert [refusal.code for refusal in earlier.verdict.refusals] == ["older_than_champion"]
    assert (earlier.version, earlier.promoted) == (2, False)
    assert champion_versions(settings) == {"lapse": 1}
    (again,) = train(settings, as_of=AS_OF - 14 * DAY, targets=["lapse"])
    assert (again.unchanged, again.verdict, again.promoted) == (True, earlier.verdict, False)
    promote(settings, "lapse", 2)  # who wants it all the same may have it
    assert champion_versions(settings) == {"lapse": 2}


def test_the_same_inputs_make_no_new_version_and_tell_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = shop(tmp_path, events())
    with monkeypatch.context() as cut_off:
        cut_off.setattr(sys.modules[train.__module__], "promote", lambda *_: None)
        (first,) = train(settings, as_of=AS_OF, targets=["lapse"], quick=True)
    assert champion_versions(settings) == {}
    (again,) = train(settings, as_of=AS_OF, targets=["lapse"], quick=True)
    assert again.model is not None
    assert (again.unchanged, again.version, again.promoted) == (True, 1, True)  # what was cut off is made good
    assert champion_versions(settings) == {"lapse": 1}
    assert again.model.scorer.files() == first.model.scorer.files()  # type: ignore[union-attr]
    assert replace(again, model=None, seconds=0.0, unchanged=False) == replace(first, model=None, seconds=0.0)
    Lake(settings.lake).write({"events": events().filter(pl.col("time") <= AS_OF)})  # another lake, the same past
    assert train(settings, as_of=AS_OF, targets=["lapse"], quick=True)[0].unchanged
    assert [entry.version for entry in listing(settings)] == [1]


@pytest.mark.slow
def test_a_worse_model_becomes_the_challenger_and_the_champion_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = shop(tmp_path, events())
    train(settings, as_of=AS_OF - DAY, targets=["lapse"], quick=True)
    rivals = []

    def worse(_: Model, champion: Model | None, *__: object) -> list[Refusal]:
        rivals.append(champion and champion.version)
        return [Refusal("not_better_than_champion", "")]

    monkeypatch.setattr(sys.modules[train.__module__], "succession", worse)
    for _ in range(2):
        (report,) = train(settings, as_of=AS_OF, targets=["lapse"], quick=True)
        assert (report.version, report.standing, report.promoted) == (2, "challenger", False)
        assert [entry.aliases for entry in listing(settings)] == [("challenger",), ("champion",)]
    assert rivals == [1]
    assert listing(settings)[0].gate == "passed"


def test_who_rolled_back_is_not_overruled_by_the_same_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = shop(tmp_path, events())
    monkeypatch.setattr(sys.modules[train.__module__], "succession", lambda *_: [])
    for day in (-1, 0):
        train(settings, as_of=AS_OF + day * DAY, targets=["lapse"], quick=True)
    rollback(settings, "lapse")
    (again,) = train(settings, as_of=AS_OF, targets=["lapse"], quick=True)
    assert (again.unchanged, again.version, again.promoted) == (True, 2, False)
    assert champion_versions(settings) == {"lapse": 1}


def fingerprint_of(settings: Settings, *, quick: bool = False) -> str:
    """What a training is told by, before it begins."""
    found: list[str] = []

    def stop(_: Settings, __: str, fingerprint: str) -> None:
        found.append(fingerprint)
        raise StopIteration

    with pytest.MonkeyPatch.context() as patch, pytest.raises(StopIteration):
        patch.setattr(sys.modules[train.__module__], "made_from", stop)
        train(settings, as_of=AS_OF, targets=[next(iter(settings.targets))], quick=quick)
    return found[0]


@pytest.mark.slow
def test_whatever_a_model_is_made_from_is_in_its_fingerprint(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_first = fingerprint_of(settings)
    assert at_first == fingerprint_of(shop(tmp_path / "another", events()))
    renamed = settings.model_copy(update={"targets": {"gone": settings.targets["lapse"]}})
    one_less = shop(tmp_path / "less", events().filter(pl.col("event_id") != "e1000"))
    FeatureSet.load(settings.feature_set).save(one_less.feature_set)
    other_features = shop(tmp_path / "features", events())
    replace(FeatureSet.load(settings.feature_set), basis="other").save(other_features.feature_set)
    others = [
        fingerprint_of(renamed),
        fingerprint_of(settings.model_copy(update={"gate": settings.gate.model_copy(update={"outcomes": 41})})),
        fingerprint_of(one_less),
        fingerprint_of(other_features),
        fingerprint_of(settings, quick=True),
    ]
    monkeypatch.setattr(sys.modules[Job.__module__], "code_version", lambda: "0.0.0+another")
    assert len({at_first, *others, fingerprint_of(settings)}) == 7


def test_later_events_change_no_table(tables: Mapping[str, Dataset], tmp_path: Path) -> None:
    one, two = tables, tables_of(shop(tmp_path, events().filter(pl.col("time") <= AS_OF)))
    for name in one:
        assert one[name].x.tobytes() == two[name].x.tobytes()
        assert np.array_equal(one[name].y, two[name].y, equal_nan=True)
        assert np.isnan(one[name].y).tolist() == (one[name].known_at > AS_OF).tolist()


def test_evaluation_compares_with_what_came_true(settings: Settings, reports: dict[str, TrainingReport]) -> None:
    model = reports["lapse"].model
    assert model is not None
    evaluation = evaluate(settings, model, as_of=AS_OF)
    assert evaluation.rows > 50
    assert 0.5 < evaluation.metrics["auc"] <= 1
    with pytest.raises(StamkundError, match="not known") as refused:
        evaluate(settings, model, as_of=DAYS * DAY)
    assert refused.value.code == "outcomes_not_known"


def test_a_model_is_not_evaluated_on_what_it_has_seen(settings: Settings, reports: dict[str, TrainingReport]) -> None:
    model = reports["lapse"].model
    assert model is not None
    with pytest.raises(StamkundError, match="was trained at 1970-10-08, after 1970-10-07") as refused:
        evaluate(settings, model, as_of=AS_OF - DAY)
    assert refused.value.code == "trained_after"


def test_an_unknown_target_is_told_with_the_nearest(settings: Settings) -> None:
    with pytest.raises(StamkundError, match="did you mean 'lapse'"):
        train(settings, as_of=AS_OF, targets=["laps"])


def test_without_targets_there_is_nothing_to_train_and_the_refusal_says_how_to_declare_one(settings: Settings) -> None:
    with pytest.raises(StamkundError, match=r"targets: \{lapse: \{type: lapse") as refused:
        train(settings.model_copy(update={"targets": {}}), as_of=AS_OF)
    assert refused.value.code == "no_targets"


@pytest.mark.parametrize(("first", "count"), [(0, 17), (100, 9), (300, 0)])
def test_origins_are_complete_and_warm(settings: Settings, first: int, count: int) -> None:
    lapse = targets_of(settings)["lapse"]
    moments = origins(lapse.horizon_us, first=first * DAY, as_of=AS_OF)
    assert len(moments) == count
    assert all(moment + lapse.horizon_us <= AS_OF and moment >= (first + 28) * DAY for moment in moments)


def test_history_begins_with_the_commonest_kind(tmp_path: Path) -> None:
    stray = pl.DataFrame({"event_id": ["s"], "customer_id": ["c1"], "time": [-400 * DAY], "kind": ["contact"]})
    settings = shop(tmp_path, pl.concat([stray, events()], how="diagonal"))
    assert history_start(Lake(settings.lake), as_of=AS_OF) == events()["time"].min()


def tables_of(settings: Settings, *, as_of: int = AS_OF) -> Mapping[str, Dataset]:
    feature_set, targets = FeatureSet.load(settings.feature_set), list(targets_of(settings).values())
    return training_datasets(Lake(settings.lake), feature_set, targets, as_of=as_of, minor_units=2)


@pytest.fixture(scope="module")
def tables(settings: Settings) -> Mapping[str, Dataset]:
    return tables_of(settings)


@pytest.mark.parametrize("name", ["lapse", "spend"])
def test_a_model_is_what_the_fit_gave_and_its_percentiles_are_of_those_to_be_scored(
    name: str, reports: dict[str, TrainingReport], tables: Mapping[str, Dataset], fits: Mapping[str, WalkForward]
) -> None:
    model, rows = reports[name].model, tables[name]
    assert model is not None
    fitted = fits[name]
    assert model.calibration == fitted.calibration
    assert model.scorer.files() == fitted.scorer.files()
    base = rows.where(rows.as_of == AS_OF)
    assert 50 < len(base) < len(rows) / 10
    assert model.percentiles == quantiles(model.predict(base.x))


@pytest.mark.usefixtures("sketch")
@pytest.mark.slow
def test_without_anyone_to_be_scored_percentiles_are_of_all_that_taught(settings: Settings) -> None:
    later = (DAYS + 60) * DAY  # the last order is more than 56 days ago
    (report,) = train(settings, as_of=later, targets=["lapse"])
    rows = tables_of(settings, as_of=later)["lapse"]
    assert rows.as_of.max() < later
    assert report.model is not None
    assert report.model.percentiles == quantiles(report.model.predict(rows.x))


def asking(settings: Settings, **gate: object) -> Settings:
    """The same shop with another gate, of calibration the less: a sketch of a model is timid."""
    return settings.model_copy(
        update={"gate": settings.gate.model_copy(update={"slope": (0.0, 999.0), "level": 0.9, **gate})}
    )


@pytest.mark.usefixtures("sketch")
@pytest.mark.parametrize(("after", "codes"), [(0, []), (1, ["features_fitted_late"])])
def test_features_fitted_after_the_first_moment_of_the_test_are_refused(
    settings: Settings, tables: Mapping[str, Dataset], tmp_path: Path, after: int, codes: list[str]
) -> None:
    tested_from = block_start(tables["lapse"].known_by(AS_OF), "probability", outcomes=20)
    assert tested_from is not None
    late = asking(shop(tmp_path, events()))
    replace(FeatureSet.load(settings.feature_set), fitted_at=tested_from + after).save(late.feature_set)
    (report,) = train(late, as_of=AS_OF, targets=["lapse"])
    assert [refusal.code for refusal in report.verdict.refusals] == codes
    assert report.promoted is (not codes)


@pytest.mark.usefixtures("sketch")
@pytest.mark.parametrize(("more", "codes"), [(0, []), (1, ["too_few_outcomes"])])
def test_outcomes_of_the_rarer_class_are_counted_at_origins_alone(
    settings: Settings, tables: Mapping[str, Dataset], more: int, codes: list[str]
) -> None:
    known = tables["lapse"].known_by(AS_OF)
    lapsed = int(known.y[known.fresh].sum())
    assert lapsed < np.sum(known.y[known.fresh] == 0)
    assert lapsed < known.y.sum()
    (report,) = train(asking(settings, outcomes=lapsed + more), as_of=AS_OF, targets=["lapse"])
    assert [refusal.code for refusal in report.verdict.refusals] == codes
    assert report.promoted is (not codes)


@pytest.mark.usefixtures("sketch")
@pytest.mark.parametrize(("days", "codes"), [(252, []), (251, ["too_little_history"])])
def test_a_history_of_some_horizons_is_just_enough(settings: Settings, days: int, codes: list[str]) -> None:
    """Nine horizons of 28 days."""
    first = history_start(Lake(settings.lake), as_of=AS_OF)
    (report,) = train(asking(settings, horizons=9), as_of=first + days * DAY, targets=["lapse"])
    assert [refusal.code for refusal in report.verdict.refusals] == codes


def test_moments_between_origins_teach_and_are_no_outcome_more(tables: Mapping[str, Dataset]) -> None:
    for name in ("lapse", "spend"):
        rows, horizon = tables[name], 28 if name == "lapse" else 84
        counted = {280, *range(280 - horizon, 28, -14)}
        assert set((rows.as_of[rows.fresh] // DAY).tolist()) == counted
        assert set((rows.as_of[~rows.fresh] // DAY).tolist()) == {day - 7 for day in counted if day - 7 >= 28}


def test_what_is_evaluated_is_everyone_of_the_moment_and_what_they_did(
    settings: Settings, reports: dict[str, TrainingReport]
) -> None:
    model = reports["lapse"].model
    assert model is not None
    at = AS_OF + 5 * DAY
    orders = events().with_columns(pl.col("time") - at)
    active = set(orders.filter(pl.col("time").is_between(-56 * DAY, 0, closed="right"))["customer_id"])
    stayed = set(orders.filter(pl.col("time").is_between(0, 28 * DAY, closed="right"))["customer_id"])
    found = evaluate(settings, model, as_of=at)
    assert found.rows == len(active)
    assert found.metrics["rate"] == pytest.approx(len(active - stayed) / len(active))
    rows = outcome_dataset(settings, model, as_of=at)
    assert found.metrics == model_metrics("probability", rows.y, model.predict(rows.x))
    assert found.baseline is not None
    assert found.baseline_metrics["auc"] > 0.5
    assert found.left_out == 0


@pytest.mark.parametrize(("after", "known"), [(0, True), (1, False)])
def test_what_came_true_is_known_when_the_horizon_ends_by_the_end_of_the_last_day(
    settings: Settings, reports: dict[str, TrainingReport], after: int, *, known: bool
) -> None:
    model = reports["lapse"].model
    assert model is not None
    last_day = int(events()["time"].to_numpy().max()) // DAY
    moment = (last_day + 1) * DAY - 28 * DAY + after
    if known:
        assert evaluate(settings, model, as_of=moment).rows > 50
    else:
        with pytest.raises(StamkundError) as refused:
            evaluate(settings, model, as_of=moment)
        assert refused.value.code == "outcomes_not_known"


def test_a_model_of_other_features_is_not_evaluated(settings: Settings, reports: dict[str, TrainingReport]) -> None:
    model = reports["lapse"].model
    assert model is not None
    with pytest.raises(StamkundError, match="stamkund train") as refused:
        evaluate(settings, replace(model, feature_set_hash="other"), as_of=AS_OF)
    assert refused.value.code == "feature_set_mismatch"


@pytest.fixture(scope="module")
def fits(tables: Mapping[str, Dataset]) -> Mapping[str, WalkForward]:
    """What the models are made by: each block holds half of the outcomes that the gate asks for."""
    kinds: dict[str, ScoreKind] = {"lapse": "probability", "spend": "amount"}
    found = {name: walk_forward(tables[name], kind, as_of=AS_OF, outcomes=20) for name, kind in kinds.items()}
    return {name: fitted for name, fitted in found.items() if fitted is not None}


def test_a_report_tells_what_the_gate_saw(
    settings: Settings,
    reports: dict[str, TrainingReport],
    tables: Mapping[str, Dataset],
    fits: Mapping[str, WalkForward],
) -> None:
    feature_set = FeatureSet.load(settings.feature_set)
    for name in ("lapse", "spend"):
        report, rows = reports[name], tables[name]
        assert report.model is not None
        target, names = report.target, report.model.feature_names
        fitted = fits[name]
        y, rules = fitted.test.y, rule_scores(target.rules(feature_set), names, fitted.test.x)
        rule = best_rule(target.score_kind, y, rules)
        assert rule is not None
        assert (report.tested, report.baseline) == (len(y), rule)
        assert report.metrics == model_metrics(target.score_kind, y, fitted.test_scores)
        assert report.baseline_metrics == rule_metrics(target.score_kind, y, rules[rule])
        seen = Evidence(y, fitted.test_scores, fitted.test.customers, rule, rules[rule])
        assert report.verdict.confidence == advantage(target, seen)
        usable = rows.known_by(AS_OF)
        assert (report.rows, report.customers) == (len(usable), len(set(usable.customers.tolist())))
