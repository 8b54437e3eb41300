"""Whether what a batch is asked is what was decided by its name before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from features.errors import StamkundError
from serving.http.answers.deciding.decision_row import stored
from serving.http.answers.deciding.question import Question


def check_same(name: str, questions: Iterable[Question], before: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a name by which it was decided, as the rows of ``before`` tell, for other placements or in a context."""
    for question in questions:
        row = before.get(question.decision_id)
        if row is not None and _asked(question) != ([each["id"] for each in row["placements"]], row["context"]):
            text = (
                f"By the name {name} it was decided for other placements or in another context. "
                "Give this batch a name of its own, or ask what was asked then."
            )
            raise StamkundError("other_batch", text, field="batch")


def _asked(question: Question) -> tuple[list[str], object]:
    context = stored(question.row([], None), question.state.settings).context
    return [placement.id for placement in question.placements], orjson.loads(orjson.dumps(context))
