from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from features.config.fuzzy import FuzzySettings
from features.errors import StamkundError


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"a": "name", "b": "name", "c": "date", "d": "text"}, "too_many_columns"),
        ({"a": "forename", "b": "date", "c": "text"}, "missing_column"),
        ({"a": "surname", "b": "date", "c": "text"}, "missing_column"),
        ({"a": "name", "b": "forename", "c": "surname", "d": "date"}, "too_few_columns"),  # names count once
    ],
)
def test_columns_that_cannot_tell_people_apart_are_refused(columns: dict[str, Any], code: str) -> None:
    with pytest.raises((StamkundError, ValidationError)) as refused:
        FuzzySettings(columns=columns)
    told = refused.value if isinstance(refused.value, StamkundError) else refused.value.errors()[0]["ctx"]["error"]
    assert told.code == code


@pytest.mark.parametrize("accept", [0, 1, 1.5])
def test_a_threshold_is_a_probability(accept: float) -> None:
    with pytest.raises(ValidationError):
        FuzzySettings(columns={"a": "name", "b": "date", "c": "text"}, accept=accept)
