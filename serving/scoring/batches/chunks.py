"""The chunks of a batch that is not finished: whole customers, each chunk a file, so that a killed batch goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
import polars as pl
import pyarrow.parquet as pq

from features.errors import StamkundError
from features.files import alone, atomic_file, write_text
from features.profiles.everybody import Told
from features.reading.iso import parse
from serving.scoring.batches.inputs import Inputs, differences
from training.registry.fingerprint import fingerprint

INPUTS: Final = "inputs.json"
_ABOUT: Final = b"stamkund"
BUSY: Final = "The same batch is being scored at the moment. Wait for it to end, then try again."


@dataclass
class Chunks:
    """The chunks in a folder, in order; ``told`` are those whose turn has been, scored or not.

    ``continued`` is how many were scored when it was opened. ``anew`` names the inputs by which an unfinished batch
    differed that was dropped for this one.
    """

    folder: Path
    anew: Sequence[str] = ()
    files: list[Path] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    continued: int = 0

    @classmethod
    def opened(cls, folder: Path, anew: Sequence[str]) -> Chunks:
        """What is in a folder."""
        chunks = cls(folder, anew, sorted(folder.glob("*.parquet")))
        ids: dict[bool, list[str]] = {False: [], True: []}
        for file in chunks.files:
            about = orjson.loads(pq.read_schema(file).metadata[_ABOUT])
            scored = pl.read_parquet(file, columns=["customer_id"])["customer_id"].to_list()
            ids[about["silent"]] += [*scored, *about["others"]]
            chunks.continued += len(scored)
        chunks.told = Told(*(pl.Series("customer_id", sorted(ids[silent]), pl.String) for silent in (False, True)))
        return chunks

    def add(self, frame: pl.DataFrame, *, others: Sequence[str], silent: bool) -> None:
        """Keep the scores of some customers; of the ``others`` there are none, though it was their turn."""
        about = orjson.dumps({"silent": silent, "others": list(others)})
        table = frame.to_arrow()
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), _ABOUT: about})
        file = self.folder / f"{len(self.files):06}.parquet"
        with atomic_file(file) as draft:
            pq.write_table(table, draft, compression="lz4")
        self.files.append(file)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The scores chunk by chunk."""
        return map(pl.read_parquet, self.files)

    def discard(self) -> None:
        """Delete all of them: they are where they should be, or must not be used."""
        shutil.rmtree(self.folder)


@contextmanager
def chunks_of(folder: Path, inputs: Inputs) -> Iterator[Chunks]:
    """The chunks of a batch with these inputs, to go on with; unfinished ones of other inputs are dropped.

    Raises ``score_busy`` where another process is at it.
    """
    own = folder / fingerprint(inputs)
    own.mkdir(parents=True, exist_ok=True)
    with alone(own, StamkundError("score_busy", BUSY)):
        anew = drop_unfinished(folder, inputs)
        write_text(own / INPUTS, orjson.dumps(dict(inputs), option=orjson.OPT_INDENT_2).decode())
        yield Chunks.opened(own, anew)


def drop_unfinished(folder: Path, inputs: Inputs) -> list[str]:
    """Delete unfinished batches of other inputs, unless somebody is at them; how the last one differed."""
    anew = list[str]()
    for other, theirs in _unfinished(folder):
        if different := differences(theirs, inputs):
            anew = different
            shutil.rmtree(other, ignore_errors=True)
    return anew


def unfinished_as_of(folder: Path, inputs: Inputs, *, since: int) -> int | None:
    """The moment of an unfinished batch that differs by its moment alone, if it is no earlier than another (µs)."""
    found = [parse(theirs["as_of"]) for _, theirs in _unfinished(folder) if differences(theirs, inputs) == ["as_of"]]
    return max((moment for moment in found if moment >= since), default=None)


def _unfinished(folder: Path) -> Iterator[tuple[Path, Inputs]]:
    """The folders of batches that nobody is at, the latest last, with their inputs."""
    for file in sorted(folder.glob(f"*/{INPUTS}"), key=lambda file: file.stat().st_mtime):
        with suppress(StamkundError), alone(file.parent, StamkundError("score_busy", BUSY)):
            yield file.parent, orjson.loads(file.read_bytes())
