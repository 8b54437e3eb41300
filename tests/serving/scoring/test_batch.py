from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.privacy.gatekeeper import all_but
from features.scores.table import read_scores
from features.units import DAY
from serving.http.answers.requests import ScoresRequest
from serving.http.answers.scores import answer_scores
from serving.http.current.state import CurrentState
from serving.privacy.erasure import erase
from serving.scoring.batches import everyone
from serving.scoring.batches.batch import score_batch, scores
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from tests.serving.shop import NOW
from training.btyd import BetaGeometric, GammaGamma
from training.orders import OrdersModel

ORDERS = OrdersModel(0, 0, 80, 1.1, BetaGeometric(1.2, 12.0, 0.9, 2.5, 2), GammaGamma(6.0, 4.0, 15.0))


def flat(answer: dict[str, object]) -> dict[str, object]:
    """A customer's answer over HTTP as a row of the batch."""
    models = answer.pop("models")
    propensities, next_order = answer.pop("propensities"), answer.pop("next_order")
    assert isinstance(models, dict)
    assert isinstance(next_order, dict)
    assert isinstance(propensities, dict)
    entries = [{"campaign_id": c, "probability": p} for c, p in propensities.items()]
    row = {**answer, "propensities": entries, **{f"next_order_{key}": value for key, value in next_order.items()}}
    for name, answer_of_model in models.items():
        row |= {f"{name}_{key}": value for key, value in answer_of_model.items() if key != "model"}
    return {key: value for key, value in row.items() if key not in ("id", "id_type")}


@pytest.mark.parametrize("orders", [None, ORDERS], ids=["rule", "model"])
@pytest.mark.parametrize("as_of", [None, "2017-11-20T12:00:00Z", "2017-03-01"])
def test_http_batch_and_python_say_the_same(
    current: CurrentState, tmp_path: Path, as_of: str | None, orders: OrdersModel | None
) -> None:
    everybody = [str(i) for i in range(80)]
    assert current.state.lineup is not None
    state = replace(current.state, lineup=replace(current.state.lineup, orders=orders))
    http = orjson.loads(orjson.dumps(answer_scores(state, ScoresRequest(customers=everybody, as_of=as_of))["scores"]))
    known = sorted((a for a in http if "error" not in a), key=lambda a: str(a["customer_id"]))
    at = {None: NOW, "2017-11-20T12:00:00Z": NOW - 12 * 86_400_000_000 - 43_200_000_000}.get(
        as_of, NOW - 277 * 86_400_000_000
    )
    frame = scores(state.settings, as_of=at, lineup=state.lineup)
    assert len(known) > 40
    assert (frame["next_order_low"].count() > 0) == (orders is not None)
    assert frame["build"].unique().to_list() == [state.lake.version]
    shown = frame.drop("as_of", "build").with_columns(pl.col(pl.Date).cast(pl.String))
    assert [flat(a) for a in known] == shown.to_dicts()
    score_batch(state.settings, as_of=at, out=tmp_path / "scores.parquet", lineup=state.lineup)
    assert_frame_equal(pl.read_parquet(tmp_path / "scores.parquet"), frame)


@pytest.mark.parametrize("reasons", [0, 1])
def test_a_batch_gives_as_many_reasons_as_are_asked_for(current: CurrentState, tmp_path: Path, reasons: int) -> None:
    state, out = current.state, tmp_path / "scores.parquet"
    score_batch(state.settings, as_of=NOW, out=out, lineup=state.lineup, reasons=reasons)
    told, whole = pl.read_parquet(out), scores(state.settings, as_of=NOW, lineup=state.lineup)
    assert told["lapse_reasons"].list.len().max() == reasons
    others = [name for name in whole.columns if not name.endswith("_reasons")]
    assert_frame_equal(told.select(others), whole.select(others), check_exact=True)


