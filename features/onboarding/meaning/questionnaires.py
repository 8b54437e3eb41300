"""Tables of a questionnaire: a row a respondent, a column a question."""

from __future__ import annotations

import re
from typing import Final

from features.onboarding.facts.table import Table

_QUESTION: Final = re.compile(r"q[ _]?\d+", re.IGNORECASE)  # as tools for surveys call the column of a question
_LEAST, _SHARE = 8, 0.25  # of the columns are questions


def questions_of(table: Table) -> list[str]:
    """The columns that are questions of a questionnaire; none where too few are for the table to be one.

    Its other columns are about the interview: what looks like an amount there is a weight, and no order.
    """
    names = [name for name in table.columns if _QUESTION.match(name)]
    return names if len(names) >= max(_LEAST, _SHARE * len(table.columns)) else []
