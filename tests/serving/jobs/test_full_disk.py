"""A build whose disk is full, or whose store fails: lake, profiles and records stay those of the last build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

import pytest

from features.config.sections.privacy import PrivacySettings
from features.config.settings import Settings
from features.lake import Lake
from features.units import DAY
from serving.jobs.build import build_all
from serving.store.engine import open_store
from serving.store.records import record_of
from tests.disk import small_disk, without_room
from tests.features.shops import Shop

NOW = 17_500 * DAY  # 2017-11-30
KEEP = PrivacySettings.model_validate({"keep": {"visit": "300d"}})
STEP = 49_152  # bytes more that are left at each try


def opened(folder: Path, disk: Path) -> tuple[Shop, Settings]:
    """A shop whose home is on the disk, and its store elsewhere."""
    shop = Shop.open(folder)
    rows = [
        ("", f"{n % 400}", f"2017-{1 + n % 9:02}-{1 + n % 28:02}T10:00", ("visit", "order")[n % 2], "", "x", f"{n}", "")
        for n in range(2000)
    ]
    shop.write("plain", "1", *rows)
    return shop, shop.settings(home=str(disk), store=f"sqlite:///{folder / 'store.db'}", privacy=KEEP)


def standing(settings: Settings) -> Mapping[str, object]:
    """What the last build left: the version of the lake and its tables, the profiles, a record."""
    store = open_store(settings.store_url)
    record = record_of(store, "3")
    store.dispose()
    assert record is not None
    profiles = {file.name: file.read_bytes() for file in settings.profiles.glob("*.parquet")}
    lake = Lake(settings.lake)
    rows = lake.scan("events").collect().height
    return {"lake": lake.version, "rows": rows, "profiles": profiles, "record": record.pack()}


@pytest.mark.slow
def test_a_full_disk_leaves_lake_profiles_and_records_of_one_build(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        shop, settings = opened(tmp_path, disk)
        build_all(settings, as_of=NOW)
        before = standing(settings)
        shop.write("plain", "2", *(("", "3", f"2017-10-{1 + n:02}", "order", "", "x", "1", "") for n in range(20)))
        failures = 0
        for left in range(0, 16 << 20, STEP):
            try:
                with without_room(disk, left=left):
                    build_all(settings, as_of=NOW + DAY)
                break
            except Exception:  # each library tells of a full disk by an error of its own
                failures += 1
                assert standing(settings) == before, left
        assert failures >= 2
        assert failures >= 2
        assert standing(settings)["lake"] != before["lake"]
        assert not list(settings.lake.glob(".before-*"))


def test_records_that_cannot_be_kept_leave_the_lake_as_it_was(tmp_path: Path) -> None:
    shop, settings = opened(tmp_path, tmp_path / "home")
    build_all(settings, as_of=NOW)
    before = standing(settings)
    shop.write("plain", "2", ("", "3", "2017-10-01", "order", "", "x", "1", ""))
    with (
        patch("serving.jobs.build.update_records", side_effect=OSError("no room")),
        pytest.raises(OSError, match="no room"),
    ):
        build_all(settings, as_of=NOW + DAY)
    assert standing(settings) == before
    build_all(settings, as_of=NOW + DAY)
    assert len(list(settings.lake.glob("*.parquet"))) < 20
    assert not list(settings.lake.glob(".before-*"))
