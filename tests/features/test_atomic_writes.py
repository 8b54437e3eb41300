"""What is written is there whole or not at all: the disk fills up, or the writer dies, in the middle of each file."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from benchmarks.company import synthetic
from features.evaluate.offline import blocks
from features.evaluate.offline.checkpoint import Checkpoint
from features.evaluate.offline.checkpoint_writer import checkpoint_for
from features.identity.people import customer_events_at
from features.ingest.quarantine import Quarantine
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from features.profiles.parquet_file import write_profiles
from features.units import DAY
from tests.features.one_customer import NOW, SHOP, attributes, event, frame

TEA, CAKE = event(3, id="tea", value=300), event(2, id="cake", value=200)


@contextmanager
def full_disk(after: int) -> Iterator[None]:
    """No file can grow beyond so many bytes; what was written up to there stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (after, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_disk_can_be_full(tmp_path: Path) -> None:
    with full_disk(after=10), pytest.raises(OSError, match="too large"):
        (tmp_path / "text").write_text("a text of many words")
    assert (tmp_path / "text").read_text() == "a text of "


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    with lake.writing() as draft:
        frame([TEA]).drop("customer_id").collect().write_parquet(draft.part("events", "2024-10"))
        attributes(c1="old").write_parquet(draft.part("customers"))
        draft.watermarks = {"said": "tea"}
    return lake


def add_cake(lake: Lake, said: str) -> None:
    with lake.writing() as draft:
        frame([TEA, CAKE]).drop("customer_id").collect().write_parquet(draft.part("events", "2024-10"))
        draft.keep("customers", ["all"])
        draft.watermarks = {"said": said}


def names(lake: Lake) -> list[str]:
    return sorted(lake.scan("events").collect()["event_id"])


def test_half_a_manifest_is_none(lake: Lake) -> None:
    before = lake.version
    with full_disk(after=50_000), pytest.raises(OSError, match="too large"):
        add_cake(lake, "cake" * 50_000)
    assert (lake.version, lake.manifest.watermarks, names(lake)) == (before, {"said": "tea"}, ["tea"])
    add_cake(lake, "cake")
    assert (lake.manifest.watermarks, names(lake)) == ({"said": "cake"}, ["cake", "tea"])


def test_half_a_part_of_the_lake_is_none(lake: Lake) -> None:
    before = lake.version
    with full_disk(after=1_000), pytest.raises((OSError, pl.exceptions.ComputeError)):
        add_cake(lake, "cake")
    assert (lake.version, names(lake)) == (before, ["tea"])
    assert not [path for path in lake.path.iterdir() if path.is_dir()]
    add_cake(lake, "cake")
    assert names(lake) == ["cake", "tea"]


def test_what_a_manifest_names_is_on_the_disk_before_it_is(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    # After a loss of power the names in a folder may be there without the content of the files.
    synced, replaced = set[int](), list[Path]()

    def sync(opened: int) -> None:
        synced.add(os.fstat(opened).st_ino)

    def replace(draft: Path, file: Path) -> None:
        assert draft.stat().st_ino in synced, file
        assert file.suffix != ".json" or file.parent.stat().st_ino in synced, "the names of the parts come before"
        draft.rename(file)
        synced.discard(file.parent.stat().st_ino)
        replaced.append(file)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    add_cake(lake, "cake")
    assert [file.suffix for file in replaced] == [".parquet", ".json"]
    assert lake.path.stat().st_ino in synced, "and at last the name of the manifest"


def test_half_a_feature_set_is_none(tmp_path: Path) -> None:
    file, other = tmp_path / "features.json", FeatureSet(SHOP.features, fitted_at=1)
    SHOP.save(file)
    with full_disk(after=1_000), pytest.raises(OSError, match="too large"):
        other.save(file)
    assert FeatureSet.load(file) == SHOP
    other.save(file)
    assert FeatureSet.load(file) == other


def test_half_the_profiles_are_none(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "profiles" / "now.parquet"
    write_profiles(lake, SHOP, file, as_of=NOW - DAY)
    before = content(file.parent)
    with full_disk(after=10_000), pytest.raises(OSError, match="too large"):
        write_profiles(lake, SHOP, file, as_of=NOW)
    assert content(file.parent) == before  # and nothing beside it
    write_profiles(lake, SHOP, file, as_of=NOW)
    assert pl.read_parquet(file).equals(profiles_at(lake, SHOP, as_of=NOW))


def test_without_anybody_the_profiles_that_are_there_stay(lake: Lake, tmp_path: Path) -> None:
    file = tmp_path / "profiles" / "now.parquet"
    write_profiles(lake, SHOP, file, as_of=NOW)
    before = content(file.parent)
    assert write_profiles(lake, SHOP, file, as_of=NOW - 30 * DAY) == 0
    assert content(file.parent) == before


def test_profiles_of_which_some_are_written_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, file = Lake(tmp_path / "lake"), tmp_path / "profiles" / "now.parquet"
    rows = [event(1, customer=name) for name in "abc"]
    lake.write({"events": frame(rows).collect(), "customers": attributes(a="old")})

    def stop(_stage: str, done: int, _of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(blocks, "DENSE_CELLS", 1)
    with pytest.raises(KeyboardInterrupt):
        write_profiles(lake, SHOP, file, as_of=NOW, progress=stop)
    assert content(file.parent) == {}
    write_profiles(lake, SHOP, file, as_of=NOW)
    assert pl.read_parquet(file)["customer_id"].to_list() == ["a", "b", "c"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two years of some customers."""
    return synthetic.write(tmp_path_factory.mktemp("world"), 1_000, seed=7)


def written(lake: Lake, path: Path, *, days_ago: int) -> Checkpoint:
    checkpoint = checkpoint_for(
        lake,
        customer_events_at(lake, as_of=synthetic.END - days_ago * DAY),
        SHOP.plan,
        path,
        as_of=synthetic.END - days_ago * DAY,
    )
    assert checkpoint is not None
    return checkpoint


def usable(checkpoint: Checkpoint, lake: Lake, folder: Path) -> bool:
    """Whether profiles from the checkpoint are those from all events."""
    write_profiles(lake, SHOP, folder / "profiles.parquet", as_of=synthetic.END, checkpoint=checkpoint)
    return pl.read_parquet(folder / "profiles.parquet").equals(profiles_at(lake, SHOP, as_of=synthetic.END))


@pytest.mark.parametrize("after", [0, 100, 2_000])
def test_half_a_checkpoint_is_none(world: Lake, tmp_path: Path, after: int) -> None:
    path = tmp_path / "checkpoint"
    first = written(world, path, days_ago=300)
    before = content(path)
    with full_disk(after), pytest.raises(OSError, match="too large"):
        written(world, path, days_ago=0)
    assert content(path) == before
    assert Checkpoint.load(path) == first
    assert usable(first, world, tmp_path)
    again = written(world, path, days_ago=0)
    assert again.until > first.until
    assert usable(again, world, tmp_path)
    assert [file.name for file in tmp_path.iterdir() if file.is_dir()] == ["checkpoint"]


def test_a_checkpoint_whose_writer_died_between_the_old_and_the_new_is_none(
    world: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rename = tmp_path / "checkpoint", Path.rename
    written(world, path, days_ago=300)

    def die(source: Path, target: Path) -> Path:
        if target == path:
            raise KeyboardInterrupt
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", die)
    with pytest.raises(KeyboardInterrupt):
        written(world, path, days_ago=0)
    monkeypatch.undo()
    assert Checkpoint.load(path) is None
    assert usable(written(world, path, days_ago=300), world, tmp_path)


@pytest.mark.parametrize("kept", [0, len("head\nold\n")])
def test_half_of_the_rejected_rows_are_none(tmp_path: Path, kept: int) -> None:
    file, draft = tmp_path / "rejects" / "shop.csv", tmp_path / "draft.csv"
    file.parent.mkdir()
    file.write_text("head\nold\nof an interrupted build\n")
    draft.write_text("new\n" * 1_000)
    before = content(file.parent)
    with full_disk(after=100), pytest.raises(OSError, match="too large"):
        Quarantine(file, draft, kept).publish()
    assert {name: text for name, text in content(file.parent).items() if name.endswith(".csv")} == before
    assert Quarantine(file, draft, kept).publish() == file.stat().st_size
    assert file.read_text() == "head\nold\n"[:kept] + "new\n" * 1_000
    assert [each.name for each in file.parent.iterdir()] == ["shop.csv"]
