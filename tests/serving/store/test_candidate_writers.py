"""Writers of one candidate at the same moment: one of them is first, and the others learn of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy.engine import Engine

from serving.store.candidates.versions import Version, change, history_of

WRITERS = 4


class ChangedError(Exception):
    """Somebody else was first."""


def test_of_writers_who_change_one_version_one_is_first_and_nothing_is_overwritten(store: Engine) -> None:
    start = Barrier(WRITERS)

    def write(writer: int, known: int | None) -> bool:
        def check(last: Version | None) -> None:
            if (None if last is None else last.version) != known:
                raise ChangedError

        start.wait()
        try:
            change(store, "tea", {"writer": writer, "of": known}, time=0, who=str(writer), check=check)
        except ChangedError:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        for known in (None, 1, 2):
            firsts = [*pool.map(write, range(WRITERS), [known] * WRITERS)]
            assert sum(firsts) == 1
            last = history_of(store, "tea")[0]
            assert (last.who, last.content) == (str(firsts.index(True)), {"writer": firsts.index(True), "of": known})
    assert [each.version for each in history_of(store, "tea")] == [3, 2, 1]
