from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from features.config.sections.fuzzy import FuzzySettings


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"a": "name", "b": "name", "c": "date", "d": "text"}, "2 columns are the name: it can be one only"),
        ({"a": "forename", "b": "date", "c": "text"}, "Say which column is the surname too"),
        ({"a": "surname", "b": "date", "c": "text"}, "Say which column is the forename too"),
        ({"a": "name", "b": "forename", "c": "surname", "d": "date"}, "2 of three"),  # names count once
    ],
)
def test_columns_that_cannot_tell_people_apart_are_refused(columns: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        FuzzySettings(columns=columns)


@pytest.mark.parametrize("accept", [0, 1, 1.5])
def test_a_threshold_is_a_probability(accept: float) -> None:
    with pytest.raises(ValidationError):
        FuzzySettings(columns={"a": "name", "b": "date", "c": "text"}, accept=accept)
