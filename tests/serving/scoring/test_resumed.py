"""Batches that are killed, begun again, and begun with something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from polars.testing import assert_frame_equal

from features.config.settings import Settings
from features.errors import StamkundError
from features.privacy.gatekeeper import Pass, all_but
from features.units import DAY
from serving.http.current.state import CurrentState
from serving.privacy.erasure import erase, remove_from_files
from serving.scoring.batches import batch, everyone
from serving.scoring.batches.batch import score_batch, scores
from serving.scoring.batches.chunks import chunks_of
from serving.scoring.batches.destinations import Destination
from serving.scoring.batches.inputs import inputs_of
from serving.scoring.batches.tables import write_table
from serving.scoring.lineup import Lineup
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from tests.serving.scoring.test_batch import copied, kept
from tests.serving.shop import NOW

EARLY = NOW - 550 * DAY  # when some of the customers have had events, and others not yet


@pytest.fixture
def lineup(current: CurrentState) -> Lineup:
    assert current.state.lineup is not None
    return current.state.lineup


@pytest.fixture
def settings(current: CurrentState, tmp_path: Path) -> Settings:
    return copied(current.state.settings, tmp_path)


def kill_after(chunks: int, monkeypatch: pytest.MonkeyPatch, size: int = 20) -> None:
    """Each batch scores so many chunks, and dies."""
    done: list[Sheet] = []

    def dying(*given: Any, **named: Any) -> Sheet:
        if len(done) == chunks:
            done.clear()
            raise KeyboardInterrupt
        done.append(score(*given, **named))
        return done[-1]

    monkeypatch.setattr(everyone, "CHUNK", size)
    monkeypatch.setattr(everyone, "score", dying)


def killed(settings: Settings, out: Path, **named: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        score_batch(settings, out=out, **named)


def test_a_batch_that_is_killed_after_each_chunk_ends_and_says_the_same(
    settings: Settings, lineup: Lineup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scores(settings, as_of=EARLY, lineup=lineup)
    silent = whole["lapse_no_score"].eq_missing("no_events").sum()
    assert 10 < silent < 70, silent
    kill_after(1, monkeypatch)
    out, runs = tmp_path / "scores.parquet", list[int]()
    while not out.exists() and len(runs) < 20:
        try:
            runs.append(score_batch(settings, as_of=EARLY, out=out, lineup=lineup).continued)
        except KeyboardInterrupt:
            runs.append(-1)
    assert runs[:-1] == [-1] * (len(runs) - 1)
    assert len(runs) >= 5
    assert 60 <= runs[-1] < 80
    assert_frame_equal(pl.read_parquet(out), whole)
    again = copied(settings, tmp_path / "again")
    monkeypatch.undo()
    score_batch(again, as_of=EARLY, out=tmp_path / "again.parquet", lineup=lineup)
    assert_frame_equal(kept(settings), kept(again))


def test_whatever_changes_starts_anew_and_says_what(
    settings: Settings, lineup: Lineup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "scores.parquet"
    model = lineup.models["lapse"]
    retrained = replace(lineup, models={**lineup.models, "lapse": replace(model, version=2)})
    other = settings.model_copy(update={"language": "sv"})
    changes: dict[str, dict[str, Any]] = {
        "as_of": {"as_of": NOW - DAY},
        "reasons": {"reasons": 1},
        "models": {"lineup": retrained},
        "settings": {"settings": other},
    }
    for name, change in changes.items():
        with monkeypatch.context() as dying:
            kill_after(1, dying)
            killed(settings, out, as_of=NOW, lineup=lineup)
        named: dict[str, Any] = {"settings": settings, "as_of": NOW, "lineup": lineup} | change
        report = score_batch(named.pop("settings"), out=out, **named)
        assert (report.anew, report.continued) == ((name,), 0)
        assert list(settings.batches.glob("*/*")) == []


def test_a_batch_of_an_earlier_moment_goes_on_as_of_that(
    settings: Settings, lineup: Lineup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "scores.parquet"
    with monkeypatch.context() as dying:
        kill_after(1, dying)
        killed(settings, out, as_of=NOW - 3600, lineup=lineup)
    report = score_batch(settings, as_of=NOW, out=out, lineup=lineup, since=NOW - DAY)
    assert (report.as_of, report.continued) == (NOW - 3600, 20)
    with monkeypatch.context() as dying:
        kill_after(1, dying)
        killed(settings, out, as_of=NOW - 2 * DAY, lineup=lineup)
    report = score_batch(settings, as_of=NOW, out=out, lineup=lineup, since=NOW - DAY)
    assert (report.as_of, report.continued, report.anew) == (NOW, 0, ("as_of",))


def test_who_withdraws_before_a_batch_goes_on_is_in_nothing(
    settings: Settings, lineup: Lineup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, whole = tmp_path / "scores.parquet", scores(settings, as_of=NOW, lineup=lineup)
    first, last = whole["customer_id"][0], whole["customer_id"][-1]
    with monkeypatch.context() as dying:
        kill_after(2, dying)
        killed(settings, out, as_of=NOW, lineup=lineup)

    def allowed(*_: Any, **__: Any) -> Pass:
        return all_but([first, last])

    monkeypatch.setattr(batch, "allowed", allowed)
    report = score_batch(settings, as_of=NOW, out=out, lineup=lineup)
    assert (report.continued, report.customers) == (40, 78)
    assert_frame_equal(pl.read_parquet(out), whole[1:-1])
    assert not {first, last} & {*kept(settings)["customer_id"]}


def test_who_did_not_allow_it_has_had_their_turn(
    settings: Settings, lineup: Lineup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is not taken for somebody without events when the batch goes on."""
    out, whole = tmp_path / "scores.parquet", scores(settings, as_of=NOW, lineup=lineup)
    first = whole["customer_id"][0]
    with monkeypatch.context() as dying:
        kill_after(1, dying)
        dying.setattr(batch, "allowed", lambda *_, **__: all_but([first]))
        killed(settings, out, as_of=NOW, lineup=lineup)
    score_batch(settings, as_of=NOW, out=out, lineup=lineup)
    assert_frame_equal(pl.read_parquet(out), whole[1:])


