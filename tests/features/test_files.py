"""A file or folder that is written holds either all of the old or all of the new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from features.errors import StamkundError
from features.files import atomic_file, atomic_folder, write_text

Atomic = Callable[[Path], AbstractContextManager[Path]]


@contextmanager
def file_in_folder(path: Path) -> Iterator[Path]:
    """An atomic folder seen through a file in it, so that both kinds can be put to the same tests."""
    with atomic_folder(path.parent) as draft:
        yield draft / path.name


both = pytest.mark.parametrize("atomic", [atomic_file, file_in_folder])


def names(folder: Path) -> list[str]:
    """All that lies below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@both
def test_the_new_content_takes_the_place_of_the_old(atomic: Atomic, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    for text in ("old", "new"):
        with atomic(path) as draft:
            draft.write_text(text)
            assert not path.exists() or path.read_text() == "old"
        assert path.read_text() == text
    assert names(tmp_path) == ["a", "a/b.txt"]


@both
def test_a_failure_leaves_the_old_content_and_no_draft(atomic: Atomic, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_text(path, "old")

    def fail() -> None:
        with atomic(path) as draft:
            draft.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a", "a/b.txt"]


@both
def test_two_writers_at_a_time_do_not_mix(atomic: Atomic, tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    with atomic(path) as first:
        first.write_text("first")
        with atomic(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"  # the last one to finish
    assert names(tmp_path) == ["a", "a/b.txt"]


@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
def test_what_a_killed_writer_left_is_swept_away_and_nothing_else(atomic: Atomic, tmp_path: Path) -> None:
    for name in (".b-dead.draft", ".b-mine", ".c-dead.draft"):
        write_text(tmp_path / name / "b" / "half.txt", "half")
    with atomic(tmp_path / "b"):
        pass
    assert not (tmp_path / ".b-dead.draft").exists()
    assert (tmp_path / ".b-mine").exists()
    assert (tmp_path / ".c-dead.draft").exists()


def test_nothing_written_changes_nothing(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "b.txt"):
        pass
    assert names(tmp_path) == []


def test_a_folder_keeps_nothing_of_what_it_held(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "old" / "b.txt", "old")
    with atomic_folder(tmp_path / "a") as draft:
        (draft / "new").mkdir()
        (draft / "new" / "c.txt").write_text("new")
    assert names(tmp_path / "a") == ["new", "new/c.txt"]


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "b.txt")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "b.txt").read_text() == "new"


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="is no file") as error:
        write_text(tmp_path, "new")
    assert error.value.code == "not_a_file"
