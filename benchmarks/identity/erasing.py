"""What it costs to erase a thousand people of a large lake, beside building it anew; and that nothing of them stays.

The people of the world leave a mark in all that tells of them by name; afterwards every file is decoded for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl
import yaml

from benchmarks.identity.quality import Figures
from benchmarks.identity.world import DAYS, PEOPLE, START, world
from features.config.settings import Settings, read_settings
from features.units import DAY
from serving.jobs.build import build_all
from serving.privacy.erasure import erase

ERASED: Final = 1_000
MARK: Final = "q7zv3"
AS_OF: Final = START + DAYS * DAY
TEXTS: Final = ("text", "campaign_id", "session_id")
SOURCE: Final[dict[str, object]] = {
    "from": "site.parquet",
    "columns": {name: name for name in ("event_id", "id_type", "id", "time", "kind", "category", "value", *TEXTS)},
    "ids": {name: f"json_extract_string(ids, '$.{name}')" for name in ("anonymous_id", "email", "phone")},
}


def measure(_data: Path, folder: Path, people: int = PEOPLE, erased: int = ERASED) -> Figures:
    """Build, build anew, erase and build again; the ratio of the last two to the one before, and the marks left."""
    settings = _settings(folder, people, erased)
    whom = [node for n in range(erased) for node in (f"{MARK}-u{n}", f"email:{MARK}-p{n}@mail.example")]
    before = build_all(settings, as_of=AS_OF).profiles
    assert places_with(MARK, settings.home), "no mark was planted"
    anew = _seconds(lambda: build_all(settings, as_of=AS_OF, anew=True))
    hiding = _seconds(lambda: erase(settings, whom))
    building = _seconds(lambda: build_all(settings, as_of=AS_OF))
    (file,) = settings.profiles.glob("*.parquet")
    after = pl.read_parquet(file)
    unchanged = after.equals(before.join(after, on="customer_id", how="semi"), null_equal=True)
    wall, cpu = (sum(both) for both in zip(hiding, building, strict=True))
    return {
        "anew_seconds": anew[0],
        "erase_1000_seconds": hiding[0],
        "build_after_seconds": building[0],
        "erase_1000_ratio": wall / anew[0],
        "erase_1000_cpu_ratio": cpu / anew[1],
        "customers_less": float(before.height - after.height),
        "others_changed": float(not unchanged),
        "marks_left": float(len(places_with(MARK, settings.home))),
    }


def _settings(folder: Path, people: int, erased: int) -> Settings:
    """The world as one Parquet file, and the settings that read it."""
    made = world(people, people * 50 // 3).events
    made = made.with_columns(_marked("id", erased), _marked("ids", erased))
    named = pl.col("id").str.starts_with(MARK)
    number = pl.int_range(pl.len())
    order = (pl.col("id_type") != "anonymous_id") & (number % 8 == 0)
    marks = [pl.when(named).then(pl.format(f"{MARK} {name} of {{}}", "id")).alias(name) for name in TEXTS]
    kind = pl.when(order).then(pl.lit("order")).when(number % 2 == 0).then(pl.lit("view")).otherwise("kind")
    value, category = pl.when(order).then(10 + number % 90), pl.format("category {}", number % 20)
    moment = pl.from_epoch("time", time_unit="us")
    rows = made.with_columns(*marks, kind=kind, value=value, category=category, time=moment)
    rows.drop("source", "known_at").write_parquet(folder / "site.parquet")
    document = {"name": "Shop", "sources": {"site": SOURCE}, "identity": {}}
    (folder / "stamkund.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return read_settings(folder / "stamkund.yaml")


def _marked(column: str, erased: int) -> pl.Expr:
    """A column of identifiers in which the users' ids and addresses of the first people bear the mark."""
    text = pl.col(column)
    quoted = pl.format('"{}"', text) if column == "id" else text
    number = quoted.str.extract('"(?:u|p)([0-9]+)(?:@mail[.]example)?"').cast(pl.Int64)
    marked = quoted.str.replace('"((?:u|p)[0-9]+(?:@mail[.]example)?)"', f'"{MARK}-$1"')
    told = pl.when(number < erased).then(marked).otherwise(quoted)
    return (told.str.strip_chars('"') if column == "id" else told).alias(column)


def places_with(mark: str, home: Path) -> list[str]:
    """The files under a folder that hold a mark, raw or decoded."""
    found = []
    for file in sorted(path for path in home.rglob("*") if path.is_file()):
        held = mark.encode() in file.read_bytes()
        if file.suffix == ".parquet" and not held:
            texts = pl.scan_parquet(file).select(pl.selectors.string().str.contains(mark, literal=True).any())
            held = any(texts.collect().row(0))
        if held:
            found.append(str(file.relative_to(home)))
    return found


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """The seconds of some work by the clock, and of its processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu
