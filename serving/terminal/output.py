"""What a command says: words and tables for people, or one JSON object for machines; and how it ends."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import orjson
import typer
from rich.console import Console, RenderableType
from rich.text import Text

from features.errors import StamkundError
from features.progress import Progress, silent
from serving.store.outages.full_disk import disk_full
from serving.store.outages.outage import error_of, outage_of
from serving.terminal.job_progress import runner_of_jobs, told_progress
from serving.terminal.progress import shown_progress

FAILED: Final = 1  # a coded error
NOT_ACCESSIBLE: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST)
REFUSED: Final = 3  # done, but something was refused

# Names and paths of the company's data are printed as they are: brackets and colons in them are not markup.
people = Console(highlight=False, markup=False, emoji=False)
errors = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


@dataclass(frozen=True)
class Output:
    """Where one command speaks: for people line by line, or (``as_json``) in a single JSON object at its end."""

    as_json: bool

    def say(self, *parts: RenderableType) -> None:
        """Tell people; a text is not broken into lines, so that what it names can be copied."""
        for part in () if self.as_json else parts:
            people.print(part, soft_wrap=isinstance(part, str))

    def warn(self, error: StamkundError) -> None:
        """Tell people what is wrong, though the command goes on."""
        if not self.as_json:
            errors.print(Text.assemble((error.code, "yellow"), f": {error}"))

    def answer(self, content: Mapping[str, object]) -> None:
        """Tell machines; NaN is null, and what JSON has no form for is its text."""
        if self.as_json:
            options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
            typer.echo(orjson.dumps(content, default=str, option=options).decode())

    def fail(self, error: StamkundError, content: Mapping[str, object] | None = None) -> typer.Exit:
        """Tell either of them what went wrong, with what is known besides; the exit to raise."""
        self.answer({**(content or {}), "error": error.answer()})
        if not self.as_json:
            errors.print(Text.assemble((error.code, "bold red"), f": {error}"))
        return typer.Exit(FAILED)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """The callback that long work reports its steps to; machines are shown none, unless they run it as a job."""
        if (steps := runner_of_jobs()) is not None:
            with told_progress(steps) as report:
                yield report
            return
        if self.as_json:
            yield silent
            return
        with shown_progress(errors) as report:
            yield report


@contextmanager
def output(*, as_json: bool) -> Iterator[Output]:
    """The output of one command; a coded error ends it in one line, or in one JSON object, and with exit code 1."""
    out = Output(as_json)
    try:
        yield out
    except StamkundError as error:
        raise out.fail(error) from None
    except Exception as error:
        if (fault := disk_full(error) or _outage(error) or _not_accessible(error)) is None:
            raise
        raise out.fail(fault) from None


def _not_accessible(error: Exception) -> StamkundError | None:
    """The coded error where this user may not do to a file what has to be done; None for any other."""
    if not isinstance(error, OSError) or error.errno not in NOT_ACCESSIBLE or error.filename is None:
        return None
    text = f"{error.filename}: {error.strerror}. Let this user read and write it, or name another place."
    return StamkundError("not_accessible", text)


def _outage(error: Exception) -> StamkundError | None:
    code = outage_of(error)
    return None if code is None else error_of(code)