def test_an_erasure_drops_what_is_unfinished(
    settings: Settings, lineup: Lineup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "scores.parquet"
    with monkeypatch.context() as dying:
        kill_after(1, dying)
        killed(settings, out, as_of=NOW, lineup=lineup)
    (unfinished,) = settings.batches.iterdir()
    remove_from_files(settings, ["7"])
    assert not unfinished.exists()
    with monkeypatch.context() as dying:
        kill_after(1, dying)
        killed(settings, out, as_of=NOW, lineup=lineup)
    erase(settings, ["7"])
    assert score_batch(settings, as_of=NOW, out=out, lineup=lineup).anew == ("erasures",)
    assert "7" not in pl.read_parquet(out)["customer_id"]


def test_two_of_the_same_batch_do_not_run_at_once(settings: Settings, lineup: Lineup, tmp_path: Path) -> None:
    inputs = inputs_of(settings, lineup, as_of=NOW, reasons=3)
    with chunks_of(settings.batches, inputs), pytest.raises(StamkundError) as refused:
        score_batch(settings, as_of=NOW, out=tmp_path / "scores.parquet", lineup=lineup)
    assert refused.value.code == "score_busy"
    with chunks_of(settings.batches, inputs):  # another one leaves it alone
        report = score_batch(settings, as_of=NOW - DAY, out=tmp_path / "scores.parquet", lineup=lineup)
    assert (report.anew, report.customers) == ((), 80)


def frame(as_of: int, version: str, **more: object) -> pl.DataFrame:
    rows = {"customer_id": ["a", "b"], "as_of": [as_of] * 2, "lapse_probability": [0.5, None]}
    return pl.DataFrame({**rows, "lapse_version": [version] * 2, **{name: [value] * 2 for name, value in more.items()}})


def rows_of(url: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM told ORDER BY as_of, lapse_version, customer_id")).all()
        assert sa.inspect(connection).get_table_names() == ["told"]
    engine.dispose()
    return [tuple(row) for row in rows]


@pytest.fixture
def crm(store_url: str) -> Iterator[str]:
    if store_url.startswith("sqlite"):
        Path(str(sa.make_url(store_url).database)).parent.mkdir()
    yield store_url


def test_a_moment_and_its_versions_are_in_a_table_once(crm: str) -> None:
    for as_of, version in ((1, "1"), (2, "1"), (2, "2"), (2, "1"), (2, "2")):
        assert write_table(iter([frame(as_of, version)]), crm, "told", append=True) == 2
    expected = [(name, at, p, v) for at, v in ((1, "1"), (2, "1"), (2, "2")) for name, p in (("a", 0.5), ("b", None))]
    assert rows_of(crm) == expected
    write_table(iter([frame(3, "2")[:0], frame(3, "2")]), crm, "told", append=False)
    assert rows_of(crm) == [("a", 3, 0.5, "2"), ("b", 3, None, "2")]
    write_table(iter([frame(4, "2")[:0]]), crm, "told", append=True)  # of nobody
    assert len(rows_of(crm)) == 2


def test_a_table_of_other_columns_is_not_appended_to(crm: str) -> None:
    write_table(iter([frame(1, "1", spend=1.0)]), crm, "told", append=True)
    with pytest.raises(StamkundError, match=r"no churn; spend besides") as refused:
        write_table(iter([frame(2, "1", churn=1.0)]), crm, "told", append=True)
    assert refused.value.code == "other_columns"
    assert [row[1] for row in rows_of(crm)] == [1, 1]


def test_a_destination_is_understood_before_anything_is_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM", "postgresql://crm:secret@db/crm")
    monkeypatch.setenv("HOME_OF", "/srv/shop")
    assert str(Destination.of("${CRM}", "told", append=True)) == "postgresql://crm:***@db/crm, table told"
    for out, append, code in (
        ("${HOME_OF}", False, "not_a_url"),
        ("${NOWHERE_SET}", False, "missing_environment_variable"),
        ("scores.parquet", True, "append_to_file"),
    ):
        with pytest.raises(StamkundError) as refused:
            Destination.of(out, "told", append=append)
        assert (refused.value.code, "/srv/shop" in str(refused.value)) == (code, False)