def test_chunks_change_nothing(current: CurrentState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scores(current.state.settings, as_of=NOW, lineup=current.state.lineup)
    monkeypatch.setattr(everyone, "CHUNK", 7)
    seen: list[tuple[str, int, int]] = []
    report = score_batch(
        current.state.settings,
        as_of=NOW,
        out=tmp_path / "deep" / "scores.parquet",
        lineup=current.state.lineup,
        progress=lambda *step: seen.append(step),
    )
    assert_frame_equal(pl.read_parquet(tmp_path / "deep" / "scores.parquet"), whole)
    assert report.customers == 80
    assert report.models == {"lapse": "1", "spend": "1", "redemption": "1"}
    assert seen[0] == ("profiles", 0, 1)
    assert seen[seen.index(("writing", 0, 12)) - 1] == ("scores", 80, 80)
    assert seen[-1] == ("writing", 12, 12)


def test_a_table_is_replaced_at_once(current: CurrentState, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    for at in (NOW - 400 * 86_400_000_000, NOW):
        report = score_batch(
            current.state.settings, as_of=at, out=url, table="customer scores", lineup=current.state.lineup
        )
    engine = sa.create_engine(url)
    assert sa.inspect(engine).get_table_names() == ["customer scores"]
    with engine.connect() as connection:
        rows = connection.execute(sa.text('SELECT * FROM "customer scores" ORDER BY customer_id')).mappings().all()
    engine.dispose()
    frame = scores(current.state.settings, as_of=NOW, lineup=current.state.lineup)
    assert len(rows) == report.customers == 80
    assert [row["predicted_clv"] for row in rows] == frame["predicted_clv"].to_list()
    assert [orjson.loads(row["lapse_reasons"]) for row in rows] == frame["lapse_reasons"].to_list()


def copied(settings: Settings, folder: Path) -> Settings:
    """The same shop in a home of its own, where nothing was scored yet."""
    home = shutil.copytree(settings.home, folder / "home", ignore=shutil.ignore_patterns("scores", "batches"))
    return settings.model_copy(update={"home": Path(home)})


def kept(settings: Settings) -> pl.DataFrame:
    return read_scores(settings.scores).sort("as_of", "model", "customer_id").collect()


def test_each_batch_keeps_what_each_model_said_and_a_second_one_changes_nothing(
    current: CurrentState, tmp_path: Path
) -> None:
    settings = copied(current.state.settings, tmp_path)
    for at in (NOW - 100 * DAY, NOW, NOW):
        score_batch(settings, as_of=at, out=tmp_path / "out.parquet", lineup=current.state.lineup)
    frame, told = pl.read_parquet(tmp_path / "out.parquet"), kept(settings)
    assert told["as_of"].unique(maintain_order=True).to_list() == [NOW - 100 * DAY, NOW]
    assert not told.select("customer_id", "model", "as_of").is_duplicated().any()
    columns = {"lapse": "lapse_probability", "spend": "spend_amount", "redemption": "redemption_probability"}
    for name, column in columns.items():
        now = told.filter(pl.col("as_of") == NOW, pl.col("model") == name)
        expected = frame.drop_nulls(column)
        assert now.select("customer_id", "value").rows() == expected.select("customer_id", column).rows()
        campaigns = expected["redemption_campaign_id"] if name == "redemption" else [None] * len(now)
        assert now["campaign_id"].to_list() == list(campaigns)
        assert set(now["version"]) == {1}
    some = all_but(frame["customer_id"][:70].to_list())
    assert read_scores(settings.scores, allowed=some).collect()["customer_id"].n_unique() == 10
    files = {file: file.read_bytes() for file in settings.scores.iterdir()}
    score_batch(settings, as_of=NOW, out=tmp_path / "out.parquet", lineup=current.state.lineup)
    assert {file: file.read_bytes() for file in settings.scores.iterdir()} == files


def test_a_batch_that_fails_keeps_the_scores_of_the_last(
    current: CurrentState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied(current.state.settings, tmp_path)
    score_batch(settings, as_of=NOW, out=tmp_path / "out.parquet", lineup=current.state.lineup)
    before = kept(settings)
    break_at(1, monkeypatch)
    for at in (NOW, NOW - DAY):
        with pytest.raises(RuntimeError):
            score_batch(settings, as_of=at, out=tmp_path / "out.parquet", lineup=current.state.lineup)
    assert kept(settings).equals(before)


def test_who_is_erased_while_everybody_is_scored_is_in_nothing(current: CurrentState, tmp_path: Path) -> None:
    settings = copied(current.state.settings, tmp_path)

    def erasing(step: str, done: int, total: int) -> None:
        if (step, done) == ("scores", total):
            erase(settings, ["7"])

    with pytest.raises(StamkundError, match="score again") as error:
        score_batch(settings, as_of=NOW, out=tmp_path / "out.parquet", lineup=current.state.lineup, progress=erasing)
    assert error.value.code == "erased_meanwhile"
    assert not (tmp_path / "out.parquet").exists()
    assert kept(settings).is_empty()


def break_at(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 80 customers come in three chunks, and one of them cannot be scored."""
    done: list[Sheet] = []

    def breaking(*given: Any, **named: Any) -> Sheet:
        if len(done) == chunk:
            raise RuntimeError
        done.append(score(*given, **named))
        return done[-1]

    monkeypatch.setattr(everyone, "CHUNK", 30)
    monkeypatch.setattr(everyone, "score", breaking)


@pytest.mark.parametrize("chunk", [0, 2])
def test_a_failure_leaves_the_last_file_and_the_next_batch_goes_on(
    current: CurrentState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    settings, out = copied(current.state.settings, tmp_path), tmp_path / "scores.parquet"
    out.write_bytes(b"the last one")
    with monkeypatch.context() as broken:
        break_at(chunk, broken)
        with pytest.raises(RuntimeError):
            score_batch(settings, as_of=NOW, out=out, lineup=current.state.lineup)
    assert out.read_bytes() == b"the last one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "scores.parquet"]
    report = score_batch(settings, as_of=NOW, out=out, lineup=current.state.lineup)
    assert (report.continued, report.customers, report.anew) == (30 * chunk, 80, ())
    assert_frame_equal(pl.read_parquet(out), scores(settings, as_of=NOW, lineup=current.state.lineup))
    assert list(settings.batches.glob("*/*")) == []


def held(url: str) -> dict[str, Counter[object]]:
    """The tables of a database, each with how many rows of scores it holds of each moment."""
    engine = sa.create_engine(url)
    names = sa.inspect(engine).get_table_names()
    with engine.connect() as connection:
        rows = {name: connection.execute(sa.text(f"SELECT as_of FROM {name}")).scalars() for name in names}  # noqa: S608
        found = {name: Counter[object](moments) for name, moments in rows.items()}
    engine.dispose()
    return found


@pytest.mark.parametrize("append", [False, True])
def test_a_failure_leaves_the_last_table_and_the_next_batch_goes_on(
    current: CurrentState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, append: bool
) -> None:
    settings, url = copied(current.state.settings, tmp_path), f"sqlite:///{tmp_path / 'crm.db'}"
    score_batch(settings, as_of=NOW - DAY, out=url, lineup=current.state.lineup)
    last = held(url)["scores"]
    with monkeypatch.context() as broken:
        break_at(2, broken)
        with pytest.raises(RuntimeError):
            score_batch(settings, as_of=NOW, out=url, append=append, lineup=current.state.lineup)
    assert held(url)["scores"] == last
    score_batch(settings, as_of=NOW, out=url, append=append, lineup=current.state.lineup)
    after = held(url)
    assert list(after) == ["scores"]
    assert sorted(after["scores"].values()) == [80] * (1 + append)
    assert (after["scores"].keys() >= last.keys()) == append


def test_a_batch_that_dies_as_tables_change_places_leaves_the_last_one(current: CurrentState, tmp_path: Path) -> None:
    settings, url = copied(current.state.settings, tmp_path), f"sqlite:///{tmp_path / 'crm.db'}"
    score_batch(settings, as_of=NOW - DAY, out=url, lineup=current.state.lineup)
    last = held(url)["scores"]

    def dying(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("ALTER TABLE"):
            raise RuntimeError

    sa.event.listen(sa.Engine, "before_cursor_execute", dying)
    try:
        with pytest.raises(RuntimeError):
            score_batch(settings, as_of=NOW, out=url, lineup=current.state.lineup)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", dying)
    assert held(url)["scores"] == last


def test_who_had_no_event_yet_has_no_scores_and_a_reason(current: CurrentState) -> None:
    frame = scores(current.state.settings, as_of=DAY, lineup=current.state.lineup)
    assert frame.height == 80
    for model, kind in (("lapse", "probability"), ("spend", "amount"), ("redemption", "probability")):
        assert set(frame[f"{model}_no_score"]) == {"no_events"}
        assert frame[f"{model}_{kind}"].null_count() == frame[f"{model}_score"].null_count() == 80
    assert set(frame["historic_clv"]) == set(frame["historic_number_of_orders"]) == {0.0}
    gone = scores(current.state.settings, ["0"], as_of=NOW, lineup=current.state.lineup)
    assert gone["lapse_no_score"].to_list() == ["outside_population"]


def test_a_batch_of_nobody_has_every_column_and_no_row(current: CurrentState, tmp_path: Path) -> None:
    settings, lineup, url = current.state.settings, current.state.lineup, f"sqlite:///{tmp_path / 'crm.db'}"
    everybody = scores(settings, as_of=NOW, lineup=lineup)
    assert_frame_equal(scores(settings, [], as_of=NOW, lineup=lineup), everybody.clear())
    whole, lake = Lake(settings.lake), Lake(tmp_path / "home" / "lake")  # of the same events, without a table of people
    lake.write({"events": whole.scan("events").collect(), "customers": whole.scan("customers").collect().clear()})
    settings = settings.model_copy(update={"home": tmp_path / "home"})
    for out in (tmp_path / "scores.parquet", url):
        assert score_batch(settings, as_of=DAY, out=out, lineup=lineup).customers == 0
    assert_frame_equal(pl.read_parquet(tmp_path / "scores.parquet"), everybody.clear())
    assert held(url) == {"scores": Counter()}
    engine = sa.create_engine(url)
    assert [column["name"] for column in sa.inspect(engine).get_columns("scores")] == everybody.columns
    engine.dispose()


def test_some_customers_only(current: CurrentState) -> None:
    some = scores(current.state.settings, ["5", "1"], as_of=NOW, lineup=current.state.lineup)
    assert_frame_equal(
        some,
        scores(current.state.settings, as_of=NOW, lineup=current.state.lineup).filter(
            pl.col("customer_id").is_in(["1", "5"])
        ),
    )
    with pytest.raises(StamkundError, match="No customer with user_id 'nobody' is known"):
        scores(current.state.settings, ["1", "nobody"], as_of=NOW, lineup=current.state.lineup)


def test_orders_are_predicted_for_those_from_whom_one_is_expected(current: CurrentState) -> None:
    frame = scores(current.state.settings, as_of=NOW, lineup=current.state.lineup)
    expected = frame["expected_date_of_next_order"].is_not_null()
    assert 0 < expected.sum() < frame.height
    assert frame["predicted_number_of_orders"].is_not_null().equals(expected)
    assert frame.filter(expected)["predicted_number_of_orders"].min() > 0  # type: ignore[operator]


def test_a_customer_outside_a_models_population_gets_no_score_from_it(current: CurrentState) -> None:
    gone = scores(current.state.settings, ["0"], as_of=NOW, lineup=current.state.lineup).row(0, named=True)
    assert gone["days_since_last_order"] > 300
    assert (gone["churn_probability"], gone["lapse_score"], gone["lapse_percentile"]) == (None, None, None)
    assert (gone["expected_date_of_next_order"], gone["predicted_number_of_orders"]) == (None, None)
    assert gone["historic_clv"] > 0
