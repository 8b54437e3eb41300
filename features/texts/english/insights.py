"""What insights say: what metrics are called, and why there is no figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INSIGHTS: Final[Mapping[str, str]] = {
    "error.no_insights": "There are no tables of insights at {folder}. Run `stamkund insights refresh`.",
    # what a point of satisfaction is worth
    "error.worth_needs_answers": "{answers} answers have windows before and after them, and {least} are needed to tell "
    "what a point is worth. Wait for more, or compare shorter windows.",
    "error.worth_needs_response": "{response} % of those asked answered, and {least} % are needed to tell what a point "
    "is worth: the others may feel differently. Ask at a better moment, or fewer people more often.",
    "error.worth_fails_placebo": "What a point is worth is not told: the answer also goes with how spending changed "
    "long before it (p = {p}, needed {least}), so that something else moves both.",
    "error.worth_score_constant": "All answers of a month are the same, so nobody can be compared.",
}
